import { describe, expect, test } from 'vitest'
import { utf8 } from './bytes.ts'
import {
  CALL_CLOCK_SKEW,
  CALL_MAX_AGE,
  contentDigest,
  type HttpCall,
  signCall,
  type SignatureLabel,
  verifyCall,
} from './http-signature.ts'
import { makeSigner } from './testing/keys.ts'

const [device, session, stranger] = [makeSigner(), makeSigner(), makeSigner()]
const signers = [
  { label: 'device', signer: device },
  { label: 'session', signer: session },
] as const
const emptyDigest = await contentDigest(utf8('{}'))
const created = 1_800_000_000
const nonce = new Uint8Array(16).fill(9)
const call: HttpCall = {
  method: 'POST',
  targetUri: 'https://api.example:8443/v1/users?limit=5',
  fields: { 'content-type': 'application/json' },
  body: utf8('{"a":1}'),
}
const signed: HttpCall = { ...call, fields: await signCall(call, signers, { nonce, created }) }

const verify = (changed: HttpCall, options: { now?: number; keys?: Partial<Record<SignatureLabel, Uint8Array>> } = {}) =>
  verifyCall(changed, {
    labels: ['device', 'session'],
    now: options.now ?? created,
    keyFor: async (label) => {
      const publicKey = options.keys?.[label] ?? (label === 'device' ? device.publicKey : session.publicKey)
      return { algorithm: 'ecdsa-p256-sha256', publicKey }
    },
  })

test('digests as in RFC 9530 §2 and appendix D', async () => {
  expect(await contentDigest(utf8('{"hello": "world"}\n'))).toBe('sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:')
  expect(await contentDigest(utf8('{"hello": "world"}'))).toBe('sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:')
})

test('a call signed by both keys verifies, and tells its nonce and time', async () => {
  expect(await verify(signed)).toMatchObject({ created, nonce: Buffer.from(nonce).toString('base64url') })
})

test('a call without a body verifies too', async () => {
  const empty: HttpCall = { method: 'GET', targetUri: call.targetUri, fields: {}, body: new Uint8Array() }
  await expect(verify({ ...empty, fields: await signCall(empty, signers, { nonce, created }) })).resolves.toBeDefined()
})

describe('refuses', () => {
  const without = (name: string) => Object.fromEntries(Object.entries(signed.fields).filter(([field]) => field !== name))
  const cut = (name: string, label: string) => ({
    ...signed.fields,
    [name]: signed.fields[name]!.split(/, (?=device=|session=)/).find((member) => !member.startsWith(`${label}=`))!,
  })
  const invalid = expect.objectContaining({ code: 'signature_invalid' })
  test.each<[string, HttpCall]>([
    ['another method', { ...signed, method: 'PUT' }],
    ['another path', { ...signed, targetUri: signed.targetUri.replace('users', 'roles') }],
    ['another query', { ...signed, targetUri: signed.targetUri.replace('5', '6') }],
    ['another deployment', { ...signed, targetUri: signed.targetUri.replace('api.example', 'api.other') }],
    ['one byte more of body', { ...signed, body: utf8('{"a":1} ') }],
    ['another content type', { ...signed, fields: { ...signed.fields, 'content-type': 'text/plain' } }],
    ['another digest', { ...signed, fields: { ...signed.fields, 'content-digest': 'sha-256=:AAAA:' } }],
    [
      'a body whose digest was replaced as well',
      { ...signed, body: utf8('{}'), fields: { ...signed.fields, 'content-digest': emptyDigest } },
    ],
    ['no digest', { ...signed, fields: without('content-digest') }],
    [
      'a dropped device signature',
      { ...signed, fields: { ...cut('signature', 'device'), 'signature-input': signed.fields['signature-input']! } },
    ],
    [
      'a dropped session signature',
      { ...signed, fields: { ...cut('signature', 'session'), 'signature-input': signed.fields['signature-input']! } },
    ],
    [
      'a dropped session input',
      { ...signed, fields: { ...cut('signature-input', 'session'), signature: signed.fields['signature']! } },
    ],
  ])('%s', async (_, changed) => {
    await expect(verify(changed)).rejects.toThrow(invalid)
  })

  test('swapped keys and strangers', async () => {
    await expect(verify(signed, { keys: { device: session.publicKey, session: device.publicKey } })).rejects.toThrow(invalid)
    await expect(verify(signed, { keys: { device: stranger.publicKey } })).rejects.toThrow(invalid)
    await expect(verify(signed, { keys: { session: stranger.publicKey } })).rejects.toThrow(invalid)
  })

  test('two signatures spliced from two calls, even of the same second', async () => {
    const other = await signCall(call, signers, { nonce: new Uint8Array(16).fill(10), created })
    const same = await signCall(call, signers, { nonce, created })
    for (const donor of [other, same]) {
      const splice = (name: string) =>
        `${signed.fields[name]!.split(/, (?=session=)/)[0]}, ${donor[name]!.split(/, (?=session=)/)[1]}`
      const fields = { ...signed.fields, 'signature': splice('signature'), 'signature-input': splice('signature-input') }
      await expect(verify({ ...signed, fields })).rejects.toThrow(invalid)
    }
  })

  test('a session signature that does not cover the signature of the device', async () => {
    const alone = await signCall(call, [{ label: 'session', signer: session }], { nonce, created })
    const first = await signCall(call, [{ label: 'device', signer: device }], { nonce, created })
    const fields = {
      ...first,
      'signature': `${first['signature']}, ${alone['signature']}`,
      'signature-input': `${first['signature-input']}, ${alone['signature-input']}`,
    }
    await expect(verify({ ...call, fields })).rejects.toThrow(invalid)
  })

  test('no signature at all', async () => {
    await expect(verify({ ...signed, fields: without('signature') })).rejects.toThrow(
      expect.objectContaining({ code: 'signature_missing' }),
    )
  })

  test('a call from too long ago, or from the future', async () => {
    const expired = expect.objectContaining({ code: 'signature_expired' })
    await expect(verify(signed, { now: created + CALL_MAX_AGE + 1 })).rejects.toThrow(expired)
    await expect(verify(signed, { now: created - CALL_CLOCK_SKEW - 1 })).rejects.toThrow(expired)
    await expect(verify(signed, { now: created + CALL_MAX_AGE })).resolves.toBeDefined()
  })
})

test('signs only with a nonce of 16 bytes', async () => {
  await expect(signCall(call, signers, { nonce: new Uint8Array(15), created })).rejects.toThrow(TypeError)
})

describe('the session signature alone', () => {
  const verifySession = (changed: HttpCall) =>
    verifyCall(changed, {
      labels: ['session'],
      covered: ['device'],
      now: created,
      keyFor: async () => ({ algorithm: 'ecdsa-p256-sha256', publicKey: session.publicKey }),
    })
  const bySession = (foreign: typeof stranger) =>
    signCall(call, [{ label: 'device', signer: foreign }, signers[1]], { nonce, created })

  test('verifies over a device signature of whatever key', async () => {
    await expect(verifySession({ ...call, fields: await bySession(stranger) })).resolves.toMatchObject({ created })
  })

  test('does not verify without one, nor over one that was altered or exchanged, with its input or without', async () => {
    const alone = await signCall(call, [signers[1]], { nonce, created })
    const other = await bySession(stranger)
    const swap = (fields: readonly string[]) => ({
      ...call,
      fields: Object.fromEntries(
        Object.entries(signed.fields).map(([name, value]) => {
          const [ofOther, ofOurs] = [other[name]!.split(/, (?=session=)/), value.split(/, (?=session=)/)]
          return [name, fields.includes(name) ? `${ofOther[0]}, ${ofOurs[1]}` : value]
        }),
      ),
    })
    for (const changed of [
      { ...call, fields: alone },
      swap(['signature']),
      swap(['signature-input']),
      swap(['signature', 'signature-input']),
    ]) {
      await expect(verifySession(changed)).rejects.toMatchObject({ code: 'signature_invalid' })
    }
    await expect(verifySession(swap([]))).resolves.toBeDefined()
  })
})

describe('a call of a service account', () => {
  const key = makeSigner()
  const service = [{ label: 'service', signer: key }] as const
  const check = (changed: HttpCall) =>
    verifyCall(changed, {
      labels: ['service'],
      now: created,
      keyFor: () => Promise.resolve({ algorithm: 'ecdsa-p256-sha256', publicKey: key.publicKey }),
    })
  const carrying = (token: string): HttpCall => ({ ...call, fields: { ...call.fields, authorization: token } })
  const invalid = expect.objectContaining({ code: 'signature_invalid' })

  test('is signed together with the token that it carries', async () => {
    const fields = await signCall(carrying('Sallyport one'), service, { nonce, created })
    expect(fields['signature-input']).toContain('"authorization"')
    await expect(check({ ...call, fields })).resolves.toBeDefined()
    await expect(check({ ...call, fields: { ...fields, authorization: 'Sallyport two' } })).rejects.toEqual(invalid)
  })

  test('takes no token that was put into it afterwards', async () => {
    const fields = await signCall(call, service, { nonce, created })
    await expect(check({ ...call, fields })).resolves.toBeDefined()
    await expect(check({ ...call, fields: { ...fields, authorization: 'Sallyport one' } })).rejects.toEqual(invalid)
  })
})
