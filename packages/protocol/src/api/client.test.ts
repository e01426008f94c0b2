import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { utf8 } from '../bytes.ts'
import { type HttpCall, verifyCall } from '../http-signature.ts'
import type { Signer } from '../signing.ts'
import { createApiClient } from './api-client.ts'
import type { ApiAnswer } from './client.ts'

const NOW = 1_790_000_000_000
const id = '7b0e8a52-6a3e-4f5c-9b1d-1f0a2b3c4d5e'

const makeSigner = (): Signer => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    algorithm: 'ecdsa-p256-sha256',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: async (data) => new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  }
}
const keys = { device: makeSigner(), session: makeSigner() }

const json = (value: unknown, status = 200): ApiAnswer => ({ status, fields: {}, body: utf8(JSON.stringify(value)) })

const clientOf = (answer: ApiAnswer) => {
  const sent: HttpCall[] = []
  const client = createApiClient({
    origin: 'https://api.example.test',
    send: async (call) => {
      sent.push(call)
      return answer
    },
    signers: () => [
      { label: 'device', signer: keys.device },
      { label: 'session', signer: keys.session },
    ],
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    clock: () => NOW,
  })
  return { client, sent }
}

describe('a call of the client', () => {
  it('is signed by both keys for the address that it goes to', async () => {
    const { client, sent } = clientOf(json({ items: [], next: null, tail: 'a' }))
    await client.call('listActivity', { query: { limit: 5, kind: 'a b&c' } })
    const [call] = sent
    expect(call!.targetUri).toBe('https://api.example.test/v1/activity?limit=5&kind=a%20b%26c&view=full')
    const verified = await verifyCall(call!, {
      labels: ['device', 'session'],
      now: NOW / 1000,
      keyFor: async (label) => ({ algorithm: 'ecdsa-p256-sha256', publicKey: keys[label as 'device' | 'session'].publicKey }),
    })
    expect(verified.created).toBe(NOW / 1000)
  })

  it('is not signed where nobody asks for it', async () => {
    const { client, sent } = clientOf(json({ challenge: 'A'.repeat(43), expiresAt: '2026-11-22T10:00:00.000Z' }))
    await client.call('createChallenge', { body: { organization: 'acme' } })
    expect(sent[0]!.fields).toEqual({ 'accept': 'application/json', 'content-type': 'application/json' })
    expect(Buffer.from(sent[0]!.body).toString()).toBe('{"organization":"acme"}')
  })

  it('is not sent when its input does not fit, and says where', async () => {
    const { client, sent } = clientOf(json({}))
    const attempt = client.call('getUser', { parameters: { user: '../roles' } })
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_request', details: ['parameters.user'] })
    expect(sent).toEqual([])
  })
})

describe('an answer', () => {
  it('with an error has its code, text and places', async () => {
    const { client } = clientOf(json({ error: { code: 'conflict', message: 'Taken.', details: ['body.email'] } }, 409))
    await expect(client.call('revokeSession', { parameters: { session: id } })).rejects.toMatchObject({
      code: 'conflict',
      message: 'Taken.',
      details: ['body.email'],
    })
  })

  it('with a code of a newer API keeps its text', async () => {
    const { client } = clientOf(json({ error: { code: 'brand_new', message: 'Something new.' } }, 418))
    await expect(client.call('endSession')).rejects.toMatchObject({ code: 'internal', message: 'Something new.' })
  })

  it.each([
    ['a page of a proxy', { status: 502, fields: {}, body: utf8('<html>Bad gateway</html>') }],
    ['an error that is none of ours', json({ message: 'nope' }, 500)],
    ['bytes that are not text', { status: 200, fields: {}, body: new Uint8Array([0xff]) }],
  ])('that is %s is not taken for the API', async (_name, answer) => {
    await expect(clientOf(answer).client.call('endSession')).rejects.toMatchObject({ code: 'api_unreachable' })
  })

  it('of another form than declared is refused', async () => {
    const attempt = clientOf(json({ surprise: true })).client.call('endSession')
    await expect(attempt).rejects.toMatchObject({ code: 'unsupported_version', details: ['response'] })
  })
})
