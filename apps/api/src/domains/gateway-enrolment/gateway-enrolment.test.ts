import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import {
  decodeJoinToken,
  fromBase64url,
  parseIdentity,
  SallyportError,
  toBase64url,
  trustBundle,
  verifyStatement,
} from '@sallyport/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Transaction } from '../../db/schema.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { type MadeOrganization, makeOrganization } from '../../testing/make-organization.ts'
import { makeRequest } from '../../testing/make-request.ts'
import { makeSigner, type MadeSigner } from '../../testing/make-signer.ts'
import { type PlayedRoles, playRoles } from '../../testing/play-roles.ts'
import { trustBundleFor } from '../authority/index.ts'
import { answerOfGateway, findGateway, listGateways } from '../gateways/index.ts'
import { readRevocationsAfter } from '../revocations/index.ts'
import { changeGateway, createJoinToken, joinGateway, renewGateway, revokeGateway } from './index.ts'

const HOUR = 3_600_000

let database: TestDatabase
let roles: PlayedRoles
let now = Date.now()
let organization: MadeOrganization
let sites: string[]

beforeAll(async () => {
  database = await testDatabase()
  roles = await playRoles(database, () => now)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  now = Date.now()
  organization = await makeOrganization(database.pools.api, now)
  sites = [randomUUID(), randomUUID()]
  await run((transaction) =>
    transaction
      .insertInto('sites')
      .values(sites.map((id) => ({ id, name: `site ${id}`, created_at: new Date(now) })))
      .execute(),
  )
})

const run = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
  withOrganization(database.pools.api, organization.id, work)

const actor = { kind: 'user', id: randomUUID(), device: randomUUID(), session: randomUUID(), address: '127.0.0.1' } as const
const origins = { public: 'https://api.example', gateway: 'https://gateways.api.example' }

const makeToken = (gateway: Partial<Parameters<typeof createJoinToken>[1]['gateway']> = {}) =>
  run((transaction) =>
    createJoinToken(transaction, {
      organization,
      gateway: { name: 'edge', kind: 'gateway', sites: [sites[0]!], address: { host: 'edge.example', port: 443 }, ...gateway },
      contact: { origins, apiRoot: Uint8Array.of(1, 2, 3) },
      authority: roles.authority,
      actor,
    }),
  )

const secretOf = (token: string): Uint8Array => fromBase64url(decodeJoinToken(token).secret)

const join = async (secret: Uint8Array, signer: MadeSigner, csr?: Uint8Array) =>
  joinGateway({
    pool: database.pools.api,
    authority: roles.authority,
    secret,
    csr: csr ?? (await makeRequest(signer)),
    version: '1.0.0',
    address: '127.0.0.1',
  })

const joined = async (gateway: Parameters<typeof makeToken>[0] = {}) => {
  const signer = makeSigner()
  const { token } = await makeToken(gateway)
  return { signer, ...(await join(secretOf(token), signer)) }
}

const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => null,
    (caught: unknown) => caught,
  )
  return error instanceof SallyportError ? error.code : String(error)
}

const auditTypes = async (): Promise<string[]> => {
  const { rows } = await roles.log.listEntries({ organization: organization.id, limit: 100, below: null })
  return rows.map(({ entry }) => (entry as { type: string }).type)
}

const bundle = async () => {
  const text = await trustBundleFor(roles.trustBundles, organization)
  const { publicKey } = new X509Certificate((await rootOf()) as Uint8Array<ArrayBuffer>)
  return verifyStatement(trustBundle, text, [new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))])
}

const rootOf = async (): Promise<Uint8Array> => {
  const row = await run((transaction) =>
    transaction.selectFrom('authority_certificates').select('certificate').where('kind', '=', 'root').executeTakeFirstOrThrow(),
  )
  return row.certificate
}

describe('a join token', () => {
  test('tells how to make first contact, and is kept as a hash only', async () => {
    const { token, expiresAt } = await makeToken()
    const read = decodeJoinToken(token)
    expect(read).toMatchObject({
      api: origins.public,
      gatewayApi: origins.gateway,
      apiRoot: toBase64url(Uint8Array.of(1, 2, 3)),
      organization: organization.slug,
      rootFingerprint: createHash('sha256')
        .update(await rootOf())
        .digest('base64url'),
    })
    expect(expiresAt.getTime()).toBe(now + HOUR)
    const [row] = await run((transaction) => transaction.selectFrom('gateway_join_tokens').selectAll().execute())
    expect(JSON.stringify(row)).not.toContain(read.secret)
    expect(row!.secret_hash).toEqual(createHash('sha256').update(secretOf(token)).digest())
  })

  test('needs sites that exist, a free name, and an address for a gateway', async () => {
    expect(await refusal(makeToken({ sites: [randomUUID()] }))).toBe('not_found')
    expect(await refusal(makeToken({ address: null }))).toBe('invalid_request')
    await joined({ name: 'taken' })
    expect(await refusal(makeToken({ name: 'taken' }))).toBe('conflict')
  })

  test('of another organization names none of its sites', async () => {
    const foreign = sites
    organization = await makeOrganization(database.pools.api, now)
    expect(await refusal(makeToken({ sites: foreign }))).toBe('not_found')
  })
})

describe('joining', () => {
  test('gives the gateway an identity, a place in the trust bundle, and one entry', async () => {
    const gateway = await joined({ kind: 'relay', address: null, name: 'inner' })
    const leaf = new X509Certificate(gateway.certificates[0] as Uint8Array<ArrayBuffer>)
    expect(leaf.checkIssued(new X509Certificate(gateway.certificates[1] as Uint8Array<ArrayBuffer>))).toBe(true)
    expect(parseIdentity(leaf.subjectAltName!.replace('URI:', ''))).toEqual({
      trustDomain: organization.trustDomain,
      kind: 'relay',
      id: gateway.gateway,
    })
    expect(new Uint8Array(leaf.publicKey.export({ format: 'der', type: 'spki' }))).toEqual(gateway.signer.publicKey)
    const { gateways, number } = await bundle()
    expect(gateways).toEqual([{ id: gateway.gateway, kind: 'relay', name: 'inner', sites: [sites[0]], address: null }])
    expect(number).toBeGreaterThan(1)
    await expect.poll(auditTypes).toEqual(['gateway.joined', 'gateway.join-token-created'])
  })

  test('works once: a second key is refused, the same key gets its lost answer again', async () => {
    const { token } = await makeToken()
    const signer = makeSigner()
    const first = await join(secretOf(token), signer)
    expect(await refusal(join(secretOf(token), makeSigner()))).toBe('join_token_invalid')
    const again = await join(secretOf(token), signer)
    expect(again.gateway).toBe(first.gateway)
    expect(await run((transaction) => listGateways(transaction, { after: null, limit: 10 }))).toHaveLength(1)
    now += HOUR
    expect(await refusal(join(secretOf(token), signer))).toBe('join_token_invalid')
  })

  test('of two keys at the same time lets one in', async () => {
    const { token } = await makeToken()
    const outcomes = await Promise.all([makeSigner(), makeSigner()].map((signer) => refusal(join(secretOf(token), signer))))
    expect(outcomes.toSorted()).toEqual(['join_token_invalid', 'null'])
  })

  test('is refused for an unknown or expired token', async () => {
    const { token } = await makeToken()
    expect(await refusal(join(randomBytes(32), makeSigner()))).toBe('join_token_invalid')
    now += HOUR
    expect(await refusal(join(secretOf(token), makeSigner()))).toBe('join_token_invalid')
  })

  test('is refused without proof of the key, and the token stays good', async () => {
    const { token } = await makeToken()
    const csr = await makeRequest(makeSigner())
    const forged = Uint8Array.from(csr)
    forged[forged.length - 5]! ^= 1
    expect(await refusal(join(secretOf(token), makeSigner(), forged))).toBe('invalid_request')
    expect(await refusal(join(secretOf(token), makeSigner(), randomBytes(100)))).toBe('invalid_request')
    expect((await join(secretOf(token), makeSigner())).gateway).toEqual(expect.any(String))
  })

  test('with a key that was a gateway before is refused', async () => {
    const { signer } = await joined({ name: 'first' })
    const { token } = await makeToken({ name: 'second' })
    expect(await refusal(join(secretOf(token), signer))).toBe('join_token_invalid')
  })
})

describe('renewal', () => {
  const renew = async (gateway: Awaited<ReturnType<typeof joined>>, signer: MadeSigner) => {
    const csr = await makeRequest(signer)
    return run((transaction) =>
      renewGateway(transaction, {
        organization,
        gateway: { id: gateway.gateway, kind: 'gateway', publicKey: gateway.signer.publicKey },
        authority: roles.authority,
        csr,
        version: '1.1.0',
        address: '127.0.0.1',
      }),
    )
  }

  test('extends the certificate of the same key, and notes the version', async () => {
    const gateway = await joined()
    now += HOUR
    const renewed = await renew(gateway, gateway.signer)
    expect(renewed.expiresAt.getTime()).toBeGreaterThan(gateway.expiresAt.getTime())
    expect(await run((transaction) => findGateway(transaction, gateway.gateway))).toMatchObject({
      version: '1.1.0',
      certificateExpiresAt: renewed.expiresAt,
    })
  })

  test('for another key, or of a revoked gateway, is refused', async () => {
    const gateway = await joined()
    expect(await refusal(renew(gateway, makeSigner()))).toBe('identity_mismatch')
    await run((transaction) =>
      revokeGateway(transaction, { organization: organization.id, gateway: gateway.gateway, actor, now }),
    )
    expect(await refusal(renew(gateway, gateway.signer))).toBe('certificate_revoked')
  })
})

describe('an administrator', () => {
  const change = (gateway: string, wanted: Parameters<typeof changeGateway>[1]['change']) =>
    run((transaction) => changeGateway(transaction, { organization: organization.id, gateway, change: wanted, actor, now }))

  test('changes name, sites and address; the trust bundle follows', async () => {
    const { gateway } = await joined()
    const before = await bundle()
    await change(gateway, { name: 'renamed', sites, address: { host: 'other.example', port: 8443 } })
    const after = await bundle()
    expect(after.number).toBeGreaterThan(before.number)
    expect(after.gateways).toEqual([
      { id: gateway, kind: 'gateway', name: 'renamed', sites: sites.toSorted(), address: { host: 'other.example', port: 8443 } },
    ])
  })

  test('is refused what does not fit', async () => {
    const { gateway } = await joined()
    await joined({ name: 'second' })
    expect(await refusal(change(gateway, { name: 'second' }))).toBe('conflict')
    expect(await refusal(change(gateway, { sites: [randomUUID()] }))).toBe('not_found')
    expect(await refusal(change(gateway, { address: null }))).toBe('invalid_request')
    expect(await refusal(change(randomUUID(), { name: 'x' }))).toBe('not_found')
  })

  test('revokes it: out of the bundle, a numbered revocation, its name free again, one entry', async () => {
    const { gateway } = await joined()
    const revokeIt = () =>
      run((transaction) => revokeGateway(transaction, { organization: organization.id, gateway, actor, now }))
    await revokeIt()
    expect((await bundle()).gateways).toEqual([])
    const revocations = await run((transaction) => readRevocationsAfter(transaction, organization.id, 0))
    expect(revocations).toMatchObject([{ number: 1, subject: { kind: 'gateway', id: gateway }, code: 'gateway_unknown' }])
    expect(await refusal(revokeIt())).toBe('conflict')
    expect(await refusal(change(gateway, { name: 'x' }))).toBe('conflict')
    const found = await run((transaction) => findGateway(transaction, gateway))
    expect(answerOfGateway(found!, now)).toMatchObject({
      status: 'revoked',
      connected: false,
      sites: [],
      certificateExpiresAt: null,
    })
    await joined()
    await expect.poll(auditTypes).toContain('gateway.revoked')
    expect((await auditTypes()).filter((type) => type === 'gateway.revoked')).toHaveLength(1)
  })

  test('of another organization finds nothing', async () => {
    const { gateway } = await joined()
    organization = await makeOrganization(database.pools.api, now)
    expect(await refusal(change(gateway, { name: 'mine' }))).toBe('not_found')
    expect(await run((transaction) => listGateways(transaction, { after: null, limit: 10 }))).toEqual([])
  })
})
