import { execFile } from 'node:child_process'
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import 'reflect-metadata'
import { keyIdOf, toBase64url, trustBundle, verifyStatement } from '@sallyport/protocol'
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pool } from '../../db/schema.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import {
  type AuthorityKey,
  type AuthoritySigner,
  bumpTrustBundle,
  deploymentRoot,
  ensureAuthority,
  issueLeaf,
  issueServerCertificate,
  keyOfCertificateRequest,
  toPem,
  trustBundleFor,
} from './index.ts'

const run = promisify(execFile)
const now = Date.now()
const clock = () => now

/** Real keys and signatures, in memory instead of under a KMS. */
const memorySigner = (): AuthoritySigner => {
  const keys = new Map<string, { readonly publicKey: Uint8Array; readonly pem: string }>()
  const keyOf = (key: AuthorityKey) => {
    const name = JSON.stringify(key)
    const present = keys.get(name)
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
}) => {
  const [leaf, ...issuers] = certificates.chain
  const file = async (name: string, ders: readonly Uint8Array[]): Promise<string> => {
    const path = join(folder, `${randomUUID()}-${name}.pem`)
    await writeFile(path, toPem(ders))
    return path
  }
  const paths = [await file('root', [certificates.root]), await file('issuers', issuers), await file('leaf', [leaf!])]
  const { stdout } = await run('openssl', [
    ...['verify', '-x509_strict', '-purpose', certificates.purpose],
    ...['-CAfile', paths[0]!, '-untrusted', paths[1]!, paths[2]!],
  ])
  return stdout
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

const receiptKey = new Uint8Array(generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }))
const testKeys = {
  vaultKeys: () =>
    Promise.resolve({ keys: [{ id: toBase64url(new Uint8Array(32)), publicKey: toBase64url(new Uint8Array(32)) }] }),
  receiptKeys: async () => ({ keys: [{ id: await keyIdOf(receiptKey), publicKey: toBase64url(receiptKey) }] }),
}

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
  it('is one for all replicas, and names a server by DNS name and address', async () => {
    const authority = { signer: memorySigner(), clock }
    const [first, second] = await Promise.all([
      deploymentRoot(pool, authority),
      deploymentRoot(database.openPool('api'), authority),
    ])
    expect(toBase64url(first)).toBe(toBase64url(second))
    const { publicKey } = await requestFor()
    const names = [
      { type: 'dns', value: 'api.example.test' },
      { type: 'ip', value: '127.0.0.1' },
    ] as const
    const issued = await issueServerCertificate(pool, authority, { names, publicKey })
    expect(await openssl({ chain: issued.certificates, root: first, purpose: 'sslserver' })).toContain(': OK')
    const leaf = new X509Certificate(issued.certificates[0]!)
    expect([leaf.checkHost('api.example.test'), leaf.checkIP('127.0.0.1'), leaf.checkHost('other.test')]).toEqual([
      'api.example.test',
      '127.0.0.1',
      undefined,
    ])
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
