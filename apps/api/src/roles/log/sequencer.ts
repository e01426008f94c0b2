/** Numbers outboxes as they fill: woken by notifications, and looking by itself for what no notification told. */
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import { withOrganization } from '../../db/with-organization.ts'
import { AUDIT_CHANNEL } from '../../domains/audit/index.ts'
import { notifyChange } from '../../domains/events/index.ts'
import type { Notifications } from '../../db/notifications.ts'
import { numberOutbox, refuseClear } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import type { LogParts } from './parts.ts'
import type { PersonalData } from './personal-data.ts'

/** Milliseconds between looks at every organization. */
const SWEEP_INTERVAL = 10_000
/** Milliseconds before an organization whose log failed is tried again. */
const RETRY_DELAY = 1_000

export interface Sequencer {
  /** Its outbox may hold something. */
  wake(organization: string): void
  /** An unlock was appended: those who watch the log are told, soon. */
  appended(organization: string): void
  close(): Promise<void>
}

export interface SequencerParts extends LogParts {
  readonly personal: PersonalData
  readonly outboxKey: OutboxKey
  readonly notifications: Pick<Notifications, 'listen'>
  /** Called when a log has grown, or may have. */
  readonly grown: (organization: string) => void
}

export const startSequencer = (parts: SequencerParts): Sequencer => {
  const waiting = new Set<string>()
  const announcing = new Set<string>()
  const retries = new Set<NodeJS.Timeout>()
  let running: Promise<void> | null = null
  let refusesClear = false
  let closed = false

  const failed = (organization: string, error: unknown): void => {
    const cause = error instanceof SallyportError && error.cause instanceof Error ? error.cause : error
    parts.logger.error({ event: 'log.failed', organization, err: cause }, 'audit entries could not be numbered')
    const retry = setTimeout(() => {
      retries.delete(retry)
      wake(organization)
    }, RETRY_DELAY)
    retries.add(retry)
  }

  const work = async (organization: string): Promise<void> => {
    const announce = announcing.delete(organization)
    const moved = await numberOutbox(parts, organization)
    if (announce && moved === 0) {
      await withOrganization(parts.pool, organization, (transaction) =>
        notifyChange(transaction, { organization, topic: 'audit' }),
      )
    }
    parts.grown(organization)
  }

  const run = async (): Promise<void> => {
    while (!closed) {
      const [organization] = waiting
      if (organization === undefined) return
      waiting.delete(organization)
      try {
        await work(organization)
      } catch (error) {
        failed(organization, error)
      }
    }
  }

  const wake = (organization: string): void => {
    if (closed) return
    waiting.add(organization)
    running ??= run().finally(() => {
      running = null
      // Something may have come between the last look and this end.
      const [next] = waiting
      if (next !== undefined) wake(next)
    })
  }

  const sweep = async (): Promise<void> => {
    try {
      await parts.outboxKey.publish(parts.pool, 'first')
      refusesClear ||= await refuseClear(parts.pool)
      const { rows } = await sql<{ id: string }>`select list_organizations() as id`.execute(parts.pool)
      for (const row of rows) wake(row.id)
    } catch (error) {
      if (!closed) parts.logger.error({ event: 'log.failed', err: error }, 'organizations could not be listed')
    }
  }

  let sweeping: Promise<void> = sweep()
  const sweepAgain = (): void => {
    sweeping = sweeping.then(sweep)
  }
  const timer = setInterval(sweepAgain, SWEEP_INTERVAL)
  const stopListening = parts.notifications.listen(AUDIT_CHANNEL, { notified: wake, resumed: sweepAgain })

  return {
    wake,
    appended(organization) {
      announcing.add(organization)
      wake(organization)
    },
    async close() {
      closed = true
      stopListening()
      clearInterval(timer)
      for (const retry of retries) clearTimeout(retry)
      await sweeping
      await running
    },
  }
}
