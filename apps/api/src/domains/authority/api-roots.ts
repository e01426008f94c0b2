/**
 * What an organization's trust bundle says of the roots of the API's own servers. While there has been one only, nothing: everybody
 * has it from first contact.
 */
import { X509Certificate } from 'node:crypto'
import { canonicalJson, keyIdOf, toBase64url } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { bumpTrustBundle } from './bump.ts'
import { listDeploymentRoots } from './deployment.ts'
import { type Authority, lockAuthority } from './organization-authority.ts'

/** DER in base64url, newest first; null: those of first contact hold. */
export const announcedApiRoots = async (transaction: Transaction): Promise<readonly string[] | null> => {
  const row = await transaction.selectFrom('announced_api_roots').select('roots').executeTakeFirst()
  return row?.roots ?? null
}

const keyIdsOf = (roots: readonly string[]): Promise<string[]> =>
  Promise.all(
    roots.map((root) => {
      const { publicKey } = new X509Certificate(Buffer.from(root, 'base64url'))
      return keyIdOf(new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })))
    }),
  )

const keep = async (transaction: Transaction, roots: readonly string[]): Promise<void> => {
  if (roots.length === 0) {
    await transaction.deleteFrom('announced_api_roots').execute()
    return
  }
  const values = { roots: canonicalJson([...roots]) }
  await transaction
    .insertInto('announced_api_roots')
    .values(values)
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(values))
    .execute()
}

/** Has the trust bundle say which roots are accepted, where it does not yet; whatever was stopped in between is made good here. */
export const announceApiRoots = async (
  transaction: Transaction,
  authority: Authority,
  { organization, actor }: { readonly organization: string; readonly actor: AuditActor },
): Promise<void> => {
  const accepted = authority.certifiesListeners === true ? await listDeploymentRoots(transaction, authority.clock()) : []
  const roots = accepted.map(({ certificate }) => toBase64url(certificate))
  const isTold = (told: readonly string[] | null): boolean => (told === null ? roots.length <= 1 : told.join() === roots.join())
  if (isTold(await announcedApiRoots(transaction))) return
  await lockAuthority(transaction, organization)
  const before = await announcedApiRoots(transaction)
  if (isTold(before)) return
  await keep(transaction, roots)
  const number = await bumpTrustBundle(transaction, organization)
  const [old, present] = [await keyIdsOf(before ?? []), await keyIdsOf(roots)]
  await recordAudit(transaction, {
    type: old[0] === present[0] ? 'authority.retired' : 'authority.rotated',
    actor,
    subject: { kind: 'authority', id: 'deployment' },
    details: { before: { roots: old }, after: { roots: present }, trustBundle: number },
  })
}
