/** That nothing can be unlocked is told once, and is over when it can be. */
import { errorTable } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import { endAlerts, hasLastingAlert, raiseAlert } from '../domains/alerts/index.ts'
import type { PartsHealth } from '../program/watch-parts.ts'
import type { StepJob } from './scheduler.ts'

const INTERVAL = 5_000
const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

/** One sentence for administrators; null: all is well. */
const troubleOf = ({ vault, kms }: PartsHealth): string | null => {
  if (vault === 'failing') return `Nothing can be unlocked: ${errorTable.vault_unavailable.text} (vault_unavailable)`
  if (kms === null || kms.state === 'working') return null
  const why = `${errorTable[kms.code].text} (${kms.code})`
  return kms.state === 'failing'
    ? `Nothing can be unlocked: ${why}`
    : `The vault still unlocks, but once it is restarted it opens nothing: ${why}`
}

export const kmsJob = (health: () => PartsHealth): StepJob => ({
  name: 'kms',
  interval: INTERVAL,
  step: async (transaction, { organization, now }) => {
    const message = troubleOf(health())
    const author = { organization, actor, now }
    const told = await hasLastingAlert(transaction, 'kms-failing')
    if (message === null && told) await endAlerts(transaction, 'kms-failing', author)
    if (message !== null && !told) {
      const about = { kind: 'kms-failing', user: null, device: null, message } as const
      await raiseAlert(transaction, { ...about, organization, actor, at: now })
    }
    return false
  },
})
