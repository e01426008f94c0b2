/**
 * One table of error codes for everything that crosses a wire between two Sallyport programs. A code is stable: tools,
 * translations and documentation refer to it. `text` is what a person may read and what to do about it; the private
 * cause of an error stays in the log of the program that found it.
 */

/** What a caller can do about an error, coarsely; decides exit codes of the CLI and retries of programs. */
export type ErrorKind = 'input' | 'authentication' | 'permission' | 'missing' | 'conflict' | 'limit' | 'unavailable' | 'internal'

interface ErrorDefinition {
  readonly kind: ErrorKind
  /** HTTP status of an API answer or of a refused WebSocket upgrade. */
  readonly status: number
  readonly text: string
}

const define = <T extends Record<string, ErrorDefinition>>(table: T): T => table

export const errorTable = define({
  // Input
  invalid_request: { kind: 'input', status: 400, text: 'The request is not valid.' },
  unsupported_version: {
    kind: 'input',
    status: 400,
    text: 'This version of the protocol is not supported. Update the older side.',
  },
  payload_too_large: { kind: 'input', status: 413, text: 'The request is larger than allowed.' },
  reason_required: { kind: 'input', status: 400, text: 'Say why you need the access: this rule asks for a reason.' },
  duration_too_long: { kind: 'input', status: 400, text: 'This is longer than the rule allows.' },
  // Authentication of calls
  signature_missing: { kind: 'authentication', status: 401, text: 'The call is not signed by both the device and the session.' },
  signature_invalid: { kind: 'authentication', status: 401, text: 'A signature of the call does not verify.' },
  signature_expired: {
    kind: 'authentication',
    status: 401,
    text: 'The call was signed too long ago, or the clock of this computer is wrong. Check its time and try again.',
  },
  replayed: { kind: 'authentication', status: 401, text: 'This call was made before and is not accepted twice.' },
  certificate_invalid: { kind: 'authentication', status: 401, text: 'The certificate is not valid here.' },
  certificate_expired: { kind: 'authentication', status: 401, text: 'The certificate has expired.' },
  certificate_revoked: { kind: 'authentication', status: 401, text: 'The certificate has been revoked.' },
  identity_mismatch: { kind: 'authentication', status: 401, text: 'The certificate belongs to somebody else than the request.' },
  // Sign-in and sessions
  sign_in_failed: { kind: 'authentication', status: 401, text: 'E-mail address or password is wrong.' },
  sign_in_throttled: { kind: 'limit', status: 429, text: 'Too many attempts. Wait and try again.' },
  challenge_invalid: { kind: 'authentication', status: 401, text: 'The sign-in took too long or was already used. Start again.' },
  invitation_invalid: {
    kind: 'authentication',
    status: 401,
    text: 'The invitation is unknown, used or expired. Ask for a new one.',
  },
  session_unknown: { kind: 'authentication', status: 401, text: 'You are signed out. Sign in again.' },
  session_expired: { kind: 'authentication', status: 401, text: 'Your sign-in has expired. Sign in again.' },
  session_revoked: { kind: 'authentication', status: 401, text: 'Your sign-in was ended. Sign in again.' },
  device_mismatch: {
    kind: 'authentication',
    status: 401,
    text: 'This sign-in belongs to another device. It was ended everywhere; sign in again.',
  },
  device_state_stale: {
    kind: 'authentication',
    status: 401,
    text: 'A copy of this device was seen. Every connection was ended; sign in again.',
  },
  device_not_approved: {
    kind: 'permission',
    status: 403,
    text: 'This device waits for approval. Ask an administrator to approve it.',
  },
  device_revoked: {
    kind: 'authentication',
    status: 401,
    text: 'This device was revoked. Ask an administrator to enrol it again.',
  },
  fingerprint_changed: {
    kind: 'authentication',
    status: 401,
    text: 'This is not the computer that was enrolled. Ask an administrator to enrol it again.',
  },
  presence_required: {
    kind: 'permission',
    status: 403,
    text: 'This needs a fresh confirmation that it is you, in the browser.',
  },
  browser_code_invalid: {
    kind: 'authentication',
    status: 401,
    text: 'What was begun in the browser is over or was used already. Start again.',
  },
  browser_unfinished: {
    kind: 'authentication',
    status: 401,
    text: 'Nobody finished in the browser in time. Start again.',
  },
  user_disabled: { kind: 'permission', status: 403, text: 'This account is disabled.' },
  person_erased: { kind: 'permission', status: 403, text: 'This account was erased.' },
  // Service accounts
  service_account_unknown: { kind: 'authentication', status: 401, text: 'There is no such service account.' },
  service_account_ended: {
    kind: 'authentication',
    status: 401,
    text: 'The service account was revoked, or its end date has passed. An administrator can make another one.',
  },
  service_token_invalid: {
    kind: 'authentication',
    status: 401,
    text: 'The token is not one of this organization and of the key that signed the call. Ask for a new one.',
  },
  service_token_expired: { kind: 'authentication', status: 401, text: 'The token has expired. Ask for a new one.' },
  // Permission
  wrong_purpose: { kind: 'permission', status: 403, text: 'The service account or its token is for another purpose.' },
  forbidden: { kind: 'permission', status: 403, text: 'Your roles do not allow this.' },
  not_granted: { kind: 'permission', status: 403, text: 'You have no access to this credential. Ask for it.' },
  grant_expired: { kind: 'permission', status: 403, text: 'Your access to this credential has ended. Ask for it again.' },
  wrong_site: { kind: 'permission', status: 403, text: 'This gateway does not serve the site of that resource.' },
  address_refused: { kind: 'permission', status: 403, text: 'The gateway does not connect to this address.' },
  own_request: { kind: 'permission', status: 403, text: 'Nobody decides on what they asked for themselves.' },
  not_approver: { kind: 'permission', status: 403, text: 'You may not decide on this request.' },
  not_responder: {
    kind: 'permission',
    status: 403,
    text: 'No rule lets you open this in an emergency. Ask for access instead.',
  },
  outside_window: { kind: 'permission', status: 403, text: 'Approvals by this rule do not count at this time.' },
  // Missing, conflicts, limits
  not_found: { kind: 'missing', status: 404, text: 'There is no such thing here.' },
  conflict: { kind: 'conflict', status: 409, text: 'It was changed or exists already.' },
  in_use: { kind: 'conflict', status: 409, text: 'Something else still depends on it.' },
  request_closed: { kind: 'conflict', status: 409, text: 'The request is decided already, or its time is over.' },
  rate_limited: { kind: 'limit', status: 429, text: 'Too many requests. Wait and try again.' },
  limit_reached: { kind: 'limit', status: 429, text: 'A limit of the organization is reached.' },
  // Leases and credentials
  ticket_invalid: { kind: 'authentication', status: 401, text: 'The ticket is not valid.' },
  ticket_expired: { kind: 'authentication', status: 401, text: 'The ticket has expired, or a clock is wrong. Check the time.' },
  ticket_used: { kind: 'authentication', status: 401, text: 'The ticket was used before.' },
  gateway_unknown: { kind: 'authentication', status: 401, text: 'The gateway is unknown or was revoked.' },
  join_token_invalid: {
    kind: 'authentication',
    status: 401,
    text: 'The join token is unknown, used or expired. Make a new one.',
  },
  credential_in_use: {
    kind: 'conflict',
    status: 409,
    text: 'Somebody else uses this credential now, and one person uses it at a time. Connect again later.',
  },
  temporary_user_refused: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource refused to make a user for this connection. An administrator must check the account that makes users.',
  },
  temporary_user_left: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource refused to drop the user of a lease that is over. It cannot sign in any more; somebody must drop it.',
  },
  lease_unknown: { kind: 'missing', status: 404, text: 'The lease has ended. Connect again.' },
  lease_ended: { kind: 'permission', status: 403, text: 'The lease has ended.' },
  lease_revoked: { kind: 'permission', status: 403, text: 'Access to this credential was withdrawn.' },
  connection_ended: { kind: 'permission', status: 403, text: 'An administrator ended this connection.' },
  receipt_invalid: {
    kind: 'unavailable',
    status: 502,
    text: 'The unlock is not proven to be recorded, so the credential was refused.',
  },
  unseal_failed: { kind: 'unavailable', status: 502, text: 'The credential cannot be opened by this gateway and client.' },
  secret_unbound: {
    kind: 'conflict',
    status: 409,
    text: 'The endpoint of the resource changed. Its secret must be bound again by someone who may replace secrets.',
  },
  secret_unavailable: { kind: 'unavailable', status: 503, text: 'The secret cannot be unlocked now.' },
  kms_unreachable: { kind: 'unavailable', status: 503, text: 'The key management service cannot be reached.' },
  kms_slow: { kind: 'unavailable', status: 503, text: 'The key management service did not answer in time.' },
  kms_throttled: { kind: 'unavailable', status: 503, text: 'The key management service answers no more calls at present.' },
  kms_denied: {
    kind: 'unavailable',
    status: 503,
    text: 'The key management service refuses the vault. Its administrator must look at the permissions of the vault.',
  },
  kms_wrong_region: {
    kind: 'unavailable',
    status: 503,
    text: 'The key is in another region of the key management service than the vault asked.',
  },
  kms_key_missing: { kind: 'unavailable', status: 503, text: 'The key management service has no such key.' },
  kms_key_disabled: { kind: 'unavailable', status: 503, text: 'The key is disabled in the key management service.' },
  kms_key_pending_deletion: {
    kind: 'unavailable',
    status: 503,
    text: 'The key is about to be deleted in the key management service. Cancel that now: nothing opens without it.',
  },
  kms_clock_wrong: {
    kind: 'unavailable',
    status: 503,
    text: 'The key management service says that the clock of the vault is wrong. Set its time.',
  },
  kms_sealed: { kind: 'unavailable', status: 503, text: 'The key management service is sealed. Someone must unseal it.' },
  store_unreachable: { kind: 'unavailable', status: 502, text: 'The store of this secret cannot be reached from the gateway.' },
  store_slow: { kind: 'unavailable', status: 502, text: 'The store of this secret did not answer in time.' },
  store_throttled: { kind: 'unavailable', status: 502, text: 'The store of this secret answers no more calls at present.' },
  store_denied: {
    kind: 'unavailable',
    status: 502,
    text: 'The store of this secret refuses the gateway. An administrator must look at what it allows.',
  },
  store_sealed: { kind: 'unavailable', status: 502, text: 'The store of this secret is sealed. Someone must unseal it.' },
  store_wrong_region: { kind: 'unavailable', status: 502, text: 'The secret is in another region than its store.' },
  store_secret_missing: { kind: 'unavailable', status: 502, text: 'The store has no such secret, or no such field of it.' },
  store_secret_unusable: { kind: 'unavailable', status: 502, text: 'What the store holds there is not a password.' },
  log_unavailable: { kind: 'unavailable', status: 503, text: 'The audit log cannot be written, so nothing is unlocked.' },
  unlock_log_unavailable: {
    kind: 'unavailable',
    status: 503,
    text: 'The separate log of unlocks cannot be written, so nothing is unlocked.',
  },
  vault_unavailable: { kind: 'unavailable', status: 503, text: 'The vault does not answer.' },
  database_unavailable: { kind: 'unavailable', status: 503, text: 'The Sallyport API cannot reach its database.' },
  database_full: {
    kind: 'unavailable',
    status: 503,
    text: 'The disk of the API’s database is full, so nothing is changed or unlocked. Someone must make room.',
  },
  // Data path
  protocol_error: { kind: 'input', status: 400, text: 'The peer broke the protocol.' },
  unsupported_protocol: { kind: 'input', status: 400, text: 'The gateway has no adapter for this protocol.' },
  gateway_unreachable: {
    kind: 'unavailable',
    status: 503,
    text: 'No gateway of this site can be reached. Check the network, or ask an administrator.',
  },
  relay_unavailable: { kind: 'unavailable', status: 503, text: 'The relay of this site is not connected to this gateway.' },
  gateway_clock_wrong: {
    kind: 'unavailable',
    status: 503,
    text: 'The clock of the gateway is wrong, so the API refuses what it signs. Its operator must set its time.',
  },
  gateway_outdated: {
    kind: 'unavailable',
    status: 503,
    text: 'The API is newer than the gateway, which does not understand its answer. Its operator must upgrade it.',
  },
  gateway_draining: { kind: 'unavailable', status: 503, text: 'The gateway is shutting down. Connect again.' },
  api_unreachable: { kind: 'unavailable', status: 503, text: 'The Sallyport API cannot be reached.' },
  resource_unreachable: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource does not answer. Check its endpoint and network.',
  },
  resource_certificate: {
    kind: 'unavailable',
    status: 502,
    text: 'The certificate of the resource is not trusted. Check its CA or pin.',
  },
  resource_tls_refused: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource refuses TLS, and plaintext is not allowed for it.',
  },
  resource_sign_in_failed: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource refused the credential. An administrator must replace it.',
  },
  resource_authentication_weak: {
    kind: 'unavailable',
    status: 502,
    text: 'The resource asks for a weaker sign-in than its endpoint allows.',
  },
  recording_unavailable: { kind: 'unavailable', status: 503, text: 'Activity cannot be recorded, so the connection was ended.' },
  gateway_isolated: { kind: 'unavailable', status: 503, text: 'The gateway lost the API, and its leases have ended.' },
  // The client on its own computer
  not_enrolled: {
    kind: 'authentication',
    status: 401,
    text: 'This device is not enrolled. Sign in with the invitation you were sent.',
  },
  agent_running: { kind: 'conflict', status: 409, text: 'An agent of this profile is running already.' },
  agent_unreachable: {
    kind: 'unavailable',
    status: 503,
    text: 'The agent does not answer. Look into its log, or start it again.',
  },
  keychain_unavailable: {
    kind: 'unavailable',
    status: 503,
    text: 'This system has no keychain that answers. Start one, or choose a passphrase file explicitly.',
  },
  keychain_locked: { kind: 'unavailable', status: 503, text: 'The keychain is locked. Unlock it and try again.' },
  app_locked: { kind: 'permission', status: 403, text: 'The app is locked. Unlock it first.' },
  passphrase_wrong: { kind: 'authentication', status: 401, text: 'The passphrase does not open this profile.' },
  profile_unreadable: {
    kind: 'unavailable',
    status: 503,
    text: 'The keys of this profile cannot be opened here: they are damaged, or belong to another computer or keychain.',
  },
  port_taken: { kind: 'conflict', status: 409, text: 'Another program uses this port.' },
  caller_refused: { kind: 'permission', status: 403, text: 'This port serves the user who started the agent, and nobody else.' },
  // Files that a person has written where they say
  folder_not_empty: { kind: 'conflict', status: 409, text: 'The folder is not empty. Choose a new one, or an empty one.' },
  folder_unwritable: { kind: 'permission', status: 403, text: 'This folder cannot be written. Choose another one.' },
  disk_full: { kind: 'unavailable', status: 503, text: 'The disk is full. Make room on it, or choose another one.' },
  // Programs
  tool_failed: { kind: 'unavailable', status: 503, text: 'The tool could not be opened, or did not connect.' },
  stopping: { kind: 'unavailable', status: 503, text: 'The program is stopping.' },
  internal: { kind: 'internal', status: 500, text: 'Something went wrong on our side. It was logged.' },
})

export type ErrorCode = keyof typeof errorTable

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code)

/** What crosses the wire of an error. `message` is public; `details` names the offending fields of invalid input. */
export interface ErrorBody {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: readonly string[]
}

/** An error with a stable code. `message` may be shown to a person; `cause` only belongs into a log. */
export class SallyportError extends Error {
  readonly code: ErrorCode
  readonly details: readonly string[] | undefined

  constructor(code: ErrorCode, options: { message?: string; details?: readonly string[]; cause?: unknown } = {}) {
    super(options.message ?? errorTable[code].text, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SallyportError'
    this.code = code
    this.details = options.details
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind
  }

  get status(): number {
    return errorTable[this.code].status
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details ? { details: this.details } : {}) }
  }
}
