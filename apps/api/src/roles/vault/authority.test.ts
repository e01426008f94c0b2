import { randomUUID, X509Certificate } from 'node:crypto'
import {
  canonicalJson,
  fromBase64url,
  parseStatement,
  toBase64url,
  trustBundle,
  utf8,
  verifySignature,
  verifyStatement,
} from '@sallyport/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import {
  type AuthorityKey,
  type AuthoritySigner,
  announceApiRoots,
  deploymentRoots,
  followDeploymentRoot,
  issueLeaf,
  issueServerCertificate,
  keepAuthorities,
  keepDeploymentRoots,
  rotateAuthority,
  trustBundleFor,
} from '../../domains/authority/index.ts'
import { makeOrganization, type MadeOrganization } from '../../testing/make-organization.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import { administrator, type MovedClock, type RolesOfWorld, startTestRoles } from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.now() }
let database: TestDatabase
let roles: RolesOfWorld
let organization: MadeOrganization

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  organization = await makeOrganization(database.pools.api)
})

/** Signs with the vault, and remembers what was signed, with which key. */
const recordingSigner = () => {
  const signed: { key: AuthorityKey; payload: 'certificate' | 'trust-bundle'; data: Uint8Array }[] = []
  const signer: AuthoritySigner = {
    publicKey: async (key) => (await roles.vault.authorityPublicKey({ key })).publicKey,
    nextKey: async (key) => (await roles.vault.authorityNextKey({ key })).publicKey,
    async sign(key, payload, data) {
      signed.push({ key, payload, data })
      return (await roles.vault.authoritySign({ key, payload, data: new Uint8Array(data) })).signature
    },
  }
  return { authority: { signer, clock: () => clock.now }, signed }
}

const sign = (key: AuthorityKey, payload: 'certificate' | 'trust-bundle', data: Uint8Array) =>
  roles.vault.authoritySign({ key, payload, data: new Uint8Array(data) })
const refused = { code: 'certificate_invalid' }
const rootKey = (of = organization.id): AuthorityKey => ({ scope: 'organization', organization: of, name: 'root' })
const issuerKey = (of = organization.id): AuthorityKey => ({ scope: 'organization', organization: of, name: 'issuer' })

const issueAll = async (of = organization) => {
  const { authority, signed } = recordingSigner()
  const { publicKey } = makeSigner()
  const leaf = await withOrganization(database.pools.api, of.id, (transaction) =>
    issueLeaf(transaction, authority, { organization: of, kind: 'session', id: randomUUID(), publicKey }),
  )
  return { authority, signed, leaf }
}
const tbsOf = (signed: Awaited<ReturnType<typeof issueAll>>['signed'], name: 'root' | 'issuer', at = 0): Uint8Array =>
  signed.filter(({ key, payload }) => key.name === name && payload === 'certificate')[at]!.data

describe('the vault as authority', () => {
  it('signs roots, issuers, leaves, servers and trust bundles as they are made', async () => {
    const { authority, leaf } = await issueAll()
    const [first, issuer] = leaf.certificates.map((der) => new X509Certificate(der))
    expect(first!.verify(issuer!.publicKey)).toBe(true)
    const { pools } = database
    const root = new X509Certificate((await deploymentRoots(pools.api, authority))[0]!.certificate)
    const { publicKey } = makeSigner()
    const server = await issueServerCertificate(pools.api, authority, { names: [{ type: 'dns', value: 'api.test' }], publicKey })
    expect(new X509Certificate(server.certificates[0]!).verify(root.publicKey)).toBe(true)
    const keys = { vaultKeys: roles.vault.vaultKeys, receiptKeys: roles.log.link.receiptKeys }
    const text = await trustBundleFor({ ...authority, pool: pools.api, keys, gateways: () => Promise.resolve([]) }, organization)
    const rootPublic = await authority.signer.publicKey(rootKey())
    expect((await verifyStatement(trustBundle, text, [rootPublic])).organization).toBe(organization.id)
  })

  it('has one key of each kind, whoever asks first and on whichever replica', async () => {
    const asked = await Promise.all(Array.from({ length: 6 }, () => roles.vault.authorityPublicKey({ key: rootKey() })))
    expect(new Set(asked.map(({ publicKey }) => toBase64url(publicKey))).size).toBe(1)
    const deployment = await Promise.all(
      Array.from({ length: 6 }, () => roles.vault.authorityPublicKey({ key: { scope: 'deployment', name: 'root' } })),
    )
    expect(new Set(deployment.map(({ publicKey }) => toBase64url(publicKey))).size).toBe(1)
    const sealing = await Promise.all(Array.from({ length: 6 }, () => roles.vault.vaultKeys({ organization: organization.id })))
    expect(new Set(sealing.map(({ keys }) => keys[0]!.publicKey)).size).toBe(1)
  })
})

describe('authorities that follow one another', () => {
  const DAY = 86_400_000
  const job = { kind: 'job', id: null, device: null, session: null, address: null } as const
  const inApi = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
    withOrganization(database.pools.api, organization.id, work)
  const keysOf = async (use: 'root' | 'issuer') => {
    const rows = await withOrganization(database.pools.vault, organization.id, (transaction) =>
      transaction.selectFrom('vault_keys').select('id').where('use', '=', use).execute(),
    )
    return rows.length
  }

  it('have keys of their own, which are destroyed when nothing that they signed is accepted any more', async () => {
    const { authority } = await issueAll()
    const rotation = { organization, actor: job, announceFor: 60_000 } as const
    await inApi((transaction) => rotateAuthority(transaction, authority, { ...rotation, what: 'root' }))
    expect([await keysOf('root'), await keysOf('issuer')]).toEqual([2, 2])
    await roles.vault.keepKeys({ organization: organization.id })
    expect([await keysOf('root'), await keysOf('issuer')]).toEqual([2, 2])
    const now = clock.now
    clock.now += 32 * DAY
    await inApi((transaction) => keepAuthorities(transaction, authority, rotation))
    await roles.vault.keepKeys({ organization: organization.id })
    // A root that certified another one goes with its own certificate; what it certified stays.
    expect([await keysOf('root'), await keysOf('issuer')]).toEqual([1, 1])
    const { publicKey } = makeSigner()
    await inApi((transaction) =>
      issueLeaf(transaction, authority, { organization, kind: 'gateway', id: randomUUID(), publicKey }),
    )
    clock.now = now
  })

  it('use a key again that was made and never certified', async () => {
    await issueAll()
    const next = () => roles.vault.authorityNextKey({ key: issuerKey() })
    expect((await next()).publicKey).toEqual((await next()).publicKey)
    expect(await keysOf('issuer')).toBe(2)
  })
})

describe("roots of the API's own servers", () => {
  it('follow one another, and the key of the one before is destroyed with its certificate', async () => {
    const { api, vault } = database.pools
    const { authority } = recordingSigner()
    const follow = () => api.transaction().execute((transaction) => followDeploymentRoot(transaction, authority))
    const keys = async () => (await vault.selectFrom('deployment_keys').select('public_key').execute()).length
    const before = (await deploymentRoots(api, authority))[0]!
    await follow()
    const bundles = {
      ...{ ...authority, certifiesListeners: true, pool: api, gateways: () => Promise.resolve([]) },
      keys: { vaultKeys: roles.vault.vaultKeys, receiptKeys: roles.log.link.receiptKeys },
    }
    await withOrganization(api, organization.id, (transaction) =>
      announceApiRoots(transaction, bundles, { organization: organization.id, actor: administrator }),
    )
    const { apiRoots } = parseStatement(trustBundle, await trustBundleFor(bundles, organization)).payload
    expect(apiRoots).toHaveLength(2)
    expect(await keys()).toBe(2)
    await roles.vault.rewrapKeys({ organization: organization.id, actor: administrator })
    expect(await keys()).toBe(2)

    const { now } = clock
    clock.now += 31 * 86_400_000
    await keepDeploymentRoots(api, authority)
    await roles.vault.rewrapKeys({ organization: organization.id, actor: administrator })
    expect(await keys()).toBe(1)
    const gone = { scope: 'deployment', name: 'root', id: before.keyId } as const
    await expect(roles.vault.authorityPublicKey({ key: gone })).rejects.toMatchObject(refused)
    clock.now = now
  })
})

describe('the vault refuses to sign', () => {
  it('with a key that it does not have, and for a root of somebody else', async () => {
    const { signed } = await issueAll()
    const unknown = { ...rootKey(), id: 'A'.repeat(43) }
    await expect(sign(unknown, 'certificate', tbsOf(signed, 'root'))).rejects.toMatchObject(refused)
    const foreign = await makeOrganization(database.pools.api)
    const { signed: others } = await issueAll(foreign)
    await expect(sign(rootKey(), 'certificate', tbsOf(others, 'root'))).rejects.toMatchObject(refused)
  })

  it('an authority with an issuer, and a leaf with a root', async () => {
    const { signed } = await issueAll()
    await expect(sign(issuerKey(), 'certificate', tbsOf(signed, 'root'))).rejects.toMatchObject(refused)
    await expect(sign(rootKey(), 'certificate', tbsOf(signed, 'issuer'))).rejects.toMatchObject(refused)
    await expect(sign({ scope: 'deployment', name: 'root' }, 'certificate', tbsOf(signed, 'root'))).rejects.toMatchObject(refused)
  })

  it('an issuer whose key is not its own, with the root', async () => {
    const foreign = await makeOrganization(database.pools.api)
    const { signed } = await issueAll(foreign)
    const issuerTbs = tbsOf(signed, 'root', 1)
    await expect(sign(rootKey(foreign.id), 'certificate', issuerTbs)).resolves.toBeDefined()
    await expect(sign(rootKey(), 'certificate', issuerTbs)).rejects.toMatchObject(refused)
  })

  it('a leaf of another organization', async () => {
    const foreign = await makeOrganization(database.pools.api)
    const { signed } = await issueAll(foreign)
    await expect(sign(issuerKey(foreign.id), 'certificate', tbsOf(signed, 'issuer'))).resolves.toBeDefined()
    await expect(sign(issuerKey(), 'certificate', tbsOf(signed, 'issuer'))).rejects.toMatchObject(refused)
  })

  it('bytes that are no certificate, or have something behind or before one', async () => {
    const { signed } = await issueAll()
    const tbs = tbsOf(signed, 'issuer')
    for (const bytes of [
      new Uint8Array(0),
      utf8('sallyport-statement-v1\nreceipt\n1\nAAAA'),
      new Uint8Array([...tbs, 0]),
      new Uint8Array([0x30, 0x00, ...tbs]),
      tbs.subarray(0, -1),
    ]) {
      await expect(sign(issuerKey(), 'certificate', bytes)).rejects.toMatchObject(refused)
    }
  })

  it('a certificate as a trust bundle, and any other statement', async () => {
    const { signed } = await issueAll()
    await expect(sign(rootKey(), 'trust-bundle', tbsOf(signed, 'root'))).rejects.toMatchObject(refused)
    const payload = toBase64url(utf8(canonicalJson({ version: 1 })))
    for (const type of ['trust-bundle', 'ticket', 'receipt']) {
      const data = utf8(`sallyport-statement-v1\n${type}\n1\n${payload}`)
      await expect(sign(rootKey(), 'trust-bundle', data)).rejects.toMatchObject(refused)
    }
  })

  it('a trust bundle of another organization, or with a vault key, root or issuer that is not its own', async () => {
    const bundleOf = async (of: MadeOrganization) => {
      const { authority, signed } = recordingSigner()
      const keys = { vaultKeys: roles.vault.vaultKeys, receiptKeys: roles.log.link.receiptKeys }
      await trustBundleFor({ ...authority, pool: database.pools.api, keys, gateways: () => Promise.resolve([]) }, of)
      const input = Buffer.from(signed.find(({ payload }) => payload === 'trust-bundle')!.data).toString()
      const encoded = input.slice(input.lastIndexOf('\n') + 1)
      return JSON.parse(Buffer.from(fromBase64url(encoded)).toString()) as Record<string, unknown>
    }
    const [own, foreign] = [await bundleOf(organization), await bundleOf(await makeOrganization(database.pools.api))]
    const inputOf = (bundle: Record<string, unknown>) =>
      utf8(`sallyport-statement-v1\ntrust-bundle\n1\n${toBase64url(utf8(canonicalJson(bundle as never)))}`)
    await expect(sign(rootKey(), 'trust-bundle', inputOf(own))).resolves.toBeDefined()
    await expect(sign(rootKey(), 'trust-bundle', inputOf(foreign))).rejects.toMatchObject(refused)
    await expect(sign(issuerKey(), 'trust-bundle', inputOf(own))).rejects.toMatchObject(refused)
    for (const field of ['vaultKeys', 'roots', 'issuers']) {
      const swapped = inputOf({ ...own, [field]: foreign[field] })
      await expect(sign(rootKey(), 'trust-bundle', swapped), field).rejects.toMatchObject(refused)
    }
  })

  it('and what it signs verifies under the key it names', async () => {
    const { signed } = await issueAll()
    const tbs = tbsOf(signed, 'issuer')
    const { signature } = await sign(issuerKey(), 'certificate', tbs)
    const { publicKey } = await roles.vault.authorityPublicKey({ key: issuerKey() })
    expect(await verifySignature({ algorithm: 'ecdsa-p256-sha256', publicKey }, tbs, signature)).toBe(true)
  })
})
