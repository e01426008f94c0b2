/**
 * A new key for the heads of a log, when the one before is lost or must no longer be trusted. It is an entry of the log itself;
 * witnesses and auditors have to be given it, because nothing that the lost key signed can announce it. Where the root key is another
 * one, the log's other keys do not open either, and are followed by new ones: those of receipts, of what is personal, and to which
 * entries are sealed on their way.
 */
import { randomUUID } from 'node:crypto'
import { formatNoteKey } from '@sallyport/audit-log'
import { SallyportError } from '@sallyport/protocol'
import { type AuditActor, auditDetails, auditEntry } from '@sallyport/protocol/api'
import { withOrganization } from '../../db/with-organization.ts'
import type { RootKey } from '../../keys/root-key.ts'
import type { LogLink } from '../../links/index.ts'
import { addCheckpointKey, checkpointKeys, MAX_KEYS } from './checkpoint-keys.ts'
import { appendEntries, lockHead } from './number.ts'
import type { OutboxKey } from './outbox-key.ts'
import type { LogParts } from './parts.ts'
import { type PersonalData, replaceLostPrivacyKey } from './personal-data.ts'
import { replaceLostReceiptKey } from './receipt-signer.ts'
import { readLogState } from './state.ts'

const entryOf = (
  { organization, actor }: { readonly organization: string; readonly actor: AuditActor },
  { keys, at }: { readonly keys: { readonly before: string | null; readonly after: string }; readonly at: number },
) =>
  auditEntry.parse({
    version: 1,
    id: randomUUID(),
    organization,
    type: 'log.key-changed',
    at,
    actor,
    subject: { kind: 'organization', id: organization },
    details: auditDetails['log.key-changed'].parse(keys),
  })

export const startingKeys =
  (
    parts: LogParts & {
      readonly personal: PersonalData
      readonly outboxKey: OutboxKey
      readonly appended: (organization: string) => void
    },
    root: RootKey,
  ): LogLink['startLogKey'] =>
  async (asked) => {
    const { organization } = asked
    await withOrganization(parts.pool, organization, async (transaction) => {
      // The head's row: whoever starts a key second sees the first one's.
      const edge = await lockHead(transaction, organization)
      const known = await checkpointKeys(transaction, organization)
      if (known.length >= MAX_KEYS) throw new SallyportError('limit_reached', { message: 'This log has had too many keys.' })
      await addCheckpointKey(transaction, organization, root)
      await replaceLostReceiptKey(transaction, organization, root)
      await replaceLostPrivacyKey(transaction, organization, root)
      await parts.outboxKey.publish(transaction, 'always')
      const [newest] = await checkpointKeys(transaction, organization)
      const keys = { before: known[0] === undefined ? null : formatNoteKey(known[0]), after: formatNoteKey(newest!) }
      const entry = entryOf(asked, { keys, at: parts.clock() })
      await appendEntries(transaction, { organization, edge }, await parts.personal.seal(transaction, organization, [entry]))
    })
    parts.appended(organization)
    return readLogState(parts, organization)
  }
