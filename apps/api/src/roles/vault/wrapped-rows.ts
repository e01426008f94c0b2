/** Everything of an organization that rests wrapped by the KMS: where it is, and under which context. */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { activityKeyContext } from '../../domains/activity/index.ts'
import { personalKeyContext } from '../../domains/personal-data/index.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import { vaultKeyContext } from './make-key.ts'
import { secretContext, type SecretContext } from './secret-envelope.ts'
import { sinkSecretContext } from './sink-secrets.ts'
import { tokenKeyContext } from './token-keys.ts'

/** What a row becomes: other bytes, and where a secret rests beside its key, the secret under that key. */
export interface Rewrapped {
  readonly wrapped: Buffer
  readonly ciphertext?: Buffer
  /** When its data key was made; absent: it is the same one. */
  readonly sealedAt?: Date
}

export interface WrappedRow {
  /** For administrators: what it is. */
  readonly name: string
  readonly wrapped: Buffer
  readonly context: EncryptionContext
  /** Present where what is wrapped is the key of a secret beside it. */
  readonly secret?: { readonly ciphertext: Buffer; readonly context: SecretContext }
  /** Replaces the bytes unless they changed meanwhile; whether it did. */
  readonly replace: (transaction: Transaction, by: Rewrapped) => Promise<boolean>
}

type Condition = (column: string) => RawBuilder<boolean>

/** Whether a column begins otherwise than what the KMS wraps at present. */
const isOlder = (column: string, prefix: Uint8Array): RawBuilder<boolean> =>
  sql<boolean>`substring(${sql.ref(column)} from 1 for ${sql.lit(prefix.length)}) is distinct from ${Buffer.from(prefix)}`

const isUnopened = (column: string): RawBuilder<boolean> =>
  sql<boolean>`exists (select 1 from unopened_keys where digest = sha256(${sql.ref(column)}))`

/** Those that did not open since then are left alone. */
const isWorthTrying = (column: string, triedBefore: Date): RawBuilder<boolean> =>
  sql<boolean>`not exists (
    select 1 from unopened_keys where digest = sha256(${sql.ref(column)}) and tried_at > ${triedBefore})`

const changed = ({ numUpdatedRows }: { readonly numUpdatedRows: bigint }): boolean => numUpdatedRows === 1n

const sealedAt = (date: Date | undefined) => (date === undefined ? {} : { sealed_at: date })

interface Wanted {
  readonly condition: Condition
  readonly limit: number
}

type Find = (transaction: Transaction, organization: string, wanted: Wanted) => Promise<WrappedRow[]>

const vaultKeyRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('vault_keys')
    .select(['id', 'use', 'wrapped'])
    .where(condition('wrapped'))
    .limit(limit)
    .execute()
  return rows.map(({ id, use, wrapped }) => ({
    name: `the ${use} key ${id}`,
    wrapped,
    context: vaultKeyContext({ scope: 'organization', organization }, { use, id }),
    replace: async (writing, by) =>
      changed(
        await writing
          .updateTable('vault_keys')
          .set({ wrapped: by.wrapped, ...sealedAt(by.sealedAt) })
          .where('id', '=', id)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const secretRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('secret_versions')
    .select(['secret_id', 'version', 'resource_id', 'endpoint_digest', 'wrapped_key', 'ciphertext'])
    .where(condition('wrapped_key'))
    .limit(limit)
    .execute()
  return rows.map((row) => {
    const context = {
      organization,
      secret: row.secret_id,
      version: row.version,
      resource: row.resource_id,
      endpointDigest: row.endpoint_digest,
    }
    return {
      name: `version ${row.version} of the secret ${row.secret_id}`,
      wrapped: row.wrapped_key,
      context: secretContext(context),
      secret: { ciphertext: row.ciphertext, context },
      replace: async (writing, by) =>
        changed(
          await writing
            .updateTable('secret_versions')
            .set({
              wrapped_key: by.wrapped,
              ...(by.ciphertext === undefined ? {} : { ciphertext: by.ciphertext }),
              ...sealedAt(by.sealedAt),
            })
            .where('secret_id', '=', row.secret_id)
            .where('version', '=', row.version)
            .where('wrapped_key', '=', row.wrapped_key)
            .executeTakeFirstOrThrow(),
        ),
    }
  })
}

const activityKeyRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('activity_keys')
    .select(['period', 'id', 'wrapped'])
    .where(condition('wrapped'))
    .limit(limit)
    .execute()
  return rows.map(({ period, id, wrapped }) => ({
    name: `the activity key of ${period}`,
    wrapped,
    context: activityKeyContext({ organization, period, id }),
    replace: async (writing, by) =>
      changed(
        await writing
          .updateTable('activity_keys')
          .set({ wrapped: by.wrapped, ...sealedAt(by.sealedAt) })
          .where('period', '=', period)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const tokenKeyRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('token_keys')
    .select(['id', 'algorithm', 'wrapped'])
    .where(condition('wrapped'))
    .limit(limit)
    .execute()
  return rows.map(({ id, algorithm, wrapped }) => ({
    name: `the ${algorithm} key of tokens ${id}`,
    wrapped,
    context: tokenKeyContext({ organization, algorithm, id }),
    replace: async (writing, by) =>
      changed(
        await writing
          .updateTable('token_keys')
          .set({ wrapped: by.wrapped, ...sealedAt(by.sealedAt) })
          .where('id', '=', id)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const personalKeyRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('personal_keys')
    .select(['id', 'wrapped'])
    .where(condition('wrapped'))
    .limit(limit)
    .execute()
  return rows.map(({ id, wrapped }) => ({
    name: 'the key of personal data',
    wrapped,
    context: personalKeyContext({ organization, id }),
    replace: async (writing, by) =>
      changed(
        await writing
          .updateTable('personal_keys')
          .set({ wrapped: by.wrapped, ...sealedAt(by.sealedAt) })
          .where('id', '=', id)
          .where('wrapped', '=', wrapped)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const sinkRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows = await transaction
    .selectFrom('sinks')
    .select(['id', 'destination', 'secret'])
    .where('secret', 'is not', null)
    .where(condition('secret'))
    .limit(limit)
    .execute()
  return rows.map(({ id, destination, secret }) => ({
    name: `what the sink ${id} needs to send`,
    wrapped: secret!,
    context: sinkSecretContext({ organization, sink: id, destination }),
    replace: async (writing, by) =>
      changed(
        await writing
          .updateTable('sinks')
          .set({ secret: by.wrapped, ...sealedAt(by.sealedAt) })
          .where('id', '=', id)
          .where('secret', '=', secret)
          .executeTakeFirstOrThrow(),
      ),
  }))
}

const findRows: Find = async (transaction, organization, { condition, limit }) => {
  const rows: WrappedRow[] = []
  for (const find of [vaultKeyRows, tokenKeyRows, activityKeyRows, personalKeyRows, secretRows, sinkRows]) {
    if (rows.length < limit) rows.push(...(await find(transaction, organization, { condition, limit: limit - rows.length })))
  }
  return rows
}

interface Step {
  /** Rows that did not open after this moment are left alone. */
  readonly triedBefore: Date
  readonly limit: number
}

/** At most `limit` of what is wrapped under something else than the newest version. */
export const findOlderRows = (
  transaction: Transaction,
  organization: string,
  { prefix, triedBefore, limit }: Step & { readonly prefix: Uint8Array },
): Promise<WrappedRow[]> =>
  findRows(transaction, organization, {
    condition: (column) => sql<boolean>`${isOlder(column, prefix)} and ${isWorthTrying(column, triedBefore)}`,
    limit,
  })

/** At most `limit` of what rests under a data key that was made before this moment. */
export const findRowsSealedBefore = (
  transaction: Transaction,
  organization: string,
  { before, triedBefore, limit }: Step & { readonly before: Date },
): Promise<WrappedRow[]> =>
  findRows(transaction, organization, {
    condition: (column) => sql<boolean>`sealed_at < ${before} and ${isWorthTrying(column, triedBefore)}`,
    limit,
  })

const tables = [
  ['vault_keys', 'wrapped'],
  ['token_keys', 'wrapped'],
  ['activity_keys', 'wrapped'],
  ['personal_keys', 'wrapped'],
  ['secret_versions', 'wrapped_key'],
  ['sinks', 'secret'],
] as const

export interface RowCounts {
  /** Under the newest version of the root key. */
  readonly newest: number
  readonly older: number
  /** Of them all: did not open when they were last tried. */
  readonly unopened: number
  /** Under a data key that was made before the moment that was asked for. */
  readonly sealedBefore: number
}

export const countRows = async (
  transaction: Transaction,
  { prefix, before }: { readonly prefix: Uint8Array; readonly before: Date },
): Promise<RowCounts> => {
  const counts: RowCounts[] = []
  for (const [table, column] of tables) {
    const { rows } = await sql<Record<keyof RowCounts, string>>`
      select count(*) filter (where not ${isOlder(column, prefix)}) as newest,
        count(*) filter (where ${isOlder(column, prefix)}) as older,
        count(*) filter (where ${isUnopened(column)}) as unopened,
        count(*) filter (where sealed_at < ${before}) as "sealedBefore" from ${sql.table(table)}
      where ${sql.ref(column)} is not null`.execute(transaction)
    const [row] = rows
    counts.push({
      newest: Number(row!.newest),
      older: Number(row!.older),
      unopened: Number(row!.unopened),
      sealedBefore: Number(row!.sealedBefore),
    })
  }
  const sum = (name: keyof RowCounts): number => counts.reduce((total, count) => total + count[name], 0)
  return { newest: sum('newest'), older: sum('older'), unopened: sum('unopened'), sealedBefore: sum('sealedBefore') }
}
