/** A compromised gateway has seen the secret of before: what was made with it on the resource is ended, now that it is another. */
import type { RotationOutcome } from '@sallyport/protocol'
import { prefixOfUsers } from '../session/credentials/temporary-users.ts'
import type { JobParts } from './parts.ts'
import { loginOf, reasonOf, type Unlocked } from './unlock.ts'

/** Of what is unlocked, with the new secret: connections of the login, and users that were made as it. Never rejects. */
export const cutOff = async (unlocked: Unlocked, parts: JobParts, signal: AbortSignal): Promise<RotationOutcome> => {
  const { adapter, answer, secret } = unlocked
  try {
    const login = loginOf(unlocked, parts, signal)
    // In this order: who is not connected any more makes no further users.
    await adapter.logins?.endOthers(login)
    if (secret.kind === 'temporary-user') {
      const { memberOf, owned } = secret
      await adapter.temporaryUsers?.dropAll(login, { prefix: prefixOfUsers(answer.binding.credential), memberOf, owned })
    }
    return { outcome: 'changed' }
  } catch (error) {
    return { outcome: 'changed', left: reasonOf(error) }
  }
}
