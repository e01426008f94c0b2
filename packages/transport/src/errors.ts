/** Every way in which this package fails. Codes are stable; texts are for people. */
export type TransportErrorCode =
  | 'session_closed'
  | 'session_lost'
  | 'peer_closed'
  | 'peer_protocol_error'
  | 'peer_internal_error'
  | 'protocol_error'
  | 'write_timeout'
  | 'keepalive_timeout'
  | 'idle_timeout'
  | 'output_overflow'
  | 'going_away'
  | 'too_many_streams'
  | 'stream_ids_exhausted'
  | 'stream_reset'
  | 'stream_closed'
  | 'window_exceeded'
  | 'memory_exceeded'
  | 'unreachable'
  | 'dial_timeout'
  | 'peer_untrusted'
  | 'identity_mismatch'
  | 'certificate_refused'
  | 'tls_failed'
  | 'tls_resumed'
  | 'refused'
  | 'handshake_invalid'
  | 'aborted'

/** What a listener answered instead of upgrading the connection. */
export interface Refusal {
  /** HTTP status, 400 to 599. */
  readonly status: number
  /** The listener's own code, `[a-z0-9_]{1,64}`. */
  readonly code: string
  /** May be shown to a person; at most 500 characters. */
  readonly message: string
}

export interface TransportErrorDetails {
  readonly cause?: unknown
  /** Only with code `refused`. */
  readonly refusal?: Refusal
}

export class TransportError extends Error {
  readonly code: TransportErrorCode
  readonly refusal: Refusal | null

  constructor(code: TransportErrorCode, message: string, details: TransportErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'TransportError'
    this.code = code
    this.refusal = details.refusal ?? null
  }
}

/** Wraps anything thrown; a {@link TransportError} passes as it is. */
export function toTransportError(thrown: unknown, code: TransportErrorCode, message: string): TransportError {
  return thrown instanceof TransportError ? thrown : new TransportError(code, message, { cause: thrown })
}
