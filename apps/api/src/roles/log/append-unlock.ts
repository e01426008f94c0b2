/** Unlocks are appended at once: numbered and committed first, then proven by a receipt. */
import { equalBytes, receipt, SallyportError, signStatement, toBase64url } from '@sallyport/protocol'
import { type AuditEntry, auditEntry, encodeAuditEntry } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { LogLink, UnlockRecord } from '../../links/index.ts'
import { appendEntries, lockHead, type NumberedEntry } from './number.ts'
import type { LogParts } from './parts.ts'
import type { PersonalData } from './personal-data.ts'
import type { ReceiptSigners } from './receipt-signer.ts'

const entryOf = ({ id, organization, at, actor, credential, ...bound }: UnlockRecord): AuditEntry =>
  auditEntry.parse({
    version: 1,
    id,
    organization,
    type: 'unlock.granted',
    at,
    actor,
    subject: { kind: 'credential', id: credential },
    details: bound,
  })

/** What was appended under this id before; null when nothing was. Throws `conflict` when it was another entry. */
const findAppended = async (transaction: Transaction, entry: AuditEntry): Promise<NumberedEntry | null> => {
  const row = await transaction
    .selectFrom('audit_entries')
    .select(['index', 'leaf', 'entry'])
    .where('id', '=', entry.id)
    .executeTakeFirst()
  if (!row) return null
  if (!equalBytes(row.entry, encodeAuditEntry(entry))) throw new SallyportError('conflict')
  return { index: Number(row.index), leaf: row.leaf }
}

export const appendingUnlocks = (
  parts: LogParts & { readonly personal: PersonalData; readonly appended: (organization: string) => void },
  signers: ReceiptSigners,
): LogLink['appendUnlock'] => {
  /** When this returns the entry is committed; asking again with the same entry finds it. */
  const append = (entry: AuditEntry): Promise<NumberedEntry> =>
    withOrganization(parts.pool, entry.organization, async (transaction) => {
      const edge = await lockHead(transaction, entry.organization)
      const before = await findAppended(transaction, entry)
      if (before) return before
      const [numbered] = await appendEntries(transaction, { organization: entry.organization, edge }, [entry])
      return numbered!
    })

  /** The same bytes each time, unless the person was erased in between. */
  const sealed = async (entry: AuditEntry): Promise<AuditEntry> => {
    const [hashed] = await withOrganization(parts.pool, entry.organization, (transaction) =>
      parts.personal.seal(transaction, entry.organization, [entry]),
    )
    return hashed!
  }

  return async (unlock) => {
    try {
      const entry = await sealed(entryOf(unlock))
      const signer = await signers.signerFor(unlock.organization)
      const { index, leaf } = await append(entry)
      parts.appended(unlock.organization)
      const payload = {
        version: 1 as const,
        organization: unlock.organization,
        index,
        leaf: toBase64url(leaf),
        lease: unlock.lease,
        gateway: unlock.gateway,
        session: unlock.session,
        credential: unlock.credential,
        secretVersion: unlock.secretVersion,
        recordedAt: parts.clock(),
      }
      return { receipt: await signStatement(receipt, payload, [signer]) }
    } catch (cause) {
      if (cause instanceof SallyportError && cause.code === 'conflict') throw cause
      throw new SallyportError('log_unavailable', { cause })
    }
  }
}
