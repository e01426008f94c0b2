/** A gateway whose clock is wrong: the API refuses what it signs, and says so with a code. */
import { randomBytes } from 'node:crypto'
import { errorTable } from '@sallyport/protocol'
import { type FakeServer, makeAuthority, startFakeServer } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeKey } from '../testing/authority.ts'
import { createApiCalls } from './api-calls.ts'
import { ControlLink } from './link.ts'

let server: FakeServer
let common: Pick<Parameters<typeof createApiCalls>[0], 'origin' | 'signer' | 'credentials' | 'random' | 'clock'>

beforeAll(async () => {
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue({ ipAddresses: ['127.0.0.1'] })
  const error = { code: 'signature_expired', message: errorTable.signature_expired.text }
  server = await startFakeServer({ answer: () => ({ status: 401, body: { error } }), tls: { cert, key } })
  const { signer } = await makeKey()
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  common = { origin: server.origin, signer, credentials: () => ({ cert, key, ca: authority.ca }), random, clock: Date.now }
})
afterAll(() => server.close())

test('tells who waits for a lease whose clock it is', async () => {
  const api = createApiCalls(common)
  await expect(api.requestLease('a')).rejects.toMatchObject({ code: 'gateway_clock_wrong' })
  await expect(api.renewLeases('a')).rejects.toMatchObject({ code: 'gateway_clock_wrong' })
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
