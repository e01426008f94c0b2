/** Starts the background jobs of this replica: they run on one replica at a time. */
import pg from 'pg'
import type { Logger } from 'pino'
import type { DatabaseLogin } from '../db/login.ts'
import { connectionConfig } from '../db/pool.ts'
import type { Pool } from '../db/schema.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import type { Authority } from '../domains/authority/index.ts'
import { authorityJob } from './authority-job.ts'
import { jobs } from './jobs.ts'
import { keyJob } from './key-job.ts'
import { LeadershipLost, runAsLeader } from './leader.ts'
import { privacyJobs } from './privacy-jobs.ts'
import { runJobs } from './scheduler.ts'

export interface JobsOptions {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  /** For the one connection that holds the lock: direct to PostgreSQL, without a pooler in between. */
  readonly login: DatabaseLogin
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
  readonly vault: Pick<VaultLink, 'keepKeys'>
  readonly authority: Authority
  readonly log: Pick<LogLink, 'erasePerson' | 'eraseUnknownPeople'>
}

export interface RunningJobs {
  /** Waits for the step that is under way. */
  stop(): Promise<void>
}

export const startJobs = ({ pool, login, clock, logger, vault, authority, log }: JobsOptions): RunningJobs => {
  const stopping = new AbortController()
  const running = runAsLeader({
    connect: () => new pg.Client(connectionConfig(login, 'jobs')),
    logger,
    signal: stopping.signal,
    lead: async (number, lost) => {
      const stopped = AbortSignal.any([stopping.signal, lost])
      try {
        await runJobs({
          pool,
          jobs: [...jobs, keyJob(vault), authorityJob({ pool, authority }), ...privacyJobs({ pool, clock, log })],
          clock,
          logger,
          fence: number,
          stopped,
        })
      } catch (error) {
        if (!(error instanceof LeadershipLost)) throw error
        logger.warn({ event: 'jobs.fenced' }, 'another replica took over the jobs')
      }
    },
  })
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
