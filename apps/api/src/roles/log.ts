/**
 * The log role: numbers each organization's audit entries, signs receipts, and signs the heads of the Merkle tree over them. It
 * alone has the keys for both, under a root key of its own, and the database role that may write the log.
 */
import type { BlockList } from 'node:net'
import { SallyportError, toBase64url } from '@sallyport/protocol'
import { ifMigrated } from '../db/if-migrated.ts'
import type { Notifications } from '../db/notifications.ts'
import { withOrganization } from '../db/with-organization.ts'
import { loadRootKey, placeOfRootKey, type RootKeySource } from '../keys/root-key.ts'
import type { LogLink } from '../links/index.ts'
import { openUnlockLog } from '../unlock-log/open.ts'
import type { UnlockLogSource } from '../unlock-log/source.ts'
import { appendingUnlocks } from './log/append-unlock.ts'
import { startCheckpointer } from './log/checkpointer.ts'
import { openingSigners } from './log/checkpoint-keys.ts'
import { listing } from './log/list.ts'
import type { LogParts } from './log/parts.ts'
import { type OutboxKey, outboxKeyUnder } from './log/outbox-key.ts'
import { eraseMonthsBefore, erasePersonKey, personalDataUnder } from './log/personal-data.ts'
import { provingEntries, readingEntries, readingTiles } from './log/read.ts'
import { receiptSigners } from './log/receipt-signer.ts'
import { hasRestingKeys } from './log/resting-keys.ts'
import { startSequencer } from './log/sequencer.ts'
import { startingKeys } from './log/start-key.ts'
import { readLogState } from './log/state.ts'
import { askingWitnesses } from './log/witness-client.ts'

export interface LogOptions extends LogParts {
  readonly notifications: Pick<Notifications, 'listen'>
  /** Never the vault's. */
  readonly rootKey: RootKeySource
  /** Networks besides the public ones where an organization's witnesses may be. */
  readonly witnessNetworks: BlockList
  /** Where each unlock is written before it is numbered; absent: nowhere. */
  readonly unlockLog?: UnlockLogSource
}

export interface LogRole {
  readonly link: LogLink
  /** Finishes what it is numbering, and stops. */
  close(): Promise<void>
}

/** Entries are sealed to it on their way: as long as they are sealed to another one, this is not the log that they are for. */
const demandOwn = async (outboxKey: OutboxKey, { pool, rootKey }: LogOptions): Promise<void> => {
  if (!(await ifMigrated(false, () => outboxKey.isForeign(pool)))) return
  const message = `Another root key of the log than the one of this database: ${placeOfRootKey(rootKey)}. Put back the one of before; if it is lost for good, begin with this one: sallyport admin log start-key.`
  throw new SallyportError('kms_key_missing', { message })
}

/** Throws when its root key cannot be had. With another one than before it says so, and does nothing but what needs none. */
export const startLog = async ({ unlockLog: source, ...options }: LogOptions): Promise<LogRole> => {
  const root = await loadRootKey(options.rootKey, async () => !(await hasRestingKeys(options.pool)))
  if (root.warning !== null) options.logger.warn({ event: 'log.root-key', protection: root.protection }, root.warning)
  const signers = receiptSigners(options, root)
  const personal = personalDataUnder(root)
  const outboxKey = await outboxKeyUnder(root)
  // Tried again with each look at the organizations: the database may not be migrated yet.
  await outboxKey.publish(options.pool, 'first').catch((error: unknown) => {
    options.logger.warn(
      { event: 'log.no-outbox-key', err: error },
      'nothing can be recorded until the key of the log can be told',
    )
  })
  await demandOwn(outboxKey, options).catch((error: unknown) => {
    options.logger.error({ event: 'log.another-root-key', err: error }, 'the log cannot go on')
  })
  const unlockLog = source === undefined ? null : await openUnlockLog(source, options)
  const ask = askingWitnesses(options.witnessNetworks)
  const checkpointer = startCheckpointer({ ...options, ask, open: openingSigners(root) })
  const sequencer = startSequencer({ ...options, personal, outboxKey, grown: (organization) => checkpointer.grown(organization) })
  return {
    link: {
      async health() {
        await demandOwn(outboxKey, options)
        return {}
      },
      appendUnlock: appendingUnlocks(
        {
          ...options,
          personal,
          appended: (organization) => sequencer.appended(organization),
          ...(unlockLog === null ? {} : { unlockLog }),
        },
        signers,
      ),
      async receiptKeys({ organization }) {
        const keys = await signers.publicKeys(organization)
        return { keys: keys.map(({ id, publicKey }) => ({ id, publicKey: toBase64url(publicKey) })) }
      },
      listEntries: listing({ ...options, personal, outboxKey }),
      startLogKey: startingKeys(
        { ...options, personal, outboxKey, appended: (organization) => sequencer.appended(organization) },
        root,
      ),
      logState: ({ organization }) => readLogState(options, organization),
      readTile: readingTiles(options),
      readEntries: readingEntries(options),
      proveEntry: provingEntries(options),
      async erasePerson({ organization, person }) {
        await withOrganization(options.pool, organization, (transaction) => erasePersonKey(transaction, person))
        return {}
      },
      async eraseUnknownPeople({ organization, before }) {
        await withOrganization(options.pool, organization, (transaction) => eraseMonthsBefore(transaction, before))
        return {}
      },
    },
    async close() {
      await sequencer.close()
      await checkpointer.close()
      await unlockLog?.close()
      root.key.fill(0)
    },
  }
}
