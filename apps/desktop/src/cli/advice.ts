/** What to type next after an error, where a command helps. */
import type { ErrorCode } from '@sallyport/protocol'

const SIGN_IN = 'sallyport login'
const LOOK = 'sallyport doctor'

const commands: Readonly<Partial<Record<ErrorCode, string>>> = {
  session_unknown: SIGN_IN,
  session_expired: SIGN_IN,
  session_revoked: SIGN_IN,
  device_mismatch: SIGN_IN,
  device_state_stale: SIGN_IN,
  challenge_invalid: SIGN_IN,
  certificate_expired: SIGN_IN,
  browser_code_invalid: SIGN_IN,
  not_granted: 'sallyport requests available',
  grant_expired: 'sallyport requests available',
  not_responder: 'sallyport requests new <credential>',
  signature_expired: LOOK,
  ticket_expired: LOOK,
  api_unreachable: LOOK,
  gateway_unreachable: LOOK,
  stopping: 'sallyport agent start',
  keychain_unavailable: 'sallyport agent start --passphrase-file <file>',
}

export const adviceOn = (code: ErrorCode): string | undefined => commands[code]
