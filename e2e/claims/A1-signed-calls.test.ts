/**
 * A1. Every call is signed with the device key and the session key of that installation and its most recent sign-in.
 *
 * The attacker sits where calls can be read and changed (an intercepting proxy whose certificate is trusted, a log of
 * requests), or holds one of the two keys, or is a colleague with two good keys of their own. No call that differs from what
 * both keys signed in a single byte may be carried out; the call as it was signed is.
 */
import { randomBytes } from 'node:crypto'
import { type CallSigners, contentDigest, type HttpCall, signCall, utf8 } from '@sallyport/protocol'
import { Central } from '@sallyport/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNewcomer } from '../support/newcomer.ts'
import { type RawAnswer } from '../support/raw-call.ts'
import { RawClient } from '../support/raw-client.ts'
import { newKey } from '../support/raw-key.ts'

let central: Central
let owner: RawClient
let mallory: RawClient
let kept: string
let other: string

const newName = (): string => `site ${randomBytes(6).toString('hex')}`
const siteNames = async (): Promise<string[]> => {
  const { items } = await owner.call('listSites', { query: { limit: 500 } })
  return items.map(({ name }) => name).toSorted()
}

/** What came of a call, and whether it changed anything. */
const outcomeOf = async (call: HttpCall) => {
  const before = await siteNames()
  const { code, status } = await owner.sendRaw(call)
  return { code, status, changed: JSON.stringify(await siteNames()) !== JSON.stringify(before) }
}
const refusedWith = (code: string) => ({ code, status: 401, changed: false })

const signers = (by: { readonly device?: RawClient['keys']['device']; readonly session?: RawClient['keys']['session'] }) =>
  [
    { label: 'device', signer: (by.device ?? owner.keys.device).signer },
    { label: 'session', signer: (by.session ?? owner.keys.session).signer },
  ] as const satisfies CallSigners

/** A call that makes a site, and so leaves a trace when it is carried out; nobody needs to confirm it. */
const newSite = (parts: Parameters<RawClient['sign']>[2] = {}): Promise<HttpCall> =>
  owner.sign('createSite', { body: { name: newName() } }, parts)

const withFields = (call: HttpCall, fields: Readonly<Record<string, string | undefined>>): HttpCall => ({
  ...call,
  fields: Object.fromEntries(
    Object.entries({ ...call.fields, ...fields }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ),
})
const changeField = (call: HttpCall, name: string, change: (value: string) => string): HttpCall => {
  const changed = change(call.fields[name] ?? '')
  expect(changed).not.toBe(call.fields[name])
  return withFields(call, { [name]: changed })
}
/** One member of `signature` or `signature-input`. */
const member = (call: HttpCall, name: string, label: string): string =>
  call.fields[name]!.split(/, (?=[a-z]+=)/).find((part) => part.startsWith(`${label}=`))!

beforeAll(async () => {
  central = await Central.start()
  owner = await RawClient.enrol(central.invitation)
  mallory = await addNewcomer(owner, 'mallory', { roles: ['owner'] })
  kept = (await owner.call('createRole', { body: { name: newName() } })).id
  other = (await owner.call('createRole', { body: { name: newName() } })).id
})
afterAll(async () => {
  owner?.close()
  mallory?.close()
  await central?.stop()
})

describe('a call as it was signed', () => {
  it('is carried out, with and without a body and a query', async () => {
    const name = newName()
    expect((await owner.attempt('createSite', { body: { name } })).status).toBe(200)
    expect(await siteNames()).toContain(name)
    expect((await owner.attempt('listRoles', { query: { limit: 2 } })).json).toMatchObject({ items: [{}, {}] })
    expect((await owner.attempt('getRole', { parameters: { role: kept } })).json).toMatchObject({ id: kept })
  })
})

describe('a signature that is missing', () => {
  const cases: Readonly<Record<string, { readonly make: () => Promise<HttpCall>; readonly code: string }>> = {
    'both, with what they name': {
      make: async () => withFields(await newSite(), { 'signature': undefined, 'signature-input': undefined }),
      code: 'signature_missing',
    },
    'both, though they are announced': {
      make: async () => withFields(await newSite(), { signature: undefined }),
      code: 'signature_missing',
    },
    "the session's, of one who holds the device key alone": {
      make: () => newSite({ signers: signers({}).slice(0, 1) }),
      code: 'signature_invalid',
    },
    "the device's, of one who holds the session key alone": {
      make: () => newSite({ signers: signers({}).slice(1) }),
      code: 'signature_invalid',
    },
    "the session's, cut off": {
      make: async () => {
        const call = await newSite()
        const only = (name: string): string => member(call, name, 'device')
        return withFields(call, { 'signature': only('signature'), 'signature-input': only('signature-input') })
      },
      code: 'signature_invalid',
    },
    "the device's, cut off": {
      make: async () => {
        const call = await newSite()
        const only = (name: string): string => member(call, name, 'session')
        return withFields(call, { 'signature': only('signature'), 'signature-input': only('signature-input') })
      },
      code: 'signature_invalid',
    },
    "the session's over the device's: each signed for itself": {
      make: async () => {
        const parts = { created: Math.floor(Date.now() / 1000), nonce: randomBytes(16) }
        const [device, session] = signers({})
        const alone = await newSite({ ...parts, signers: [device] })
        const signed = await signCall({ ...alone, fields: { 'content-type': alone.fields['content-type']! } }, [session], parts)
        return withFields(alone, {
          'signature': `${alone.fields['signature']}, ${signed['signature']}`,
          'signature-input': `${alone.fields['signature-input']}, ${signed['signature-input']}`,
        })
      },
      code: 'signature_invalid',
    },
  }
  it.each(Object.entries(cases))('refuses the call: %s', async (_name, { make, code }) => {
    expect(await outcomeOf(await make())).toEqual(refusedWith(code))
  })
})

describe('a key that is another', () => {
  const forged = (of: RawClient['keys']['device']): RawClient['keys']['device'] => ({
    ...of,
    signer: { ...newKey().signer, publicKey: of.publicKey },
  })

  it('refuses, and ends, a session whose key comes with a device key that nobody enrolled, or with a forged signature', async () => {
    for (const [index, make] of [newKey, forged].entries()) {
      const victim = await addNewcomer(owner, `stolen-${index}`, { roles: ['owner'] })
      const name = newName()
      const stolen = signers({ device: make(victim.keys.device), session: victim.keys.session })
      const answer = await victim.attempt('createSite', { body: { name } }, { signers: stolen })
      expect(answer).toMatchObject({ code: 'device_mismatch', status: 401 })
      expect(await victim.attempt('getMe')).toMatchObject({ code: 'device_mismatch' })
      expect(await siteNames()).not.toContain(name)
    }
  })

  it('refuses a session key of no sign-in', async () => {
    expect(await outcomeOf(await newSite({ signers: signers({ session: newKey() }) }))).toEqual(refusedWith('session_unknown'))
  })

  it('refuses a signature of another key under the name of the right one', async () => {
    expect(await outcomeOf(await newSite({ signers: signers({ session: forged(owner.keys.session) }) }))).toEqual(
      refusedWith('signature_invalid'),
    )
    const both = signers({ device: forged(owner.keys.device), session: forged(owner.keys.session) })
    expect(await outcomeOf(await newSite({ signers: both }))).toEqual(refusedWith('signature_invalid'))
  })

  it("refuses both keys in each other's place", async () => {
    const { device, session } = owner.keys
    expect(await outcomeOf(await newSite({ signers: signers({ device: session, session: device }) }))).toEqual(
      refusedWith('signature_invalid'),
    )
  })

  it('refuses the session key of the sign-in before the most recent one ended', async () => {
    const before = mallory.clone()
    await mallory.call('endSession')
    await mallory.signIn(mallory.material.user.email)
    expect(await before.attempt('createSite', { body: { name: newName() } })).toMatchObject({ code: 'session_unknown' })
    expect(await mallory.attempt('createSite', { body: { name: newName() } })).toMatchObject({ code: null })
  })

  it('refuses, and ends, a session whose key comes with the good key of another device', async () => {
    const victim = await addNewcomer(owner, 'victim', { roles: ['owner'] })
    const name = newName()
    const mixed = await victim.attempt(
      'createSite',
      { body: { name } },
      { signers: signers({ device: mallory.keys.device, session: victim.keys.session }) },
    )
    expect(mixed).toMatchObject({ code: 'device_mismatch', status: 401 })
    expect(await victim.attempt('getMe')).toMatchObject({ code: 'device_mismatch' })
    expect(await mallory.attempt('getMe')).toMatchObject({ code: null })
    expect(await siteNames()).not.toContain(name)
  })
})

describe('a request that is another', () => {
  const getRole = (role: string): Promise<HttpCall> => owner.sign('getRole', { parameters: { role } })
  const listTwo = (): Promise<HttpCall> => owner.sign('listRoles', { query: { limit: 2 } })
  const elsewhere = (call: HttpCall, change: (uri: string) => string): HttpCall => {
    const targetUri = change(call.targetUri)
    expect(targetUri).not.toBe(call.targetUri)
    return { ...call, targetUri }
  }

  const cases: Readonly<Record<string, () => Promise<HttpCall>>> = {
    'another method: a look made a deletion': async () => ({ ...(await getRole(kept)), method: 'DELETE' }),
    'another path': async () => elsewhere(await getRole(kept), (uri) => uri.replace(kept, other)),
    'the path in another spelling': async () => elsewhere(await getRole(kept), (uri) => uri.replace('roles', 'r%6fles')),
    'another query': async () => elsewhere(await listTwo(), (uri) => uri.replace('limit=2', 'limit=3')),
    'a longer query': async () => elsewhere(await listTwo(), (uri) => `${uri}&cursor=AAAA`),
    'no query': async () => elsewhere(await listTwo(), (uri) => uri.replace(/\?.*/, '')),
    'another body': async () => ({ ...(await newSite()), body: utf8(JSON.stringify({ name: newName() })) }),
    'another body, and its digest': async () => {
      const body = utf8(JSON.stringify({ name: newName() }))
      return { ...withFields(await newSite(), { 'content-digest': await contentDigest(body) }), body }
    },
    'one bit of the body': async () => {
      const call = await newSite()
      const body = Uint8Array.from(call.body)
      body[body.length - 4]! ^= 1
      return { ...call, body }
    },
    'a space behind the body': async () => {
      const call = await newSite()
      return { ...call, body: Buffer.concat([call.body, Buffer.from(' ')]) }
    },
    'no body': async () => ({ ...(await newSite()), body: new Uint8Array() }),
    'no content-type, without a body': async () =>
      withFields({ ...(await newSite()), body: new Uint8Array() }, { 'content-type': undefined }),
    'another content-type': async () => withFields(await newSite(), { 'content-type': 'application/json; charset=utf-8' }),
    'no content-digest': async () => withFields(await newSite(), { 'content-digest': undefined }),
    'another content-digest': async () =>
      withFields(await newSite(), { 'content-digest': await contentDigest(utf8('{"name":"other"}')) }),
    'a content-digest with another algorithm in front': async () =>
      changeField(await newSite(), 'content-digest', (value) => `sha-512=:AAAA:, ${value}`),
  }
  it.each(Object.entries(cases))('is refused: %s', async (_name, make) => {
    expect(await outcomeOf(await make())).toEqual(refusedWith('signature_invalid'))
  })
})

describe('parameters of a signature that are others', () => {
  const changes: Readonly<Record<string, (input: string) => string>> = {
    'created, a second later': (input) => input.replaceAll(/created=(\d+)/g, (_, created) => `created=${Number(created) + 1}`),
    'created, of the session alone': (input) =>
      input.replace(/(session=.*created=)(\d+)/, (_, before, created) => `${before}${Number(created) + 1}`),
    'the nonce': (input) => input.replaceAll(/nonce="[^"]+"/g, `nonce="${randomBytes(16).toString('base64url')}"`),
    'the nonce, of the session alone': (input) =>
      input.replace(/(session=.*nonce=")[^"]+/, (_, before) => `${before}${randomBytes(16).toString('base64url')}`),
    'no nonce': (input) => input.replaceAll(/;nonce="[^"]+"/g, ''),
    'no created': (input) => input.replaceAll(/;created=\d+/g, ''),
    'the tag': (input) => input.replaceAll('sallyport-call-v1', 'sallyport-call-v2'),
    'no tag': (input) => input.replaceAll(';tag="sallyport-call-v1"', ''),
    'the algorithm': (input) => input.replaceAll('ecdsa-p256-sha256', 'ed25519'),
    'an algorithm of shared secrets': (input) => input.replaceAll('ecdsa-p256-sha256', 'hmac-sha256'),
    'the method not covered': (input) => input.replaceAll('"@method" ', ''),
    'the target not covered': (input) => input.replaceAll('"@target-uri" ', ''),
    'the body not covered': (input) => input.replaceAll('"content-digest" ', ''),
    "the device's signature not covered": (input) => input.replace(/ "signature";key="device"/, ''),
    'nothing covered': (input) => input.replaceAll(/\([^)]*\)/g, '()'),
    'an expiry added': (input) => `${input};expires=4102444800`,
    'the labels exchanged': (input) => input.replace('device=', 'x=').replace('session=', 'device=').replace('x=', 'session='),
  }
  it.each(Object.entries(changes))('are refused: %s', async (_name, change) => {
    expect(await outcomeOf(changeField(await newSite(), 'signature-input', change))).toEqual(refusedWith('signature_invalid'))
  })

  it('are refused also when both keys signed them and they are not what is asked for', async () => {
    const short = (call: HttpCall): HttpCall => ({ ...call, body: new Uint8Array() })
    // Signed by both, but for a call without a body: type and body are not covered.
    const bare = await newSite({ alter: short })
    const full = await newSite()
    expect(await outcomeOf({ ...bare, body: full.body })).toEqual(refusedWith('signature_invalid'))
  })
})

describe('one byte that is another', () => {
  /** Positions all over a text of base64, but for its last character, of which not every bit is part of the value. */
  const positions = (length: number): number[] => Array.from({ length: 6 }, (_, index) => Math.floor((index * (length - 5)) / 6))
  const exchange = (text: string, at: number): string => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

  it.each(['device', 'session'])('is refused in the signature of the %s', async (label) => {
    const call = await newSite()
    const [, value] = /=:([^:]+):/.exec(member(call, 'signature', label))!
    for (const at of positions(value!.length)) {
      const changed = changeField(call, 'signature', (text) => text.replace(value!, exchange(value!, at)))
      expect(await owner.sendRaw(changed)).toMatchObject({ code: 'signature_invalid' })
    }
    // None of them spent the nonce: the call itself is still good.
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
  })

  it('is refused everywhere in the key ids', async () => {
    const call = await newSite()
    const [device, session] = [...call.fields['signature-input']!.matchAll(/keyid="([^"]+)"/g)].map((match) => match[1]!)
    for (const [id, code] of [
      [device!, 'signature_invalid'],
      [session!, 'session_unknown'],
    ] as const) {
      const changed = changeField(call, 'signature-input', (text) => text.replace(id, exchange(id, 20)))
      expect(await owner.sendRaw(changed)).toMatchObject({ code })
    }
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
  })

  it('is refused everywhere in the body', async () => {
    const call = await newSite()
    for (const at of positions(call.body.length + 4)) {
      const body = Uint8Array.from(call.body)
      body[at]! ^= 1
      expect(await owner.sendRaw({ ...call, body })).toMatchObject({ code: 'signature_invalid' })
    }
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
  })
})

describe('a time that is another', () => {
  const shifted = (seconds: number): Promise<HttpCall> => newSite({ created: Math.floor(Date.now() / 1000) + seconds })

  it.each([-125, 125])('refuses a call signed %i seconds from now', async (seconds) => {
    expect(await outcomeOf(await shifted(seconds))).toEqual(refusedWith('signature_expired'))
  })

  it('takes one whose clock differs a little', async () => {
    const answers: RawAnswer[] = [await owner.sendRaw(await shifted(-30)), await owner.sendRaw(await shifted(30))]
    expect(answers.map(({ code }) => code)).toEqual([null, null])
  })
})
