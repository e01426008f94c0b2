import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StoreReference } from '../store.ts'
import { codeOf, type StoreWorld, storeWorld } from '../testing.ts'
import { fetchingFromAws } from './aws.ts'
import { startFakeAws } from './testing.ts'

let world: StoreWorld
let aws: Awaited<ReturnType<typeof startFakeAws>>

beforeAll(async () => {
  world = await storeWorld()
  aws = await startFakeAws(world)
  aws.secrets.set('apps/shop', '{"username":"shop","password":"of the shop"}')
  aws.secrets.set('apps/plain', 'all of it')
})
afterAll(() => aws.close())

const tagged = (path: string, gateway = world.gateway) => ({
  'aud': 'sts.amazonaws.com',
  'https://aws.amazon.com/tags': { principal_tags: { gateway: [gateway], path: [path] }, transitive_tag_keys: [] },
})
const reference = (change: Partial<StoreReference<'aws'>> = {}): StoreReference<'aws'> => ({
  location: { kind: 'aws', region: aws.region, role: aws.role, audience: 'sts.amazonaws.com' },
  path: 'apps/shop',
  field: 'password',
  token: world.issuer.sign(tagged('apps/shop')),
  ...change,
})
const fetchIt = (asked: StoreReference<'aws'>) =>
  fetchingFromAws(aws.addresses)(asked, world.services, AbortSignal.timeout(10_000))
const code = (asked: StoreReference<'aws'>) => codeOf(fetchIt(asked), asked.token, 'of the shop')

it('reads a field of a secret, or all of it, as the role that the token buys', async () => {
  expect((await fetchIt(reference())).password.toString()).toBe('of the shop')
  const plain = reference({ path: 'apps/plain', field: null, token: world.issuer.sign(tagged('apps/plain')) })
  expect((await fetchIt(plain)).password.toString()).toBe('all of it')
})

it.each([
  ['of another gateway', () => reference({ token: world.issuer.sign(tagged('apps/shop', randomUUID())) })],
  ['for another path', () => reference({ token: world.issuer.sign(tagged('apps/other')) })],
  ['that has expired', () => reference({ token: world.issuer.sign({ ...tagged('apps/shop'), exp: 1 }) })],
  ['that is none', () => reference({ token: 'x.y.z' })],
])('gets nothing with a token %s', async (_, make) => {
  expect(await code(make())).toBe('store_denied')
})

it('has codes of its own for what is wrong, which tell neither token nor secret', async () => {
  const none = reference({ path: 'none', token: world.issuer.sign(tagged('none')) })
  expect(await code(none)).toBe('store_secret_missing')
  expect(await code(reference({ field: 'nothing' }))).toBe('store_secret_missing')
  const plain = { path: 'apps/plain', token: world.issuer.sign(tagged('apps/plain')) }
  expect(await code(reference({ ...plain, field: 'password' }))).toBe('store_secret_unusable')
  expect(await code(reference({ path: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:shop-a1b2c3' }))).toBe(
    'store_wrong_region',
  )
  aws.secretsManager.answerNext(1, { status: 400, body: { __type: 'ThrottlingException', message: 'Rate exceeded' } })
  expect(await code(reference())).toBe('store_throttled')
  aws.secretsManager.answerNext(1, { status: 500, body: { __type: 'InternalServiceError', message: '' } })
  expect(await code(reference())).toBe('store_unreachable')
  aws.tokenService.answerNext(1, { status: 200, body: 'x'.repeat(100_000) })
  expect(await code(reference())).toBe('store_unreachable')
})
