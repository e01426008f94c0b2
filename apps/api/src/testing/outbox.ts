/** Entries that wait for their number, opened. Where a test starts no log role, this stands in for it. */
import { randomBytes } from 'node:crypto'
import type { TestDatabase } from '../db/testing.ts'
import { withOrganization } from '../db/with-organization.ts'
import { loadRootKey, type RootKeySource } from '../keys/root-key.ts'
import { type OutboxKey, outboxKeyUnder } from '../roles/log/outbox-key.ts'

export interface OpenedOutbox {
  readonly key: OutboxKey
  /** In their order, with their canonical JSON. */
  waiting(organization: string): Promise<{ readonly id: string; readonly type: string; readonly body: string }[]>
}

/** `source`: the root key of the log that runs on this database; absent: there is none. */
export const openedOutbox = async (database: TestDatabase, source?: RootKeySource): Promise<OpenedOutbox> => {
  const none = { key: randomBytes(32), protection: 'none', id: '', warning: null }
  const key = await outboxKeyUnder(source === undefined ? none : await loadRootKey(source))
  const pool = database.pools.log
  await key.publish(pool, 'first')
  return {
    key,
    waiting: async (organization) => {
      const rows = await withOrganization(pool, organization, (transaction) =>
        transaction.selectFrom('audit_outbox').select(['id', 'type', 'body']).orderBy('position').execute(),
      )
      return Promise.all(
        rows.map(async (row) => ({
          ...row,
          body: (await key.open({ organization, id: row.id, type: row.type }, row.body)) ?? '',
        })),
      )
    },
  }
}
