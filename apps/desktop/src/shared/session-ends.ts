import type { ErrorCode } from '@sallyport/protocol/errors'

/** Refusals by the API after which a session is over: nothing but a new sign-in helps. */
const endingCodes: ReadonlySet<ErrorCode> = new Set([
  'session_unknown',
  'session_expired',
  'session_revoked',
  'device_mismatch',
  'device_state_stale',
  'device_not_approved',
  'device_revoked',
  'fingerprint_changed',
  'user_disabled',
])

export const endsSession = (code: ErrorCode): boolean => endingCodes.has(code)
