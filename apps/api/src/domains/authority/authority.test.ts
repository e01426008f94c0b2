import { execFile } from 'node:child_process'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import 'reflect-metadata'
import { fromBase64url, keyIdOf, parseStatement, toBase64url, trustBundle, verifyStatement } from '@sallyport/protocol'
import { rootsOf, verifyTrustBundle } from '@sallyport/transport'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pool } from '../../db/schema.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import {
  type AuthorityKey,
  type AuthoritySigner,
  bumpTrustBundle,
  announceApiRoots,
  deploymentRoots,
  followDeploymentRoot,
  keepDeploymentRoots,
  ensureAuthority,
  issueLeaf,
  issueServerCertificate,
  keepAuthorities,
  keyOfCertificateRequest,
  rotateAuthority,
  toPem,
  trustBundleFor,
} from './index.ts'

const run = promisify(execFile)
const now = Date.now()
const clock = () => now

/** Real keys and signatures, in memory instead of under a KMS. */
const memorySigner = (): AuthoritySigner => {
  const keys = new Map<string, { readonly publicKey: Uint8Array; readonly pem: string }>()
  const newest = new Map<string, number>()
  const nameOf = (key: AuthorityKey): string => (key.scope === 'deployment' ? 'deployment' : `${key.organization} ${key.name}`)
  const keyOf = (key: AuthorityKey) => {
    const { id } = key
    const byId = [...keys.values()].find(({ publicKey }) => createHash('sha256').update(publicKey).digest('base64url') === id)
    const name = `${nameOf(key)} ${newest.get(nameOf(key)) ?? 0}`
    const present = byId ?? keys.get(name)
    if (present) return present
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const made = {
      publicKey: new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' })),
      pem: pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    }
    keys.set(name, made)
    return made
  }
  return {
    publicKey: (key) => Promise.resolve(keyOf(key).publicKey),
    nextKey: (key) => {
      newest.set(nameOf(key), (newest.get(nameOf(key)) ?? 0) + 1)
      return Promise.resolve(keyOf(key).publicKey)
    },
    sign: (key, _payload, data) =>
      Promise.resolve(sign('sha256', data, { key: createPrivateKey(keyOf(key).pem), dsaEncoding: 'ieee-p1363' })),
  }
}

const requestFor = async (): Promise<{ readonly csr: Uint8Array; readonly publicKey: Uint8Array }> => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm, name: 'CN=ignored' })
  return {
    csr: new Uint8Array(request.rawData),
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', keys.publicKey)),
  }
}

let database: TestDatabase
let pool: Pool
let folder: string
beforeAll(async () => {
  database = await testDatabase()
  await openedOutbox(database)
  pool = database.pools.api
  folder = await mkdtemp(join(tmpdir(), 'sallyport-authority-'))
})
afterAll(async () => {
  await database.stop()
  await rm(folder, { recursive: true })
})

const createOrganization = async () => {
  const id = randomUUID()
  const trustDomain = `${id}.test`
  await withOrganization(pool, id, (transaction) =>
    transaction
      .insertInto('organizations')
      .values({ id, slug: id, name: 'Example', trust_domain: trustDomain, settings: '{}', created_at: new Date() })
      .execute(),
  )
  return { id, trustDomain }
}

const openssl = async (certificates: {
  readonly chain: readonly Uint8Array[]
  readonly root: Uint8Array
  readonly purpose: string
  /** Milliseconds since 1970. */
  readonly at?: number
}) => {
  const [leaf, ...issuers] = certificates.chain
  const file = async (name: string, ders: readonly Uint8Array[]): Promise<string> => {
    const path = join(folder, `${randomUUID()}-${name}.pem`)
    await writeFile(path, toPem(ders))
    return path
  }
  const [root, leafFile] = [await file('root', [certificates.root]), await file('leaf', [leaf!])]
  const untrusted = issuers.length === 0 ? [] : ['-untrusted', await file('issuers', issuers)]
  const { stdout } = await run('openssl', [
    ...['verify', '-x509_strict', '-purpose', certificates.purpose],
    ...['-attime', String(Math.floor((certificates.at ?? now) / 1000))],
    ...['-CAfile', root, ...untrusted, leafFile],
  ])
  return stdout
}

const receiptKey = new Uint8Array(generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }))
const testKeys = {
  vaultKeys: () =>
    Promise.resolve({ keys: [{ id: toBase64url(new Uint8Array(32)), publicKey: toBase64url(new Uint8Array(32)) }] }),
  receiptKeys: async () => ({ keys: [{ id: await keyIdOf(receiptKey), publicKey: toBase64url(receiptKey) }] }),
}

describe('certificates of an organization', () => {
  it.each(['sslclient', 'sslserver'])('verify under OpenSSL, strictly, as %s', async (purpose) => {
    const authority = { signer: memorySigner(), clock }
    const organization = await createOrganization()
    const { publicKey } = await requestFor()
    const id = randomUUID()
    const [issued, { root }] = await withOrganization(pool, organization.id, async (transaction) => [
      await issueLeaf(transaction, authority, { organization, kind: 'session', id, publicKey }),
      await ensureAuthority(transaction, authority, organization),
    ])
    expect(await openssl({ chain: issued.certificates, root: root.certificate, purpose })).toContain(': OK')
    const leaf = new X509Certificate(issued.certificates[0]!)
    expect(leaf.subjectAltName).toBe(`URI:spiffe://${organization.trustDomain}/session/${id}`)
    expect(leaf.ca).toBe(false)
    expect(new Date(leaf.validTo).getTime() - now).toBeLessThanOrEqual(3_600_000)
    expect(leaf.publicKey.export({ format: 'der', type: 'spki' })).toEqual(Buffer.from(publicKey))
  })

  it('never outlast what they are asked for', async () => {
    const authority = { signer: memorySigner(), clock }
    const organization = await createOrganization()
    const { publicKey } = await requestFor()
    const { expiresAt } = await withOrganization(pool, organization.id, (transaction) =>
      issueLeaf(transaction, authority, { organization, kind: 'session', id: randomUUID(), publicKey, notAfter: now + 60_500 }),
    )
    expect(expiresAt.getTime()).toBe(Math.floor((now + 60_500) / 1000) * 1000)
  })

  it('have one root and one issuer, also when several ask first at once', async () => {
    const authority = { signer: memorySigner(), clock }
    const organization = await createOrganization()
    const ensured = await Promise.all(
      [1, 2, 3, 4].map(() =>
        withOrganization(pool, organization.id, (transaction) => ensureAuthority(transaction, authority, organization)),
      ),
    )
    expect(new Set(ensured.map(({ root }) => toBase64url(root.certificate))).size).toBe(1)
    expect(new Set(ensured.map(({ issuer }) => toBase64url(issuer.certificate))).size).toBe(1)
  })

  it('get a new issuer before the old one ends, and both are in the bundle', async () => {
    const signer = memorySigner()
    const organization = await createOrganization()
    const before = await withOrganization(pool, organization.id, (transaction) =>
      ensureAuthority(transaction, { signer, clock }, organization),
    )
    const later = { signer, clock: () => now + 300 * 86_400_000 }
    const after = await withOrganization(pool, organization.id, (transaction) =>
      ensureAuthority(transaction, later, organization),
    )
    expect(after.root.certificate).toEqual(before.root.certificate)
    expect(after.issuer.certificate).not.toEqual(before.issuer.certificate)
    const text = await trustBundleFor({ ...later, pool, keys: testKeys, gateways: () => Promise.resolve([]) }, organization)
    const { publicKey } = new X509Certificate(before.root.certificate)
    const bundle = await verifyStatement(trustBundle, text, [publicKey.export({ format: 'der', type: 'spki' })])
    expect(bundle.issuers).toEqual([after, before].map(({ issuer }) => toBase64url(issuer.certificate)))
  })
})

describe('authorities that follow one another', () => {
  const HOUR = 3_600_000
  const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
  /** An authority whose clock a test moves. */
  const makeAuthority = async () => {
    const time = { now }
    const organization = await createOrganization()
    const authority = { signer: memorySigner(), clock: () => time.now }
    const inOrganization = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
      withOrganization(pool, organization.id, work)
    const issue = () =>
      inOrganization(async (transaction) =>
        issueLeaf(transaction, authority, {
          organization,
          kind: 'gateway',
          id: randomUUID(),
          publicKey: (await requestFor()).publicKey,
        }),
      )
    const rotate = (what: 'issuer' | 'root') =>
      inOrganization((transaction) => rotateAuthority(transaction, authority, { organization, actor, what, announceFor: 60_000 }))
    const keep = () => inOrganization((transaction) => keepAuthorities(transaction, authority, { organization, actor }))
    const bundle = () => trustBundleFor({ ...authority, pool, keys: testKeys, gateways: () => Promise.resolve([]) }, organization)
    return { time, issue, rotate, keep, bundle }
  }
  const issuerOf = ({ certificates }: { readonly certificates: readonly Uint8Array[] }) => toBase64url(certificates[1]!)
  const rootOf = (text: string) => parseStatement(trustBundle, text).payload.roots[0]!

  it('announce a new issuer before it signs, and accept the one before until what it signed has ended', async () => {
    const { time, issue, rotate, keep, bundle } = await makeAuthority()
    const before = issuerOf(await issue())
    const pinned = rootOf(await bundle())
    await rotate('issuer')
    const announced = await verifyTrustBundle(await bundle(), pinned)
    expect(announced.issuers).toHaveLength(2)
    const last = await issue()
    expect(issuerOf(last)).toBe(before)
    time.now += 60_000
    const after = await issue()
    expect(announced.issuers).toEqual([issuerOf(after), before])
    time.now = last.expiresAt.getTime() + 60_000
    await keep()
    expect((await verifyTrustBundle(await bundle(), pinned)).issuers).toContain(before)
    time.now += HOUR + 1000
    await keep()
    expect((await verifyTrustBundle(await bundle(), pinned)).issuers).toEqual([issuerOf(after)])
  })

  it('lead whoever has pinned an earlier root to the newest, over as many as there were', async () => {
    const { time, issue, rotate, keep, bundle } = await makeAuthority()
    await issue()
    const pinned = [rootOf(await bundle())]
    for (let count = 0; count < 3; count++) {
      await rotate('root')
      time.now += 31 * 24 * HOUR
      await keep()
      pinned.push(rootOf(await bundle()))
    }
    expect(new Set(pinned).size).toBe(4)
    const text = await bundle()
    for (const root of pinned) await expect(verifyTrustBundle(text, root)).resolves.toMatchObject({ roots: expect.any(Array) })
    const stranger = await makeAuthority()
    await expect(verifyTrustBundle(text, rootOf(await stranger.bundle()))).rejects.toMatchObject({
      code: 'certificate_invalid',
    })
    const { roots, issuers } = parseStatement(trustBundle, text).payload
    const own = rootsOf({ roots }).map((root) => fromBase64url(root))
    expect(own).toHaveLength(1)
    expect(
      await openssl({
        chain: [(await issue()).certificates[0]!, fromBase64url(issuers[0]!)],
        root: own[0]!,
        purpose: 'sslclient',
        at: time.now,
      }),
    ).toContain(': OK')
  })

  it('follow by themselves after half a year', async () => {
    const { time, issue, keep } = await makeAuthority()
    const before = issuerOf(await issue())
    time.now += 181 * 24 * HOUR
    await Promise.all([keep(), keep()])
    time.now += HOUR
    expect(issuerOf(await issue())).not.toBe(before)
  })
})

describe('the trust bundle', () => {
  it('is the same text until something changes, then has the next number', async () => {
    const bundles = { signer: memorySigner(), clock, pool, keys: testKeys, gateways: () => Promise.resolve([]) }
    const organization = await createOrganization()
    const first = await trustBundleFor(bundles, organization)
    expect(await trustBundleFor(bundles, organization)).toBe(first)
    await withOrganization(pool, organization.id, (transaction) => bumpTrustBundle(transaction, organization.id))
    const second = await trustBundleFor(bundles, organization)
    const numberOf = (text: string): number => JSON.parse(Buffer.from(text.split('.')[0]!, 'base64url').toString()).number
    expect([numberOf(first), numberOf(second)]).toEqual([1, 2])
  })
})

describe('the deployment root', () => {
  const DAY = 86_400_000
  const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
  const time = { now }
  const authority = { signer: memorySigner(), clock: () => time.now, certifiesListeners: true }
  const names = [
    { type: 'dns', value: 'api.example.test' },
    { type: 'ip', value: '127.0.0.1' },
  ] as const
  const issue = async () => issueServerCertificate(pool, authority, { names, publicKey: (await requestFor()).publicKey })
  const follow = () => pool.transaction().execute((transaction) => followDeploymentRoot(transaction, authority))
  const newest = async () => (await deploymentRoots(pool, authority))[0]!
  const believes = async (root: { readonly certificate: Uint8Array }): Promise<string> =>
    openssl({ chain: (await issue()).certificates, root: root.certificate, purpose: 'sslserver', at: time.now })

  it('is one for all replicas, and names a server by DNS name and address', async () => {
    const [[first], [second]] = await Promise.all([
      deploymentRoots(pool, authority),
      deploymentRoots(database.openPool('api'), authority),
    ])
    expect(second).toEqual(first)
    expect(await believes(first!)).toContain(': OK')
    const leaf = new X509Certificate((await issue()).certificates[0]!)
    expect([leaf.checkHost('api.example.test'), leaf.checkIP('127.0.0.1'), leaf.checkHost('other.test')]).toEqual([
      'api.example.test',
      '127.0.0.1',
      undefined,
    ])
  })

  it('is followed by others that sign at once, and whoever knows only an earlier one believes the servers still', async () => {
    const known = [await newest()]
    for (let count = 0; count < 3; count++) {
      await follow()
      known.push(await newest())
      expect((await issue()).root).toBe(known.at(-1)!.keyId)
      for (const root of known) expect(await believes(root), `root ${known.indexOf(root)} of ${known.length}`).toContain(': OK')
      time.now += 31 * DAY
      await keepDeploymentRoots(pool, authority)
    }
    expect(await deploymentRoots(pool, authority)).toEqual([known.at(-1)])
    for (const root of known) expect(await believes(root)).toContain(': OK')
  })

  it('that nobody finished is made again, and is not half there', async () => {
    const before = await newest()
    const failing = { ...authority, signer: { ...authority.signer, sign: () => Promise.reject(new Error('the vault is gone')) } }
    const attempt = pool.transaction().execute((transaction) => followDeploymentRoot(transaction, failing))
    await expect(attempt).rejects.toThrow('the vault is gone')
    expect(await newest()).toEqual(before)
    expect(await believes(before)).toContain(': OK')
  })

  it('is told to an organization once, with an entry in its log, as long as it is accepted', async () => {
    const organization = await createOrganization()
    const inOrganization = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
      withOrganization(pool, organization.id, work)
    const announce = () =>
      inOrganization((transaction) => announceApiRoots(transaction, authority, { organization: organization.id, actor }))
    const told = async () => {
      const bundles = { ...authority, pool, keys: testKeys, gateways: () => Promise.resolve([]) }
      const { number, apiRoots } = parseStatement(trustBundle, await trustBundleFor(bundles, organization)).payload
      return { number, apiRoots }
    }
    const entries = async () => {
      const rows = await withOrganization(database.pools.log, organization.id, (transaction) =>
        transaction.selectFrom('audit_outbox').select('type').orderBy('position').execute(),
      )
      return rows.map(({ type }) => type)
    }
    await newest()
    await announce()
    const { number, apiRoots } = await told()
    expect(apiRoots).toBeUndefined()

    await follow()
    await Promise.all([announce(), announce(), announce()])
    const accepted = await deploymentRoots(pool, authority)
    expect(accepted).toHaveLength(2)
    const both = accepted.map(({ certificate }) => toBase64url(certificate))
    expect(await told()).toEqual({ number: number + 1, apiRoots: both })

    time.now += 31 * DAY
    await keepDeploymentRoots(pool, authority)
    await announce()
    expect(await told()).toEqual({ number: number + 2, apiRoots: both.slice(0, 1) })
    expect(await entries()).toEqual(['authority.rotated', 'authority.retired'])
  })

  it('follows by itself after five years, once', async () => {
    const before = await newest()
    time.now += 1826 * DAY
    await Promise.all([keepDeploymentRoots(pool, authority), keepDeploymentRoots(pool, authority)])
    const roots = await deploymentRoots(pool, authority)
    expect(roots.map(({ keyId }) => keyId)).toEqual([expect.not.stringMatching(before.keyId), before.keyId])
  })
})

describe('a certificate request', () => {
  it('gives its key when it is signed by it', async () => {
    const { csr, publicKey } = await requestFor()
    expect(await keyOfCertificateRequest(csr)).toEqual(publicKey)
  })

  it('is refused with a changed byte anywhere, or cut short', async () => {
    const { csr } = await requestFor()
    for (let index = 0; index < csr.length; index += 7) {
      const changed = csr.slice()
      changed[index]! ^= 0x01
      await expect(keyOfCertificateRequest(changed), `byte ${index}`).rejects.toMatchObject({ code: 'invalid_request' })
    }
    await expect(keyOfCertificateRequest(csr.subarray(0, -1))).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(keyOfCertificateRequest(new Uint8Array())).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('is refused for another curve', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })
    const attempt = keyOfCertificateRequest(new Uint8Array(request.rawData))
    await expect(attempt).rejects.toMatchObject({ code: 'invalid_request' })
    expect(
      createPublicKey({ key: Buffer.from(await crypto.subtle.exportKey('spki', keys.publicKey)), format: 'der', type: 'spki' })
        .asymmetricKeyDetails,
    ).toMatchObject({ namedCurve: 'secp384r1' })
  })
})
