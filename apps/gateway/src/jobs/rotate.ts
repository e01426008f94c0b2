/** Rotating one password: make it, have it stored, change it on the resource, sign in with it; where it lies in a store, write it there. */
import { randomBytes } from 'node:crypto'
import {
  canonicalJson,
  fromBase64url,
  type GatewayJob,
  pendingSecretInfo,
  rotatedKinds,
  type RotationOutcome,
  seal,
  type StoredCredential,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import type { GatewayApi } from '../control/api.ts'
import type { LeasedSecret } from '../session/credentials/leased-secret.ts'
import type { StoreChange } from '../stores/store.ts'
import { cutOff } from './cut-off.ts'
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

/** What signs in by a password: that of a login, or of who makes temporary users. */
type WithPassword = Extract<LeasedSecret, { readonly password: Buffer }>
const hasPassword = (secret: LeasedSecret): secret is WithPassword => rotatedKinds.includes(secret.kind)

const storePending = async (
  { id, take }: Of<'rotate'>,
  { answer }: Unlocked,
  { api, parts, next }: Pick<Doing, 'api' | 'parts'> & { readonly next: WithPassword },
): Promise<void> => {
  const { resource, endpointDigest } = answer.binding
  const vaultKey = parts.vaultKey()
  const info = pendingSecretInfo({ organization: parts.organization, resource, endpointDigest, job: id })
  const plaintext = utf8(canonicalJson({ ...next, password: toBase64url(next.password) }))
  const sealed = await seal(plaintext, fromBase64url(vaultKey.publicKey), { info }).finally(() => plaintext.fill(0))
  await api.storePendingSecret(id, { take, vaultKey: vaultKey.id, sealed })
}

/** The resource has the password already: until the store has it, too, it is not settled. */
const write = async ({ stores }: JobParts, stored: StoredCredential, change: StoreChange): Promise<RotationOutcome> => {
  try {
    await stores.replace(stored, change)
    return { outcome: 'changed' }
  } catch (error) {
    return { outcome: 'unknown', ...reasonOf(error) }
  }
}

/** Never rejects. */
export const rotate = async (job: Of<'rotate'>, { api, parts, signal, reached }: Doing): Promise<RotationOutcome> => {
  const password = Buffer.from(randomBytes(PASSWORD_BYTES).toString('base64url'))
  try {
    return await withUnlocked(parts, job.current, async (unlocked) => {
      await reached('unlocked')
      const { logins } = unlocked.adapter
      const { secret, stored } = unlocked
      if (logins === undefined || !hasPassword(secret)) return notAPassword
      // Nothing has changed anywhere when it is refused.
      const after = stored === null ? null : await parts.stores.replace(stored, { next: null, after: null })
      if (stored !== null) await reached('writable')
      const changed = await logins.change(loginOf(unlocked, parts, signal), {
        next: password,
        store: () => storePending(job, unlocked, { api, parts, next: { ...secret, password } }),
        reached,
      })
      if (changed.outcome !== 'changed') return changed
      const written = stored === null ? changed : await write(parts, stored, { next: password, after })
      if (stored !== null && written.outcome === 'changed') await reached('written')
      return cutOff(written, { job, unlocked: { ...unlocked, secret: { ...secret, password } }, parts, signal })
    })
  } catch (error) {
    return unchanged(error)
  } finally {
    password.fill(0)
  }
}

type Tried =
  | { readonly taken: true; readonly outcome: RotationOutcome }
  /** Null: it cannot be told. */
  | { readonly taken: false | null; readonly error: unknown }

/** Whether the resource takes what the ticket unlocks, which it does once; `then` says what follows of that. */
const tryOut = async (
  unlock: Of<'settle'>['current'],
  { parts, signal }: Doing,
  then: (unlocked: Unlocked) => Promise<RotationOutcome>,
): Promise<Tried> => {
  try {
    return await withUnlocked(parts, unlock, async (unlocked) => {
      if (unlocked.adapter.logins === undefined) throw new Error('the protocol knows no passwords')
      await unlocked.adapter.logins.tryOut(loginOf(unlocked, parts, signal))
      return { taken: true, outcome: await then(unlocked) }
    })
  } catch (error) {
    return { taken: reasonOf(error).code === 'resource_sign_in_failed' ? false : null, error }
  }
}

/** The pending password works: the store is to have it. Never rejects. */
const writePending = async (job: Of<'settle'>, parts: JobParts, { secret }: Unlocked): Promise<RotationOutcome> => {
  try {
    return await withUnlocked(parts, job.current, async ({ stored }) => {
      if (stored === null || secret.kind !== 'password') throw new Error('it does not lie in a store')
      return write(parts, stored, { next: secret.password, after: null })
    })
  } catch (error) {
    return { outcome: 'unknown', ...reasonOf(error) }
  }
}

/** After a rotation of which nobody heard the end. Never rejects. */
export const settle = async (job: Of<'settle'>, doing: Doing): Promise<RotationOutcome> => {
  const pending = await tryOut(job.pending, doing, async (unlocked) => {
    const written: RotationOutcome =
      job.isStored === true ? await writePending(job, doing.parts, unlocked) : { outcome: 'changed' }
    return cutOff(written, { job, unlocked, ...doing })
  })
  if (pending.taken === true) return pending.outcome
  if (pending.taken === null) return { outcome: 'unknown', ...reasonOf(pending.error) }
  const current = await tryOut(job.current, doing, async () => ({
    outcome: 'unchanged',
    code: 'stopping',
    message: 'The rotation was cut off before the password was changed.',
  }))
  return current.taken === true ? current.outcome : { outcome: 'unknown', ...reasonOf(current.error) }
}
