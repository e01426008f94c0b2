/** From what the vault released to what a connection signs in with: at once, or fetched from a third-party store. */
import { fromBase64url, type LeaseAnswer, type StoredCredential } from '@sallyport/protocol'
import type { SecretStores } from '../../stores/secret-stores.ts'
import type { StoreHold } from '../../stores/store.ts'
import { openCredential, type OpeningKeys } from '../lease-answer.ts'
import type { LeasedSecret } from './leased-secret.ts'

export interface OpenedRelease {
  readonly secret: LeasedSecret
  /** Who it is on the resource. */
  readonly userName: string
  /** Where it lies when that is a third-party store; null: in the vault. */
  readonly stored: StoredCredential | null
  /** What a store made for this lease, and takes back. */
  readonly hold: StoreHold | null
}

export interface ReleaseKeys extends Omit<OpeningKeys, 'share'> {
  /** The client's share, base64url. */
  readonly share: string
}

/** Rejects with `unseal_failed`, or with what the store refuses. The caller overwrites the secret, and lets go of what is held. */
export const openReleased = async (
  answer: LeaseAnswer,
  keys: ReleaseKeys,
  stores: Pick<SecretStores, 'fetch'>,
): Promise<OpenedRelease> => {
  const share = fromBase64url(keys.share)
  const opened = await openCredential(answer, { ...keys, share }).finally(() => share.fill(0))
  if (opened.kind !== 'stored') return { secret: opened, userName: answer.userName, stored: null, hold: null }
  const { password, userName, hold } = await stores.fetch(opened)
  return { secret: { kind: 'password', password }, userName: userName ?? answer.userName, stored: opened, hold }
}
