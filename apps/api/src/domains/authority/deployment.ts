/** The deployment's authority: it names the API's own servers, to those who were given its root in an invitation. */
import { keyIdOf } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Pool } from '../../db/schema.ts'
import { buildCertificate, type SubjectName } from './certificate.ts'
import { lifetimes } from './names.ts'
import type { Authority } from './organization-authority.ts'

const rootKey = { scope: 'deployment', name: 'root' } as const

/** DER of the root; made when there is none. Of two replicas that start together both get the same one. */
export const deploymentRoot = async (pool: Pool, authority: Authority): Promise<Uint8Array> => {
  const publicKey = await authority.signer.publicKey(rootKey)
  const keyId = await keyIdOf(publicKey)
  const find = async (): Promise<Uint8Array | undefined> => {
    const query = pool.selectFrom('deployment_certificates').select('certificate').where('key_id', '=', keyId)
    const row = await query.executeTakeFirst()
    return row === undefined ? undefined : new Uint8Array(row.certificate)
  }
  const present = await find()
  if (present) return present
  const now = authority.clock()
  const notAfter = now + lifetimes.root
  const profile = { kind: 'authority', pathLength: 0, names: [{ type: 'dns', value: 'sallyport.invalid' }] } as const
  const certificate = await buildCertificate(authority.signer, {
    profile,
    subject: 'Sallyport deployment root',
    publicKey,
    issuer: null,
    signingKey: rootKey,
    now,
    notAfter,
  })
  await pool
    .insertInto('deployment_certificates')
    .values({ key_id: keyId, certificate: Buffer.from(certificate), created_at: new Date(now), expires_at: new Date(notAfter) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return (await find()) ?? certificate
}

export interface ServerCertificate {
  /** DER: leaf, then root. */
  readonly certificates: readonly Uint8Array[]
  readonly expiresAt: Date
}

/** A certificate for the API's own listeners. `names`: DNS names and IP addresses under which they are reached. */
export const issueServerCertificate = async (
  pool: Pool,
  authority: Authority,
  request: { readonly names: readonly SubjectName[]; readonly publicKey: Uint8Array },
): Promise<ServerCertificate> => {
  const root = await deploymentRoot(pool, authority)
  const now = authority.clock()
  const notAfter = now + lifetimes.server
  const leaf = await buildCertificate(authority.signer, {
    profile: { kind: 'leaf', names: request.names },
    subject: 'Sallyport API',
    publicKey: request.publicKey,
    issuer: root,
    signingKey: rootKey,
    now,
    notAfter,
  })
  return { certificates: [leaf, root], expiresAt: new Date(notAfter) }
}

/** Roots and issuers (DER) of all organizations: whom the gateway listener trusts to name gateways. */
export const listAllAuthorities = async (pool: Pool): Promise<readonly Uint8Array[]> => {
  const { rows } = await sql<{ readonly certificate: Buffer }>`
    select list_authority_certificates as certificate from list_authority_certificates()`.execute(pool)
  return rows.map((row) => row.certificate)
}
