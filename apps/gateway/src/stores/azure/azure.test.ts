import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoreReference } from '../store.ts'
import { codeOf, type StoreWorld, storeWorld } from '../testing.ts'
import { fetchingFromAzure } from './azure.ts'
import { startFakeAzure } from './testing.ts'

const SUBJECT = 'organization/gateway/credential'
let world: StoreWorld
let azure: Awaited<ReturnType<typeof startFakeAzure>>

beforeAll(async () => {
  world = await storeWorld()
  azure = await startFakeAzure(world, SUBJECT)
  azure.secrets.set('shop', 'of the shop')
})
afterAll(() => azure.close())

const sign = (change: Record<string, unknown> = {}, algorithm: 'RS256' | 'ES256' = 'RS256') =>
  world.issuer.sign({ aud: azure.audience, sub: SUBJECT, ...change }, algorithm)
const reference = (change: Partial<StoreReference<'azure'>> = {}): StoreReference<'azure'> => ({
  location: {
    kind: 'azure',
    address: azure.vault.origin,
    authority: 'https://login.microsoftonline.com',
    tenant: azure.tenant,
    client: azure.client,
  },
  path: 'shop',
  field: null,
  token: sign(),
  ...change,
})
const fetchIt = (asked: StoreReference<'azure'>) =>
  fetchingFromAzure(azure.addresses)(asked, world.services, AbortSignal.timeout(10_000))
const code = (asked: StoreReference<'azure'>) => codeOf(fetchIt(asked), asked.token, 'of the shop')

it('reads a secret as the application that the token signs in', async () => {
  expect((await fetchIt(reference())).password.toString()).toBe('of the shop')
})

it.each([
  ['of another gateway or credential', () => reference({ token: sign({ sub: 'organization/another/credential' }) })],
  ['that has expired', () => reference({ token: sign({ exp: 1 }) })],
  ['with a signature that is not taken', () => reference({ token: sign({}, 'ES256') })],
  ['that is none', () => reference({ token: 'x.y.z' })],
])('gets nothing with a token %s', async (_, make) => {
  expect(await code(make())).toBe('store_denied')
})

it('has codes of its own for what is wrong, which tell neither token nor secret', async () => {
  expect(await code(reference({ path: 'none' }))).toBe('store_secret_missing')
  expect(await code(reference({ field: 'password' }))).toBe('store_secret_unusable')
  azure.vault.answerNext(1, { status: 429, body: { error: { code: 'Throttled', message: '' } } })
  expect(await code(reference())).toBe('store_throttled')
  azure.vault.answerNext(1, { status: 503, body: 'a page' })
  expect(await code(reference())).toBe('store_unreachable')
})
