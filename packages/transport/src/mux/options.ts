import type { MuxStream } from './stream.ts'

/** Which end of the connection this is; it decides who uses odd stream ids (the client) and who even ones. */
export type MuxRole = 'client' | 'server'

export interface MuxSessionOptions {
  readonly role: MuxRole
  /**
   * Gets each stream the peer opens, before any of its data. Absent: such streams are reset. The stream has no error
   * listener of the consumer's own yet; a peer's reset does not bring the process down without one.
   */
  readonly onStream?: (stream: MuxStream) => void
  /** The peer takes no new streams any more. */
  readonly onGoAway?: () => void
  /** Streams open at a time, both directions together; more are reset (theirs) or refused (ours). Default 8192. */
  readonly maxStreams?: number
  /** Streams of the peer to which this side has not yet written anything; more are reset. Default 1024. */
  readonly acceptBacklog?: number
  /** Silence after which the peer is pinged, milliseconds. Default 15,000. */
  readonly keepaliveIntervalMs?: number
  /** Nothing received for this long after such a ping ends the session, milliseconds. Default 20,000. */
  readonly keepaliveTimeoutMs?: number
  /** A write that the channel has not taken after this time ends the session, milliseconds. Default 30,000. */
  readonly writeTimeoutMs?: number
  /** A session without any stream for this long ends itself, milliseconds. Default: never. */
  readonly idleTimeoutMs?: number
  /** Largest receive window of one stream, bytes. Default and limit 16 MiB. */
  readonly maxWindow?: number
  /** What the windows of all streams may grow to together above their initial size, bytes. Default 64 MiB. */
  readonly windowBudget?: number
  /** Received bytes nobody has taken yet, all streams together; a stream that exceeds it is reset. Default 128 MiB. */
  readonly maxBuffered?: number
  /** Milliseconds, monotonic. Default `performance.now`. */
  readonly now?: () => number
}

export interface MuxStats {
  readonly openStreams: number
  readonly streamsOpened: number
  readonly streamsAccepted: number
  readonly streamsReset: number
  /** Bytes of the channel, frame headers included. */
  readonly bytesReceived: number
  readonly bytesSent: number
  /** Received payload nobody has taken yet. */
  readonly buffered: number
  /** Milliseconds; null before the first answer to a ping. */
  readonly roundTripMs: number | null
  readonly minimumRoundTripMs: number | null
}
