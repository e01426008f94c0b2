/** Our errors in PostgreSQL's own form, so that the tool shows them: what happened, our code, what to do. */
import type { ErrorCode, ErrorKind, SallyportError } from '@sallyport/protocol'

/** SQLSTATE by kind (PostgreSQL manual, appendix A). */
const byKind: Readonly<Record<ErrorKind, string>> = {
  input: '08P01',
  authentication: '28000',
  permission: '28000',
  missing: '08004',
  conflict: '55000',
  limit: '53300',
  unavailable: '08006',
  internal: 'XX000',
}

const byCode: Partial<Record<ErrorCode, string>> = {
  stopping: '57P01',
  gateway_draining: '57P03',
  gateway_isolated: '57P03',
  lease_revoked: '57P01',
  gateway_unreachable: '08001',
  resource_unreachable: '08001',
  api_unreachable: '57P03',
  secret_unavailable: '57P03',
  vault_unavailable: '57P03',
  kms_unreachable: '57P03',
  kms_slow: '57P03',
  kms_throttled: '57P03',
  kms_denied: '57P03',
  kms_wrong_region: '57P03',
  kms_key_missing: '57P03',
  kms_key_disabled: '57P03',
  kms_key_pending_deletion: '57P03',
  kms_clock_wrong: '57P03',
  kms_sealed: '57P03',
  log_unavailable: '57P03',
  unlock_log_unavailable: '57P03',
  database_unavailable: '57P03',
  database_full: '53100',
  recording_unavailable: '57P03',
}

/** What a person can do in the tool's terminal; the message says the rest. */
const hints: Partial<Record<ErrorCode, string>> = {
  session_unknown: 'Sign in with: sallyport login',
  session_expired: 'Sign in with: sallyport login',
  session_revoked: 'Sign in with: sallyport login',
  device_state_stale: 'Sign in with: sallyport login',
  device_mismatch: 'Sign in with: sallyport login',
  not_enrolled: 'Sign in with: sallyport login',
  not_granted: 'See what you have access to with: sallyport ls',
  grant_expired: 'See what you have access to with: sallyport ls',
  ticket_expired: 'See whether the clock of this computer is right with: sallyport doctor',
  signature_expired: 'See whether the clock of this computer is right with: sallyport doctor',
  certificate_invalid: 'See what is wrong on the way with: sallyport doctor',
  gateway_unreachable: 'See which gateways are connected with: sallyport status',
  api_unreachable: 'See what is reachable with: sallyport status',
}

export const sqlStateOf = (error: SallyportError): string => byCode[error.code] ?? byKind[error.kind]

/** A FATAL ErrorResponse ("Error and Notice Message Fields"). */
export const errorResponse = (error: SallyportError): Buffer => {
  const hint = hints[error.code]
  const fields: readonly (readonly [string, string])[] = [
    ['S', 'FATAL'],
    ['V', 'FATAL'],
    ['C', sqlStateOf(error)],
    ['M', `${error.message} [sallyport: ${error.code}]`],
    ...(hint === undefined ? [] : [['H', hint] as const]),
  ]
  const body = Buffer.from(`${fields.map(([type, text]) => `${type}${text.replaceAll('\0', '')}\0`).join('')}\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
