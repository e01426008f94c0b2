import { GoAwayReason } from './constants.ts'

/** What the peer did wrong. Each ends the session with GoAway {@link YamuxError.reason}. */
export type YamuxErrorCode =
  | 'unknown_version'
  | 'unknown_type'
  | 'unknown_flags'
  | 'unknown_reason'
  | 'wrong_stream_id'
  | 'frame_too_large'
  | 'stream_parity'
  | 'stream_reused'
  | 'stream_never_opened'
  | 'window_overflow'

export class YamuxError extends Error {
  readonly code: YamuxErrorCode
  readonly reason: GoAwayReason = GoAwayReason.protocolError

  constructor(code: YamuxErrorCode, message: string) {
    super(message)
    this.name = 'YamuxError'
    this.code = code
  }
}
