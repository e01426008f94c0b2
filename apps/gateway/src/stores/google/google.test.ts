import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoreReference } from '../store.ts'
import { codeOf, type StoreWorld, storeWorld } from '../testing.ts'
import { fetchingFromGoogle } from './google.ts'
import { startFakeGoogle } from './testing.ts'

const PATH = 'projects/sallyport-test/secrets/shop'
let world: StoreWorld
let google: Awaited<ReturnType<typeof startFakeGoogle>>

beforeAll(async () => {
  world = await storeWorld()
  google = await startFakeGoogle(world)
  google.secrets.set(PATH, '{"password":"of the shop"}')
})
afterAll(() => google.close())

const claims = (change: Record<string, unknown> = {}) => ({
  aud: `https://iam.googleapis.com/${google.provider}`,
  sub: 'a/b/c',
  gateway: world.gateway,
  path: PATH,
  ...change,
})
const reference = (change: Partial<StoreReference<'google'>> = {}): StoreReference<'google'> => ({
  location: { kind: 'google', provider: google.provider, serviceAccount: google.serviceAccount },
  path: PATH,
  field: 'password',
  token: world.issuer.sign(claims()),
  ...change,
})
const fetchIt = (asked: StoreReference<'google'>) =>
  fetchingFromGoogle(google.addresses)(asked, world.services, AbortSignal.timeout(10_000))
const code = (asked: StoreReference<'google'>) => codeOf(fetchIt(asked), asked.token, 'of the shop')

it('reads a secret as the service account, or as the federated identity itself', async () => {
  expect((await fetchIt(reference())).password.toString()).toBe('of the shop')
  const direct = reference({ location: { kind: 'google', provider: google.provider, serviceAccount: null }, field: null })
  expect((await fetchIt(direct)).password.toString()).toBe('{"password":"of the shop"}')
})

it.each([
  ['of another gateway', () => reference({ token: world.issuer.sign(claims({ gateway: randomUUID() })) })],
  ['for another path', () => reference({ token: world.issuer.sign(claims({ path: 'projects/x/secrets/y' })) })],
  ['that has expired', () => reference({ token: world.issuer.sign(claims({ exp: 1 })) })],
  ['that is none', () => reference({ token: 'x.y.z' })],
])('gets nothing with a token %s', async (_, make) => {
  expect(await code(make())).toBe('store_denied')
})

it('has codes of its own for what is wrong, which tell neither token nor secret', async () => {
  const path = 'projects/sallyport-test/secrets/none'
  expect(await code(reference({ path, token: world.issuer.sign(claims({ path })) }))).toBe('store_secret_missing')
  expect(await code(reference({ field: 'nothing' }))).toBe('store_secret_missing')
  google.secretManager.answerNext(1, { status: 429, body: { error: { status: 'RESOURCE_EXHAUSTED', message: '' } } })
  expect(await code(reference())).toBe('store_throttled')
  google.secretManager.answerNext(1, { status: 503, body: 'a page' })
  expect(await code(reference())).toBe('store_unreachable')
})
