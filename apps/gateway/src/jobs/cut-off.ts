/** A compromised gateway has seen the secret of before: what was made with it on the resource is ended, now that it is another. */
import type { GatewayJob, RotationOutcome } from '@sallyport/protocol'
import { prefixOfUsers } from '../session/credentials/temporary-users.ts'
import type { JobParts } from './parts.ts'
import { loginOf, reasonOf, type Unlocked } from './unlock.ts'

interface CutOff {
  readonly job: Exclude<GatewayJob, { kind: 'test' }>
  /** With the new secret. */
  readonly unlocked: Unlocked
  readonly parts: JobParts
  readonly signal: AbortSignal
}

const endWhatWasMade = async ({ unlocked, parts, signal }: CutOff): Promise<void> => {
  const { adapter, answer, secret } = unlocked
  const login = loginOf(unlocked, parts, signal)
  // In this order: who is not connected any more makes no further users.
  await adapter.logins?.endOthers(login)
  if (secret.kind !== 'temporary-user') return
  const { memberOf, owned } = secret
  await adapter.temporaryUsers?.dropAll(login, { prefix: prefixOfUsers(answer.binding.credential), memberOf, owned })
}

/** Where the job asks for it, and the secret has changed: other connections of the login, and users that it made. Never rejects. */
export const cutOff = async (outcome: RotationOutcome, how: CutOff): Promise<RotationOutcome> => {
  if (outcome.outcome !== 'changed' || how.job.cutOff !== true) return outcome
  try {
    await endWhatWasMade(how)
    return outcome
  } catch (error) {
    return { ...outcome, left: reasonOf(error) }
  }
}
