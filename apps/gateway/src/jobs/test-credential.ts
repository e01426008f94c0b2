/** Trying out a credential: everything that a connection goes through, step by step, up to the sign-in and out again. */
import type { JobOutcome, JobUnlock, ProbeStep } from '@sallyport/protocol'
import type { JobParts } from './parts.ts'
import { loginOf, reasonOf, type Unlocked, withUnlocked } from './unlock.ts'

const signIn = async (unlocked: Unlocked, parts: JobParts, signal: AbortSignal): Promise<ProbeStep> => {
  const begun = performance.now()
  const milliseconds = (): number => Math.round((performance.now() - begun) * 10) / 10
  try {
    if (unlocked.adapter.logins === undefined) throw new Error('The protocol knows no sign-in.')
    const detail = await unlocked.adapter.logins.tryOut(loginOf(unlocked, parts, signal))
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
