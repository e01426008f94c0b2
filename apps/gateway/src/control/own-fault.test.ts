/** What is the gateway's own fault is told as that: a wrong clock, and being older than the API. */
import { randomBytes } from 'node:crypto'
import { errorTable } from '@sallyport/protocol'
import { type FakeAnswer, type FakeServer, makeAuthority, startFakeServer } from '@sallyport/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeKey } from '../testing/authority.ts'
import { createApiCalls } from './api-calls.ts'
import { ControlLink } from './link.ts'

let server: FakeServer
let answer: FakeAnswer
let common: Pick<Parameters<typeof createApiCalls>[0], 'origin' | 'signer' | 'credentials' | 'random' | 'clock'>

beforeAll(async () => {
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  server = await startFakeServer({ answer: () => answer, tls: { cert, key } })
  const { signer } = await makeKey()
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  common = { origin: server.origin, signer, credentials: () => ({ cert, key, ca: authority.ca }), random, clock: Date.now }
})
beforeEach(() => {
  answer = { status: 401, body: { error: { code: 'signature_expired', message: errorTable.signature_expired.text } } }
})
afterAll(() => server.close())

test('tells who waits for a lease whose clock it is', async () => {
  const api = createApiCalls(common)
  await expect(api.requestLease('a')).rejects.toMatchObject({ code: 'gateway_clock_wrong' })
  await expect(api.renewLeases('a')).rejects.toMatchObject({ code: 'gateway_clock_wrong' })
  api.close()
})

test('tells who waits for a lease that it does not understand a newer API, and of none that it is newer', async () => {
  const api = createApiCalls(common)
  const renewed = { leases: [], revocation: 1 }
  answer = { status: 200, body: renewed }
  expect(await api.renewLeases('a')).toEqual(renewed)
  answer = { status: 200, body: { ...renewed, surprise: 1 } }
  await expect(api.renewLeases('a')).rejects.toMatchObject({ code: 'gateway_outdated' })
  answer = { status: 200, body: { leases: [] } }
  await expect(api.renewLeases('a')).rejects.toMatchObject({ code: 'unsupported_version' })
  api.close()
})

test('tells its own log why the API does not let it in', async () => {
  const lost = Promise.withResolvers<string>()
  const nothing = () => Promise.resolve()
  const link = new ControlLink({
    ...common,
    version: '0',
    trustBundle: () => 0,
    status: () => ({ connections: 0, spooled: 0, memory: 0, processor: 0 }) as never,
    connections: () => [],
    monotonic: () => performance.now(),
    events: {
      onSnapshot: nothing,
      onRevocations: nothing,
      onTrustBundle: () => undefined,
      onProbe: () => Promise.resolve([]),
      onJobs: () => undefined,
      onStop: () => undefined,
      onState: (state, detail) => state === 'lost' && lost.resolve(detail),
    },
  })
  link.start()
  expect(await lost.promise).toBe('refused: signature_expired')
  await link.stop()
})
