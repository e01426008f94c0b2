/**
 * Trying out a credential: everything that a connection goes through, step by step, up to the sign-in and out again. Of
 * an account that makes temporary users it drops those that were left behind.
 */
import type { JobOutcome, JobUnlock, ProbeStep } from '@sallyport/protocol'
import type { ResourceAdministrator } from '../adapters/adapter.ts'
import { prefixOfUsers } from '../session/credentials/temporary-users.ts'
import type { JobParts } from './parts.ts'
import { loginOf, reasonOf, type Unlocked, withUnlocked } from './unlock.ts'

const MAX_DETAIL = 300

/** Users of leases whose gateway was killed: this is the account that may drop them. Says what was done. */
const dropLeftUsers = async ({ adapter, answer, secret }: Unlocked, login: ResourceAdministrator): Promise<string> => {
  if (secret.kind !== 'temporary-user' || adapter.temporaryUsers === undefined) return ''
  const { memberOf, owned } = secret
  const left = { prefix: prefixOfUsers(answer.binding.credential), memberOf, owned }
  let dropped = 0
  let more: number
  do {
    more = await adapter.temporaryUsers.dropLeft(login, left)
    dropped += more
  } while (more > 0)
  return dropped === 0 ? '' : ` It had ${dropped} users of leases that are over, which were dropped.`
}

const signIn = async (unlocked: Unlocked, parts: JobParts, signal: AbortSignal): Promise<ProbeStep> => {
  const begun = performance.now()
  const milliseconds = (): number => Math.round((performance.now() - begun) * 10) / 10
  try {
    if (unlocked.adapter.logins === undefined) throw new Error('The protocol knows no sign-in.')
    const login = loginOf(unlocked, parts, signal)
    const found = await unlocked.adapter.logins.tryOut(login)
    const detail = `${found}${await dropLeftUsers(unlocked, login)}`.slice(0, MAX_DETAIL)
    return { step: 'sign-in', ok: true, code: null, detail, milliseconds: milliseconds() }
  } catch (error) {
    const { code, message } = reasonOf(error)
    return { step: 'sign-in', ok: false, code, detail: message, milliseconds: milliseconds() }
  }
}

/** Never rejects. */
export const testCredential = async (
  unlock: JobUnlock,
  parts: JobParts,
  signal: AbortSignal,
): Promise<Extract<JobOutcome, { outcome: 'tested' }>> => {
  try {
    return await withUnlocked(parts, unlock, async (unlocked) => {
      const steps = [...(await parts.probe(unlocked.answer.endpoint))]
      if (steps.every(({ ok }) => ok)) steps.push(await signIn(unlocked, parts, signal))
      return { outcome: 'tested', steps }
    })
  } catch (error) {
    const { code, message } = reasonOf(error)
    return { outcome: 'tested', steps: [{ step: 'sign-in', ok: false, code, detail: message, milliseconds: 0 }] }
  }
}
