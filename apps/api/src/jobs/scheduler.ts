/** Runs each job over every organization when it is due, in small fenced transactions, until told to stop. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Pool, Transaction } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import { listOrganizations } from '../domains/organizations/index.ts'
import { fence, LeadershipLost } from './leader.ts'

export interface JobTurn {
  readonly organization: string
  /** Milliseconds since 1970. */
  readonly now: number
}

interface JobName {
  readonly name: string
  /** Milliseconds from the end of one run to the next. */
  readonly interval: number
}

/** Its work is one transaction, in which this replica leads. */
export interface StepJob extends JobName {
  /** One bounded step for one organization. True: there is more of it. */
  readonly step: (transaction: Transaction, turn: JobTurn) => Promise<boolean>
}

/** Waits for others: nothing is held meanwhile. That this replica leads is asked before, so that two at once must do no harm. */
export interface OutsideJob extends JobName {
  /** One bounded step for one organization. True: there is more of it. */
  readonly stepOutside: (turn: JobTurn) => Promise<boolean>
}

export type Job = StepJob | OutsideJob

export interface SchedulerOptions {
  readonly pool: Pool
  readonly jobs: readonly Job[]
  readonly clock: () => number
  readonly logger: Logger
  /** The leader's number. */
  readonly fence: number
  readonly stopped: AbortSignal
}

/** Steps for one organization in one run: a large backlog does not keep the others waiting. */
const MAX_STEPS = 50

const runStep = async (job: Job, options: Omit<SchedulerOptions, 'jobs'>, organization: string): Promise<boolean> => {
  const { pool, clock } = options
  const turn = (): JobTurn => ({ organization, now: clock() })
  if ('step' in job) {
    return withOrganization(pool, organization, async (transaction) => {
      await fence(transaction, options.fence)
      return job.step(transaction, turn())
    })
  }
  await withOrganization(pool, organization, (transaction) => fence(transaction, options.fence))
  return job.stepOutside(turn())
}

/** One run of one job. A failure in one organization is logged and does not keep the others from theirs. */
export const runJob = async (job: Job, options: Omit<SchedulerOptions, 'jobs'>): Promise<void> => {
  const { pool, logger, stopped } = options
  for (const organization of await listOrganizations(pool)) {
    try {
      for (let steps = 0; steps < MAX_STEPS && !stopped.aborted; steps++) {
        if (!(await runStep(job, options, organization))) break
      }
    } catch (error) {
      if (error instanceof LeadershipLost) throw error
      logger.error({ event: 'jobs.failed', job: job.name, organization, error }, 'a job failed for an organization')
    }
  }
}

/** Resolves when stopped. Throws {@link LeadershipLost}, after every job has stopped, when another replica leads. */
export const runJobs = async (options: SchedulerOptions): Promise<void> => {
  const { jobs, logger } = options
  const failed = new AbortController()
  const stopped = AbortSignal.any([options.stopped, failed.signal])
  const lane = async (job: Job): Promise<void> => {
    while (!stopped.aborted) {
      try {
        await runJob(job, { ...options, stopped })
      } catch (error) {
        if (error instanceof LeadershipLost) {
          failed.abort()
          throw error
        }
        logger.error({ event: 'jobs.failed', job: job.name, error }, 'a job failed')
      }
      await sleep(job.interval, undefined, { signal: stopped }).catch(() => {})
    }
  }
  const ends = await Promise.allSettled(jobs.map(lane))
  if (ends.some(({ status }) => status === 'rejected')) throw new LeadershipLost()
}
