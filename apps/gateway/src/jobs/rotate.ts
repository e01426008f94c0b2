/** Rotating one password: make it, have it stored, change it on the resource, sign in with it. */
import { randomBytes } from 'node:crypto'
import {
  canonicalJson,
  fromBase64url,
  type GatewayJob,
  pendingSecretInfo,
  type RotationOutcome,
  seal,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import type { GatewayApi } from '../control/api.ts'
import type { JobParts } from './parts.ts'
import type { JobStep } from './steps.ts'
import { loginOf, reasonOf, type Unlocked, withUnlocked } from './unlock.ts'

/** Random bytes of a new password; it is their base64url, which every tool and configuration file can hold. */
const PASSWORD_BYTES = 32

type Of<Kind extends GatewayJob['kind']> = Extract<GatewayJob, { kind: Kind }>

export interface Doing {
  readonly api: Pick<GatewayApi, 'storePendingSecret'>
  readonly parts: JobParts
  readonly signal: AbortSignal
  readonly reached: (step: JobStep) => Promise<void>
}

const unchanged = (error: unknown): RotationOutcome => ({ outcome: 'unchanged', ...reasonOf(error) })
const notAPassword: RotationOutcome = {
  outcome: 'unchanged',
  code: 'conflict',
  message: 'The credential is no password of a resource whose passwords the gateway can change.',
}

const storePending = async (
  { id, take }: Of<'rotate'>,
  { answer }: Unlocked,
  { api, parts, password }: Pick<Doing, 'api' | 'parts'> & { readonly password: Buffer },
): Promise<void> => {
  const { resource, endpointDigest } = answer.binding
  const vaultKey = parts.vaultKey()
  const info = pendingSecretInfo({ organization: parts.organization, resource, endpointDigest, job: id })
  const plaintext = utf8(canonicalJson({ kind: 'password', password: toBase64url(password) }))
  const sealed = await seal(plaintext, fromBase64url(vaultKey.publicKey), { info }).finally(() => plaintext.fill(0))
  await api.storePendingSecret(id, { take, vaultKey: vaultKey.id, sealed })
}

/** Never rejects. */
export const rotate = async (job: Of<'rotate'>, { api, parts, signal, reached }: Doing): Promise<RotationOutcome> => {
  const password = Buffer.from(randomBytes(PASSWORD_BYTES).toString('base64url'))
  try {
    return await withUnlocked(parts, job.current, async (unlocked) => {
      await reached('unlocked')
      const { logins } = unlocked.adapter
      if (logins === undefined || unlocked.secret.kind !== 'password' || unlocked.isStored) return notAPassword
      return logins.change(loginOf(unlocked, parts, signal), {
        next: password,
        store: () => storePending(job, unlocked, { api, parts, password }),
        reached,
      })
    })
  } catch (error) {
    return unchanged(error)
  } finally {
    password.fill(0)
  }
}

/** Whether the resource takes what the ticket unlocks; null: it cannot be told. */
const isTaken = async (
  unlock: Of<'settle'>['current'],
  { parts, signal }: Doing,
): Promise<{ taken: boolean | null; error: unknown }> => {
  try {
    await withUnlocked(parts, unlock, async (unlocked) => {
      if (unlocked.adapter.logins === undefined) throw new Error('the protocol knows no passwords')
      await unlocked.adapter.logins.tryOut(loginOf(unlocked, parts, signal))
    })
    return { taken: true, error: null }
  } catch (error) {
    return { taken: reasonOf(error).code === 'resource_sign_in_failed' ? false : null, error }
  }
}

/** After a rotation of which nobody heard the end. Never rejects. */
export const settle = async (job: Of<'settle'>, doing: Doing): Promise<RotationOutcome> => {
  const pending = await isTaken(job.pending, doing)
  if (pending.taken === true) return { outcome: 'changed' }
  if (pending.taken === null) return { outcome: 'unknown', ...reasonOf(pending.error) }
  const current = await isTaken(job.current, doing)
  if (current.taken === true) {
    return { outcome: 'unchanged', code: 'stopping', message: 'The rotation was cut off before the password was changed.' }
  }
  return { outcome: 'unknown', ...reasonOf(current.error) }
}
