/** That nothing can be unlocked or written is told once, and is over when it can be. */
import { type ErrorCode, errorTable } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import { type AlertKind, endAlerts, hasLastingAlert, raiseAlert } from '../domains/alerts/index.ts'
import type { PartsHealth } from '../program/watch-parts.ts'
import type { StepJob } from './scheduler.ts'

const INTERVAL = 5_000
const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

/** One sentence for administrators; null: all is well. */
type TroubleOf = (health: PartsHealth) => string | null

const named = (code: ErrorCode): string => `${errorTable[code].text} (${code})`
const stopped = (code: ErrorCode): string => `Nothing can be unlocked: ${named(code)}`

const kmsTrouble: TroubleOf = ({ kms }) => {
  if (kms === null || kms.state === 'working') return null
  return kms.state === 'failing'
    ? stopped(kms.code)
    : `The vault still unlocks, but once it is restarted it opens nothing: ${named(kms.code)}`
}

/** One for each part. */
const troubles: readonly (readonly [AlertKind, TroubleOf])[] = [
  ['vault-failing', ({ vault }) => (vault === 'failing' ? stopped('vault_unavailable') : null)],
  ['kms-failing', kmsTrouble],
  ['log-failing', ({ log }) => (log === 'failing' ? stopped('log_unavailable') : null)],
  ['database-full', ({ database }) => (database === 'database_full' ? named(database) : null)],
]

export const partsJob = (health: () => PartsHealth): StepJob => {
  /** What is to be told, by organization and kind, until it is: what there is no room for is told afterwards. */
  const untold = new Map<string, { readonly message: string; readonly at: number }>()
  return {
    name: 'parts',
    interval: INTERVAL,
    step: async (transaction, { organization, now }) => {
      for (const [kind, troubleOf] of troubles) {
        const message = troubleOf(health())
        const name = `${organization} ${kind}`
        const isTold = await hasLastingAlert(transaction, kind)
        if (isTold) {
          untold.delete(name)
          if (message === null) await endAlerts(transaction, { kind }, { organization, actor, now })
          continue
        }
        if (message !== null && !untold.has(name)) untold.set(name, { message, at: now })
        const telling = untold.get(name)
        if (telling === undefined) continue
        await raiseAlert(transaction, { kind, user: null, device: null, organization, actor, ...telling })
      }
      return false
    },
  }
}
