/** Whether a device still is the machine that was enrolled. `spec/device-state.md` of the protocol. */
import type { Fingerprint } from '@sallyport/protocol/api'

/** This many changed or missing parts make another machine. */
const OTHER_MACHINE = 2

export type FingerprintChange =
  | { readonly kind: 'same' }
  /** To be stored and recorded. */
  | { readonly kind: 'drift'; readonly parts: readonly string[] }
  | { readonly kind: 'different'; readonly parts: readonly string[] }

/**
 * A part that was not known before counts as added, not as changed: it is stored as drift, so that the next comparison has it.
 */
export const compareFingerprints = (stored: Fingerprint, brought: Fingerprint): FingerprintChange => {
  const parts = (Object.keys(stored) as (keyof Fingerprint)[]).filter((part) => stored[part] !== brought[part])
  if (parts.length >= OTHER_MACHINE) return { kind: 'different', parts }
  const added = (Object.keys(brought) as (keyof Fingerprint)[]).filter((part) => stored[part] === undefined)
  return parts.length + added.length === 0 ? { kind: 'same' } : { kind: 'drift', parts: [...parts, ...added] }
}
