/**
 * One replica of many runs the jobs. It holds an advisory lock on a connection of its own, and a number that grew when it
 * became the leader: each transaction of a job checks that number (`fence`), so that one that was stopped for a while and
 * wakes up as a leader of the past changes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Transaction } from '../db/schema.ts'

const NAME = 'jobs'
/** Key of the advisory lock; any number that nobody else uses. */
const LOCK = 7_239_418_206_551
const RETRY_INTERVAL = 5_000
const CHECK_INTERVAL = 5_000

/** Another replica leads now. */
export class LeadershipLost extends Error {
  constructor() {
    super('another replica leads the jobs')
    this.name = 'LeadershipLost'
  }
}

/** Throws {@link LeadershipLost}. Whoever becomes the leader waits for this transaction, or it sees the new number. */
export const fence = async (transaction: Transaction, number: number): Promise<void> => {
  const row = await transaction.selectFrom('job_leaders').select('fence').where('job', '=', NAME).forShare().executeTakeFirst()
  if (row === undefined || Number(row.fence) !== number) throw new LeadershipLost()
}

/** A number above all before it, for who holds the lock. */
const takeOver = async (connection: pg.Client): Promise<number> => {
  const { rows } = await connection.query<{ fence: string }>(
    `insert into job_leaders (job, fence, since) values ($1, 1, clock_timestamp())
     on conflict (job) do update set fence = job_leaders.fence + 1, since = excluded.since returning fence`,
    [NAME],
  )
  return Number(rows[0]!.fence)
}

export interface LeaderOptions {
  /** A connection of its own, direct to PostgreSQL: a pooler in transaction mode loses locks. */
  readonly connect: () => pg.Client
  readonly logger: Logger
  readonly signal: AbortSignal
  /** Called as the leader; `lost` aborts when it no longer is. Must return soon after. */
  readonly lead: (number: number, lost: AbortSignal) => Promise<void>
  /** Milliseconds between attempts to become the leader. */
  readonly retryInterval?: number
}

const tryLock = async (connection: pg.Client): Promise<boolean> => {
  const { rows } = await connection.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [LOCK])
  return rows[0]?.locked === true
}

const leadOnce = async (
  connection: pg.Client,
  { signal, lead, logger, retryInterval = RETRY_INTERVAL }: LeaderOptions,
): Promise<void> => {
  const lost = new AbortController()
  const lose = (): void => lost.abort()
  connection.on('error', lose)
  connection.on('end', lose)
  signal.addEventListener('abort', lose)
  try {
    await connection.connect()
    const over = AbortSignal.any([signal, lost.signal])
    while (!over.aborted && !(await tryLock(connection))) await sleep(retryInterval, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    const number = await takeOver(connection)
    logger.info({ event: 'jobs.leading', fence: number }, 'this replica runs the jobs')
    const check = setInterval(() => {
      connection.query('select 1').catch(lose)
    }, CHECK_INTERVAL)
    await lead(number, lost.signal).finally(() => clearInterval(check))
  } finally {
    signal.removeEventListener('abort', lose)
    await connection.end().catch((error: unknown) => logger.debug({ error: String(error) }, 'the leader connection ended badly'))
  }
}

/** Tries to lead until the signal aborts. */
export const runAsLeader = async (options: LeaderOptions): Promise<void> => {
  const { signal, logger, connect, retryInterval = RETRY_INTERVAL } = options
  while (!signal.aborted) {
    await leadOnce(connect(), options).catch((error: unknown) =>
      logger.warn({ event: 'jobs.no-leader', error: String(error) }, 'cannot lead the jobs'),
    )
    await sleep(retryInterval, undefined, { signal }).catch(() => {})
  }
}
