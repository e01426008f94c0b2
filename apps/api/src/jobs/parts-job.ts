/** That nothing can be unlocked or written is told once, and is over when it can be. */
import { errorTable } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import { type AlertKind, endAlerts, hasLastingAlert, raiseAlert } from '../domains/alerts/index.ts'
import type { PartsHealth } from '../program/watch-parts.ts'
import type { StepJob } from './scheduler.ts'

const INTERVAL = 5_000
const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

/** One sentence for administrators; null: all is well. */
type TroubleOf = (health: PartsHealth) => string | null

const unlockingTrouble: TroubleOf = ({ vault, kms, log }) => {
  if (vault === 'failing') return `Nothing can be unlocked: ${errorTable.vault_unavailable.text} (vault_unavailable)`
  if (log === 'failing') return `Nothing can be unlocked: ${errorTable.log_unavailable.text} (log_unavailable)`
  if (kms === null || kms.state === 'working') return null
  const why = `${errorTable[kms.code].text} (${kms.code})`
  return kms.state === 'failing'
    ? `Nothing can be unlocked: ${why}`
    : `The vault still unlocks, but once it is restarted it opens nothing: ${why}`
}

const roomTrouble: TroubleOf = ({ database }) =>
  database === 'database_full' ? `${errorTable.database_full.text} (database_full)` : null

const troubles: readonly (readonly [AlertKind, TroubleOf])[] = [
  ['kms-failing', unlockingTrouble],
  ['database-full', roomTrouble],
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
