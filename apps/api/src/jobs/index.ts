/** Starts the background jobs of this replica: they run on one replica at a time. */
import type { BlockList } from 'node:net'
import pg from 'pg'
import type { Logger } from 'pino'
import type { DatabaseLogin } from '../db/login.ts'
import { connectionConfig } from '../db/pool.ts'
import type { Pool } from '../db/schema.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import type { ActivityKeys } from '../domains/activity/index.ts'
import type { Authority } from '../domains/authority/index.ts'
import { authorityJob } from './authority-job.ts'
import { jobs } from './jobs.ts'
import { keyJob } from './key-job.ts'
import { outward } from '../net/outward.ts'
import type { PartsHealth } from '../program/watch-parts.ts'
import { runSinks } from '../sinks/run-sinks.ts'
import { fence, LeadershipLost, runAsLeader } from './leader.ts'
import { privacyJobs } from './privacy-jobs.ts'
import { partsJob } from './parts-job.ts'
import { runJobs } from './scheduler.ts'

export interface JobsOptions {
  /** Connections as the database role `sallyport_api`. */
  readonly pool: Pool
  /** For the one connection that holds the lock: direct to PostgreSQL, without a pooler in between. */
  readonly login: DatabaseLogin
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly logger: Logger
  readonly vault: Pick<VaultLink, 'keepKeys' | 'openSinkSecret'>
  readonly authority: Authority
  readonly activityKeys: ActivityKeys
  readonly partsHealth: () => PartsHealth
  readonly log: Pick<LogLink, 'erasePerson' | 'eraseUnknownPeople' | 'listEntries'>
  /** Where sinks may be besides public addresses; the folder for files, null: there are none. */
  readonly sinks: { readonly networks: BlockList; readonly folder: string | null }
}

export interface RunningJobs {
  /** Waits for the step that is under way. */
  stop(): Promise<void>
}

export const startJobs = (options: JobsOptions): RunningJobs => {
  const { pool, login, clock, logger, vault, authority, activityKeys, partsHealth, log, sinks } = options
  const stopping = new AbortController()
  const running = runAsLeader({
    connect: () => new pg.Client(connectionConfig(login, 'jobs')),
    logger,
    signal: stopping.signal,
    lead: async (number, lost) => {
      const over = new AbortController()
      const stopped = AbortSignal.any([stopping.signal, lost, over.signal])
      const all = [
        ...jobs,
        keyJob(vault),
        partsJob(partsHealth),
        authorityJob({ pool, authority }),
        ...privacyJobs({ pool, clock, log }),
      ]
      const ends = await Promise.allSettled(
        [
          runJobs({ pool, jobs: all, clock, logger, fence: number, stopped }),
          runSinks(
            { pool, clock, logger, vault, activityKeys, log, folder: sinks.folder, outward: outward(sinks.networks, 'sinks') },
            { fence: (transaction) => fence(transaction, number), stopped },
          ),
          // Neither goes on without the other: a leader of the past does nothing.
        ].map((work) => work.finally(() => over.abort())),
      )
      for (const end of ends) {
        if (end.status === 'fulfilled') continue
        if (!(end.reason instanceof LeadershipLost)) throw end.reason
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
