/** Takes jobs that wait for this gateway, a few at a time, and says what came of each. */
import { type GatewayJob, JOB_TIME, type JobOutcome, MAX_JOBS, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { GatewayApi } from '../control/api.ts'
import { inBackground } from '../in-background.ts'
import type { JobParts } from './parts.ts'
import { rotate, settle } from './rotate.ts'
import type { JobStep } from './steps.ts'
import { testCredential } from './test-credential.ts'

/** Milliseconds for the work itself: what is not done by then is not begun any more. */
const WORK_LIMIT = JOB_TIME - 20_000
/** Milliseconds before each further attempt to say what came of a job. */
const REPORTS = [500, 2_000, 5_000] as const

type JobApi = Pick<GatewayApi, 'takeJob' | 'storePendingSecret' | 'finishJob'>

export interface JobRunnerOptions {
  readonly api: JobApi
  readonly parts: JobParts
  readonly logger: Logger
  /** Told of each step, which goes on when it resolves. */
  readonly reached?: (step: JobStep) => Promise<void>
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

export class JobRunner {
  readonly #options: JobRunnerOptions
  readonly #reached: (step: JobStep) => Promise<void>
  readonly #running = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  #looking = false
  #again = false

  constructor(options: JobRunnerOptions) {
    this.#options = options
    this.#reached = options.reached ?? (() => Promise.resolve())
  }

  /** Something may wait. */
  wake(): void {
    this.#again = true
    if (!this.#looking) inBackground(this.#look())
  }

  /** Takes no more, and waits for what is under way, `limit` milliseconds at most. */
  async stop(limit: number): Promise<void> {
    this.#stopping.abort()
    await Promise.race([Promise.all(this.#running), pause(limit)])
  }

  async #look(): Promise<void> {
    this.#looking = true
    try {
      while (this.#again && this.#running.size < MAX_JOBS && !this.#stopping.signal.aborted) {
        this.#again = false
        const job = await this.#options.api.takeJob()
        if (job === null) continue
        this.#again = true
        this.#begin(job)
      }
    } catch (error) {
      // The API wakes again for as long as something waits.
      this.#options.logger.warn({ event: 'jobs.not-taken', error }, 'a job could not be taken')
    } finally {
      this.#looking = false
    }
  }

  #begin(job: GatewayJob): void {
    const running = this.#do(job)
      .catch((error: unknown) => this.#options.logger.warn({ event: 'job.not-reported', job: job.id, error }))
      .finally(() => {
        this.#running.delete(running)
        this.wake()
      })
    this.#running.add(running)
    inBackground(running)
  }

  async #do(job: GatewayJob): Promise<void> {
    await this.#reached('taken')
    const result = await this.#work(job)
    const code = 'code' in result ? result.code : null
    this.#options.logger.info({ event: 'job.done', job: job.id, kind: job.kind, outcome: result.outcome, code })
    await this.#report(job, result)
    await this.#reached('reported')
  }

  #work(job: GatewayJob): Promise<JobOutcome> {
    const { api, parts } = this.#options
    const signal = AbortSignal.timeout(WORK_LIMIT)
    const doing = { api, parts, signal, reached: this.#reached }
    switch (job.kind) {
      case 'test':
        return testCredential(job.current, parts, signal)
      case 'rotate':
        return rotate(job, doing)
      case 'settle':
        return settle(job, doing)
    }
  }

  /** What cannot be said is found out by whoever takes the job next. */
  async #report({ id, take }: GatewayJob, result: JobOutcome): Promise<void> {
    for (const wait of REPORTS) {
      try {
        await this.#options.api.finishJob(id, { take, result })
        return
      } catch (error) {
        if (!(error instanceof SallyportError) || error.kind !== 'unavailable') throw error
        await pause(wait)
      }
    }
    await this.#options.api.finishJob(id, { take, result })
  }
}
