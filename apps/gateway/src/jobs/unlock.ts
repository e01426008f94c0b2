/** Unlocking for a job: checked just as a lease is, held only while the job lasts, and no connection of anybody is under it. */
import {
  type JobUnlock,
  type LeaseAnswer,
  parseStatement,
  SallyportError,
  type StoredCredential,
  ticket,
} from '@sallyport/protocol'
import type { Adapter, OpenedCredential, ResourceAdministrator } from '../adapters/adapter.ts'
import { type LeasedSecret, wipeSecret } from '../session/credentials/leased-secret.ts'
import { openOwn } from '../session/credentials/open-credential.ts'
import { openReleased } from '../session/credentials/open-released.ts'
import { checkBinding } from '../session/lease-answer.ts'
import { targetOf } from '../session/target.ts'
import type { JobParts } from './parts.ts'

/** Milliseconds for a store to take back what it made for the job; it ends by itself, too. */
const RELEASE_LIMIT = 5_000

export interface Unlocked {
  readonly answer: LeaseAnswer
  readonly secret: LeasedSecret
  /** Where it lies when that is a third-party store, and by which right; null: in the vault. */
  readonly stored: StoredCredential | null
  readonly adapter: Adapter
}

/** Hands what was unlocked to `work`, and overwrites it afterwards. Rejects with a coded error. */
export const withUnlocked = async <Result>(
  { vault, standing, adapters, stores }: JobParts,
  { ticket: text, share }: JobUnlock,
  work: (unlocked: Unlocked) => Promise<Result>,
): Promise<Result> => {
  const asked = parseStatement(ticket, text).payload
  const { answer, privateKey } = await vault.ask(text, '')
  await checkBinding(answer, asked)
  standing.checkLease(answer.binding, answer.revocation)
  await vault.checkReceipt(answer)
  const adapter = adapters.find(({ protocol }) => protocol === answer.endpoint.protocol)
  if (adapter === undefined) throw new SallyportError('unsupported_protocol')
  const { secret, userName, stored, hold } = await openReleased(answer, { privateKey, share, jti: asked.jti }, stores)
  try {
    return await work({ answer: { ...answer, userName }, secret, stored, adapter })
  } finally {
    wipeSecret(secret)
    await hold?.release(AbortSignal.timeout(RELEASE_LIMIT)).catch(() => undefined)
  }
}

/** A copy, which the adapter overwrites. */
const opened = ({ answer, secret }: Unlocked): OpenedCredential => {
  const { binding, endpoint, userName } = answer
  const as = { credentialId: binding.credential, userName, endpoint, now: Date.now() }
  if (secret.kind !== 'temporary-user') return openOwn(secret, as)
  // Users of it are made for a lease; what can be tried is the administrator who makes them.
  return openOwn({ kind: 'password', password: secret.password }, { ...as, userName: secret.administrator })
}

export const loginOf = (unlocked: Unlocked, { upstream }: JobParts, signal: AbortSignal): ResourceAdministrator => {
  const { answer, secret } = unlocked
  const { endpoint } = answer
  const clientCertificate = secret.kind === 'certificate' ? secret : null
  return {
    target: targetOf(answer),
    connectUpstream: (how) => upstream.connect({ endpoint, clientCertificate, signal: how.signal ?? signal }, how),
    credential: () => opened(unlocked),
    signal,
  }
}

/** Code and public text of what went wrong, within the bounds of what is told. */
export const reasonOf = (error: unknown): { readonly code: string; readonly message: string } => {
  const coded = error instanceof Error && 'code' in error && typeof error.code === 'string'
  const code = coded ? String(error.code) : 'internal'
  return { code: code.slice(0, 64), message: (error instanceof Error ? error.message : 'It failed.').slice(0, 300) }
}
