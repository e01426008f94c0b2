/**
 * The deployment's authority: it names the API's own servers, to those who were given its root in an invitation. A new root signs
 * at once: servers show what the roots before it certified, so that whoever knows only one of those believes them still.
 */
import { keyIdOf } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'
import { buildCertificate, type SubjectName } from './certificate.ts'
import { lifetimes, ROOT_AGE, ROOT_OVERLAP } from './names.ts'
import type { Authority } from './organization-authority.ts'
import type { StoredCertificate } from './store.ts'

const rootKey = { scope: 'deployment', name: 'root' } as const

/** Those of before that a server shows; whoever knows only an earlier root is invited again. */
const MAX_CROSS = 7

/** Newest first, without those whose time is over. */
const list = async (connection: Pool | Transaction, kind: 'root' | 'cross', now: number): Promise<StoredCertificate[]> => {
  const at = new Date(now)
  const rows = await connection
    .selectFrom('deployment_certificates')
    .selectAll()
    .where('kind', '=', kind)
    .where('expires_at', '>', at)
    .where((where) => where.or([where('retires_at', 'is', null), where('retires_at', '>', at)]))
    .orderBy('created_at', 'desc')
    .orderBy('key_id')
    .execute()
  return rows.map((row) => ({
    certificate: new Uint8Array(row.certificate),
    keyId: row.key_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    signsFrom: null,
    retiresAt: row.retires_at,
  }))
}

export const listDeploymentRoots = (connection: Pool | Transaction, now: number): Promise<StoredCertificate[]> =>
  list(connection, 'root', now)

/** `by`: the root that certifies it, instead of itself. */
const create = async (
  transaction: Transaction,
  authority: Authority,
  { publicKey, by }: { readonly publicKey: Uint8Array; readonly by?: StoredCertificate },
): Promise<StoredCertificate> => {
  const now = authority.clock()
  const keyId = await keyIdOf(publicKey)
  const kind = by === undefined ? 'root' : 'cross'
  const [before] = await list(transaction, kind, now)
  // The newest of its kind from now on, whatever clocks of replicas say.
  const createdAt = new Date(Math.max(now, (before?.createdAt.getTime() ?? 0) + 1))
  const expiresAt = new Date(Math.min(now + lifetimes.root, by?.expiresAt.getTime() ?? Infinity))
  // All have one name: what certifies another of the same name does not count as an authority below (RFC 5280 §4.2.1.9).
  const profile = { kind: 'authority', pathLength: 0, names: [{ type: 'dns', value: 'sallyport.invalid' }] } as const
  const certificate = await buildCertificate(authority.signer, {
    profile,
    subject: 'Sallyport deployment root',
    publicKey,
    issuer: by?.certificate ?? null,
    signingKey: { ...rootKey, id: by?.keyId ?? keyId },
    now,
    notAfter: expiresAt.getTime(),
  })
  await transaction
    .insertInto('deployment_certificates')
    .values({
      key_id: keyId,
      kind,
      certificate: Buffer.from(certificate),
      created_at: createdAt,
      expires_at: expiresAt,
      retires_at: null,
    })
    .execute()
  return { certificate, keyId, createdAt, expiresAt, signsFrom: null, retiresAt: null }
}

/** Whoever comes at the same time waits, and then finds what the first one made. */
const lock = (transaction: Transaction) =>
  sql`select pg_advisory_xact_lock(hashtextextended('sallyport deployment root', 0))`.execute(transaction)

/** Newest first; makes the first one. Of two replicas that start together both get the same one. */
export const deploymentRoots = async (pool: Pool, authority: Authority): Promise<readonly StoredCertificate[]> => {
  const present = await listDeploymentRoots(pool, authority.clock())
  if (present.length > 0) return present
  return pool.transaction().execute(async (transaction) => {
    await lock(transaction)
    const meanwhile = await listDeploymentRoots(transaction, authority.clock())
    if (meanwhile.length > 0) return meanwhile
    return [await create(transaction, authority, { publicKey: await authority.signer.publicKey(rootKey) })]
  })
}

/** A new root, certified by the one before, which is accepted for a while. Throws `limit_reached` and `vault_unavailable`. */
export const followDeploymentRoot = async (transaction: Transaction, authority: Authority): Promise<void> => {
  await lock(transaction)
  const now = authority.clock()
  const [before] = await listDeploymentRoots(transaction, now)
  const publicKey = await authority.signer.nextKey(rootKey)
  const root = await create(transaction, authority, { publicKey })
  if (before === undefined) return
  await create(transaction, authority, { publicKey, by: before })
  await transaction
    .updateTable('deployment_certificates')
    .set({ retires_at: new Date(now + ROOT_OVERLAP) })
    .where('kind', '=', 'root')
    .where('retires_at', 'is', null)
    .where('key_id', '!=', root.keyId)
    .execute()
}

/** What happens to the deployment's roots by itself: those of before end, and a new one follows when it is time. */
export const keepDeploymentRoots = (pool: Pool, authority: Authority): Promise<void> =>
  pool.transaction().execute(async (transaction) => {
    await lock(transaction)
    const now = authority.clock()
    const at = new Date(now)
    await transaction
      .deleteFrom('deployment_certificates')
      .where((where) => where.or([where('retires_at', '<=', at), where('expires_at', '<=', at)]))
      .execute()
    const [newest] = await listDeploymentRoots(transaction, now)
    if (newest !== undefined && newest.createdAt.getTime() + ROOT_AGE <= now) await followDeploymentRoot(transaction, authority)
  })

export interface ServerCertificate {
  /** DER: the leaf, then its root as those before certified it. */
  readonly certificates: readonly Uint8Array[]
  /** Key of the root that signed the leaf. */
  readonly root: string
  readonly expiresAt: Date
}

/** A certificate for the API's own listeners. `names`: DNS names and IP addresses under which they are reached. */
export const issueServerCertificate = async (
  pool: Pool,
  authority: Authority,
  request: { readonly names: readonly SubjectName[]; readonly publicKey: Uint8Array },
): Promise<ServerCertificate> => {
  const [root] = await deploymentRoots(pool, authority)
  const now = authority.clock()
  const notAfter = now + lifetimes.server
  const leaf = await buildCertificate(authority.signer, {
    profile: { kind: 'leaf', names: request.names },
    subject: 'Sallyport API',
    publicKey: request.publicKey,
    issuer: root!.certificate,
    signingKey: { ...rootKey, id: root!.keyId },
    now,
    notAfter,
  })
  const cross = (await list(pool, 'cross', now)).slice(0, MAX_CROSS)
  return {
    certificates: [leaf, ...cross.map(({ certificate }) => certificate)],
    root: root!.keyId,
    expiresAt: new Date(notAfter),
  }
}

/** Roots and issuers (DER) of all organizations: whom the gateway listener trusts to name gateways. */
export const listAllAuthorities = async (pool: Pool): Promise<readonly Uint8Array[]> => {
  const { rows } = await sql<{ readonly certificate: Buffer }>`
    select list_authority_certificates as certificate from list_authority_certificates()`.execute(pool)
  return rows.map((row) => row.certificate)
}
