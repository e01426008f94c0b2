/** Everything of an organization that rests wrapped by the KMS: where it is, and under which context. */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { activityKeyContext } from '../../domains/activity/index.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import { vaultKeyContext } from './keys.ts'
import { secretContext } from './secret-envelope.ts'

export interface WrappedRow {
  readonly wrapped: Buffer
  readonly context: EncryptionContext
  /** Replaces the bytes unless they changed meanwhile; whether it did. */
  readonly replace: (transaction: Transaction, rotated: Buffer) => Promise<boolean>
}

/** Whether a column begins otherwise than what the KMS wraps at present. */
const isOlder = (column: string, prefix: Uint8Array): RawBuilder<boolean> =>
  sql<boolean>`substring(${sql.ref(column)} from 1 for ${sql.lit(prefix.length)}) is distinct from ${Buffer.from(prefix)}`

const changed = ({ numUpdatedRows }: { readonly numUpdatedRows: bigint }): boolean => numUpdatedRows === 1n

type Find = (
  transaction: Transaction,
  organization: string,
  wanted: { prefix: Uint8Array; limit: number },
) => Promise<WrappedRow[]>

const vaultKeyRows: Find = async (transaction, organization, { prefix, limit }) => {
  const rows = await transaction
    .selectFrom('vault_keys')
    .select(['id', 'use', 'wrapped'])
    .where(isOlder('wrapped', prefix))
    .limit(limit)
    .execute()
  return rows.map(({ id, use, wrapped }) => ({
    wrapped,
    context: vaultKeyContext({ scope: 'organization', organization }, { use, id }),
    replace: async (writing, rotated) =>
      changed(
        await writing
          .updateTable('vault_keys')
          .set({ wrapped: rotated })
          .where('id', '=', id)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const secretRows: Find = async (transaction, organization, { prefix, limit }) => {
  const rows = await transaction
    .selectFrom('secret_versions')
    .select(['secret_id', 'version', 'resource_id', 'endpoint_digest', 'wrapped_key'])
    .where(isOlder('wrapped_key', prefix))
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    wrapped: row.wrapped_key,
    context: secretContext({
      organization,
      secret: row.secret_id,
      version: row.version,
      resource: row.resource_id,
      endpointDigest: row.endpoint_digest,
    }),
    replace: async (writing, rotated) =>
      changed(
        await writing
          .updateTable('secret_versions')
          .set({ wrapped_key: rotated })
          .where('secret_id', '=', row.secret_id)
          .where('version', '=', row.version)
          .where('wrapped_key', '=', row.wrapped_key)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const activityKeyRows: Find = async (transaction, organization, { prefix, limit }) => {
  const rows = await transaction
    .selectFrom('activity_keys')
    .select(['period', 'id', 'wrapped'])
    .where(isOlder('wrapped', prefix))
    .limit(limit)
    .execute()
  return rows.map(({ period, id, wrapped }) => ({
    wrapped,
    context: activityKeyContext({ organization, period, id }),
    replace: async (writing, rotated) =>
      changed(
        await writing
          .updateTable('activity_keys')
          .set({ wrapped: rotated })
          .where('period', '=', period)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

/** At most `limit` of what is wrapped under something else than the newest version. */
export const findOlderRows: Find = async (transaction, organization, { prefix, limit }) => {
  const rows: WrappedRow[] = []
  for (const find of [vaultKeyRows, activityKeyRows, secretRows]) {
    if (rows.length < limit) rows.push(...(await find(transaction, organization, { prefix, limit: limit - rows.length })))
  }
  return rows
}

export const countRows = async (transaction: Transaction, prefix: Uint8Array): Promise<{ newest: number; older: number }> => {
  const counts = await Promise.all(
    (
      [
        ['vault_keys', 'wrapped'],
        ['activity_keys', 'wrapped'],
        ['secret_versions', 'wrapped_key'],
      ] as const
    ).map(([table, column]) =>
      sql<{ all: string; older: string }>`
        select count(*) as all, count(*) filter (where ${isOlder(column, prefix)}) as older from ${sql.table(table)}`.execute(
        transaction,
      ),
    ),
  )
  const [all, older] = (['all', 'older'] as const).map((name) =>
    counts.reduce((sum, { rows }) => sum + Number(rows[0]![name]), 0),
  ) as [number, number]
  return { newest: all - older, older }
}
