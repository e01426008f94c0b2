/** Certificates of an organization's authorities as they are kept. */
import { randomUUID } from 'node:crypto'
import { sha256, toBase64url } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** `cross`: a root as the one before it certified it, for those who have pinned that one. */
export type AuthorityKind = 'root' | 'issuer' | 'cross'

export interface StoredCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  /** base64url SHA-256 of its public key. */
  readonly keyId: string
  readonly createdAt: Date
  readonly expiresAt: Date
  /** From when it signs; null: at once. */
  readonly signsFrom: Date | null
  /** When nobody accepts it any more, because another one followed it; null: not decided. */
  readonly retiresAt: Date | null
}

export interface NewCertificate {
  readonly kind: AuthorityKind
  readonly keyId: string
  readonly certificate: Uint8Array
  /** Milliseconds since 1970, as below. */
  readonly now: number
  readonly notAfter: number
  readonly signsFrom?: number
}

/** Newest first, without the expired. */
export const listCertificates = async (
  transaction: Transaction,
  kind: AuthorityKind,
  now: number,
): Promise<StoredCertificate[]> => {
  const rows = await transaction
    .selectFrom('authority_certificates')
    .selectAll()
    .where('kind', '=', kind)
    .where('expires_at', '>', new Date(now))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    certificate: new Uint8Array(row.certificate),
    keyId: row.key_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    signsFrom: row.signs_from,
    retiresAt: row.retires_at,
  }))
}

export const storeCertificate = async (transaction: Transaction, made: NewCertificate): Promise<StoredCertificate> => {
  const { kind, keyId, certificate, signsFrom } = made
  // The newest of its kind from now on, whatever clocks of replicas say.
  const [before] = await listCertificates(transaction, kind, 0)
  const createdAt = new Date(Math.max(made.now, (before?.createdAt.getTime() ?? 0) + 1))
  const expiresAt = new Date(made.notAfter)
  const from = signsFrom === undefined ? null : new Date(signsFrom)
  await transaction
    .insertInto('authority_certificates')
    .values({
      id: randomUUID(),
      kind,
      key_id: keyId,
      certificate: Buffer.from(certificate),
      created_at: createdAt,
      expires_at: expiresAt,
      signs_from: from,
      retires_at: null,
    })
    .execute()
  return { certificate, keyId, createdAt, expiresAt, signsFrom: from, retiresAt: null }
}

/** Null when no root of this fingerprint (base64url SHA-256 of the certificate) is shown any more. */
export const findRoot = async (transaction: Transaction, fingerprint: string, now: number): Promise<StoredCertificate | null> => {
  for (const root of await listCertificates(transaction, 'root', now)) {
    if (toBase64url(await sha256(root.certificate)) === fingerprint) return root
  }
  return null
}

/** All of a kind but the newest are no longer accepted from then on; those for which it was decided before stay so. */
export const retireOlder = async (
  transaction: Transaction,
  { kind, newest, at }: { readonly kind: 'root' | 'issuer'; readonly newest: StoredCertificate; readonly at: number },
): Promise<void> => {
  await transaction
    .updateTable('authority_certificates')
    .set({ retires_at: new Date(at) })
    .where('kind', '=', kind)
    .where('retires_at', 'is', null)
    .where('certificate', '!=', Buffer.from(newest.certificate))
    .execute()
}

export interface RetiredCertificate {
  readonly kind: AuthorityKind
  readonly keyId: string
}

/** Deletes those whose time is over, and returns them. */
export const deleteRetired = async (transaction: Transaction, now: number): Promise<RetiredCertificate[]> => {
  const rows = await transaction
    .deleteFrom('authority_certificates')
    .where((where) => where.or([where('retires_at', '<=', new Date(now)), where('expires_at', '<=', new Date(now))]))
    .returning(['kind', 'key_id'])
    .execute()
  return rows.map((row) => ({ kind: row.kind, keyId: row.key_id }))
}
