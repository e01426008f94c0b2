/** What every store does for a rotation: only its tokens write, one password changes, and all else stays as it was. */
import type { StoreKind } from '@sallyport/protocol'
import { startFakeVault } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replacingInAws } from './aws/aws.ts'
import { startFakeAws } from './aws/testing.ts'
import { replacingInAzure } from './azure/azure.ts'
import { startFakeAzure } from './azure/testing.ts'
import { replacingInGoogle } from './google/google.ts'
import { startFakeGoogle } from './google/testing.ts'
import type { StoreChange } from './store.ts'
import { codeOf, type StoreWorld, storeWorld } from './testing.ts'
import { replaceInVault } from './vault/vault.ts'

type Purpose = 'connect' | 'rotate'

interface Tried {
  /** What is there now, as JSON; numbers as they were written. */
  read(): string
  replace(purpose: Purpose, change: StoreChange): Promise<number | null>
  close(): Promise<void>
}

const DOCUMENT = '{"user":"shop","password":"of the shop","serial":12345678901234567890.10}'
const call = (world: StoreWorld) => ({ services: world.services, signal: AbortSignal.timeout(30_000) })

const stores: Readonly<Record<StoreKind, (world: StoreWorld) => Promise<Tried>>> = {
  vault: async (world) => {
    const vault = await startFakeVault({ keysOf: () => Promise.resolve(world.issuer.keys) })
    const role = { issuer: world.issuer.issuer, audience: 'vault', ttl: 60, paths: ['secret/data/{{path}}'] }
    vault.roles.set('connect', { ...role, boundClaims: {} })
    const paths = [...role.paths, 'patch secret/data/{{path}}']
    vault.roles.set('rotate', { ...role, paths, boundClaims: { purpose: ['rotate'] } })
    vault.secrets.set('apps/shop', { user: 'shop', password: 'of the shop' })
    const location = {
      kind: 'vault' as const,
      address: vault.server.origin,
      authority: vault.ca,
      namespace: null,
      engine: 'kv' as const,
      mount: 'secret',
    }
    return {
      read: () =>
        JSON.stringify({ ...vault.secrets.get('apps/shop'), serial: 'SERIAL' }).replace('"SERIAL"', '12345678901234567890.10'),
      replace: (purpose, change) => {
        const token = world.issuer.sign({ aud: 'vault', path: 'apps/shop', purpose })
        const signIn = { kind: 'token' as const, mount: 'jwt', role: purpose, audience: 'vault' }
        const reference = { location: { ...location, signIn }, path: 'apps/shop', field: 'password', token }
        return replaceInVault(reference, change, call(world))
      },
      close: () => vault.close(),
    }
  },
  aws: async (world) => {
    const aws = await startFakeAws(world)
    const path = 'apps/shop'
    aws.secrets.set(path, DOCUMENT)
    return {
      read: () => aws.secrets.get(path)!,
      replace: (purpose, change) => {
        const tags = { gateway: [world.gateway], path: [path], purpose: [purpose] }
        const claims = { 'aud': 'sts.amazonaws.com', 'https://aws.amazon.com/tags': { principal_tags: tags } }
        const location = { kind: 'aws' as const, region: aws.region, role: aws.role, audience: 'sts.amazonaws.com' }
        const reference = { location, path, field: 'password', token: world.issuer.sign(claims) }
        return replacingInAws(aws.addresses)(reference, change, call(world))
      },
      close: () => aws.close(),
    }
  },
  google: async (world) => {
    const google = await startFakeGoogle(world)
    const { provider, serviceAccount } = google
    const path = 'projects/sallyport-test/secrets/shop'
    google.secrets.set(path, DOCUMENT)
    return {
      read: () => google.secrets.get(path)!,
      replace: (purpose, change) => {
        const claims = { aud: `https://iam.googleapis.com/${provider}`, gateway: world.gateway, path, purpose }
        const location = { kind: 'google' as const, provider, serviceAccount }
        const reference = { location, path, field: 'password', token: world.issuer.sign(claims) }
        return replacingInGoogle(google.addresses)(reference, change, call(world))
      },
      close: () => google.close(),
    }
  },
  azure: async (world) => {
    const azure = await startFakeAzure(world, 'organization/gateway/credential')
    azure.secrets.set('shop', DOCUMENT)
    return {
      read: () => azure.secrets.get('shop')!,
      replace: (purpose, change) => {
        const sub = `organization/gateway/credential${purpose === 'rotate' ? '/rotate' : ''}`
        const location = {
          kind: 'azure' as const,
          address: azure.vault.origin,
          authority: 'https://login.microsoftonline.com' as const,
          tenant: azure.tenant,
          client: purpose === 'rotate' ? azure.rotationClient : azure.client,
        }
        const token = world.issuer.sign({ aud: azure.audience, sub }, 'RS256')
        return replacingInAzure(azure.addresses)({ location, path: 'shop', field: 'password', token }, change, call(world))
      },
      close: () => azure.close(),
    }
  },
}

const next = Buffer.from('another "password"')
const withNext = DOCUMENT.replace('"of the shop"', JSON.stringify(next.toString()))

describe.each(Object.keys(stores) as StoreKind[])('%s', (kind) => {
  let tried: Tried
  beforeAll(async () => {
    tried = await stores[kind](await storeWorld())
  })
  afterAll(() => tried.close())

  it('lets no token of a lease write, neither what is there nor anything else', async () => {
    expect(await codeOf(tried.replace('connect', { next: null, after: null }), 'of the shop')).toBe('store_denied')
    expect(await codeOf(tried.replace('connect', { next, after: null }), next.toString())).toBe('store_denied')
    expect(tried.read()).toBe(DOCUMENT)
  })

  it('is written back as it is by a rotation, and then has the new password beside all else', async () => {
    const after = await tried.replace('rotate', { next: null, after: null })
    expect(tried.read()).toBe(DOCUMENT)
    await tried.replace('rotate', { next, after })
    expect(tried.read()).toBe(withNext)
    // Said again after an answer that was lost.
    await tried.replace('rotate', { next, after })
    expect(tried.read()).toBe(withNext)
  })
})

it('Vault refuses who proved that it may write, and was overtaken', async () => {
  const tried = await stores.vault(await storeWorld())
  const after = await tried.replace('rotate', { next: null, after: null })
  await tried.replace('rotate', { next: Buffer.from('of a later rotation'), after: null })
  expect(await codeOf(tried.replace('rotate', { next, after }))).toBe('conflict')
  expect(tried.read()).toContain('of a later rotation')
  await tried.close()
})
