/**
 * How database, vault, key management service and log do, as the API role finds them. Asked in the background: who asks for it
 * costs nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { databaseFailure } from '../db/failure.ts'
import type { Pool } from '../db/schema.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import { everyWhile } from './every-while.ts'

export interface PartsHealth {
  /** Null: it works. */
  readonly database: ErrorCode | null
  readonly vault: 'ok' | 'failing'
  /** Null: the vault does not say. */
  readonly kms: { readonly state: 'working' } | { readonly state: 'failing' | 'only-in-memory'; readonly code: ErrorCode } | null
  readonly log: 'ok' | 'failing'
}

export interface PartsWatch {
  health(): PartsHealth
  close(): void
}

const PAUSE = 5_000
/** Milliseconds for an answer: it is ready when it is asked for. */
const LIMIT = 3_000

/** Null: no answer in time, or an error. */
const answerOf = async <Answer>(asked: Promise<Answer>): Promise<Answer | null> => {
  const over = new AbortController()
  const late = sleep(LIMIT, null, { signal: over.signal, ref: false }).catch(() => null)
  try {
    return await Promise.race([asked, late])
  } catch {
    return null
  } finally {
    over.abort()
  }
}

/**
 * What does not fit the memory that it is given PostgreSQL writes to its disk. A change would tell as well, but might find room in a
 * page that is there, and had to be taken back.
 */
const writeSomething = (pool: Pool): Promise<unknown> =>
  pool.transaction().execute(async (transaction) => {
    await sql`set local work_mem = '64kB'`.execute(transaction)
    return sql`select count(*) from generate_series(1, 20000)`.execute(transaction)
  })

const examineDatabase = async (pool: Pool): Promise<ErrorCode | null> => {
  try {
    await writeSomething(pool)
    return null
  } catch (error) {
    return databaseFailure(error)?.code ?? 'internal'
  }
}

/** Resolves when all were asked once. */
export const watchParts = async (parts: {
  readonly pool: Pool
  readonly logger: Logger
  readonly vault: Pick<VaultLink, 'health'>
  readonly log: Pick<LogLink, 'health'>
}): Promise<PartsWatch> => {
  const ask = async (): Promise<PartsHealth> => {
    const [database, vault, log] = await Promise.all([
      examineDatabase(parts.pool),
      answerOf(parts.vault.health({})),
      answerOf(parts.log.health({})),
    ])
    return { database, vault: vault === null ? 'failing' : 'ok', kms: vault?.kms ?? null, log: log === null ? 'failing' : 'ok' }
  }
  const tell = (before: ErrorCode | null, code: ErrorCode | null): void => {
    if (before === code) return
    if (code === null) parts.logger.info({ event: 'database.working' }, 'the database works')
    else parts.logger.error({ event: 'database.failing', code }, 'the database fails')
  }
  let known = await ask()
  tell(null, known.database)
  const { close } = everyWhile(async () => {
    const { database } = known
    known = await ask()
    tell(database, known.database)
    return PAUSE
  })
  return { health: () => known, close }
}
