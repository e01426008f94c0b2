/** Unlocks are appended at once: written to the unlock log first where there is one, numbered and committed, then proven by a receipt. */
import { equalBytes, receipt, SallyportError, signStatement, toBase64url } from '@sallyport/protocol'
import { auditDetails, type AuditEntry, auditEntry, encodeAuditEntry } from '@sallyport/protocol/api'
import { databaseFailure } from '../../db/failure.ts'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { LogLink, UnlockRecord } from '../../links/index.ts'
import type { UnlockLog } from '../../unlock-log/unlock-log.ts'
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
    details: auditDetails['unlock.granted'].parse(bound),
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
  parts: LogParts & {
    readonly personal: PersonalData
    readonly appended: (organization: string) => void
    /** Absent: there is none beside the log itself. */
    readonly unlockLog?: UnlockLog
  },
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

  const writeFirst = async (entry: AuditEntry): Promise<void> => {
    const { organization, id, at } = entry
    try {
      await parts.unlockLog?.write({ organization, id, at, entry: encodeAuditEntry(entry) })
    } catch (cause) {
      parts.logger.error(
        { event: 'unlock-log.failed', organization, err: cause },
        'an unlock could not be written to the unlock log',
      )
      throw new SallyportError('unlock_log_unavailable', { cause })
    }
  }

  return async (unlock) => {
    try {
      const entry = await sealed(entryOf(unlock))
      const signer = await signers.signerFor(unlock.organization)
      await writeFirst(entry)
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
      if (cause instanceof SallyportError && (cause.code === 'conflict' || cause.code === 'unlock_log_unavailable')) throw cause
      throw databaseFailure(cause) ?? new SallyportError('log_unavailable', { cause })
    }
  }
}
