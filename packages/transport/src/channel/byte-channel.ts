/**
 * An ordered, reliable pipe of bytes between two programs: a WebSocket, a TLS socket, anything a multiplexer can run over.
 * It is written to from a caller's buffer that is reused, so that bulk data is copied once and written whole.
 */
export interface ByteChannel {
  /**
   * Bytes in front of the payload that the channel overwrites with its own header. A payload handed to {@link write}
   * starts at or behind this offset.
   */
  readonly headroom: number

  /** Begins delivery. Called once; nothing is read before. */
  start(receiver: ByteReceiver): void

  /**
   * Writes one piece, of at most 1 MiB. Only one write may be in flight; the buffer belongs to the channel until `taken` was
   * called, which never happens before this returns. A channel that fails calls the receiver's `onClose` instead.
   */
  write(piece: WritePiece, taken: () => void): void

  /** Ends in good order after what was written. `onClose(null)` follows when the peer ended too. */
  end(): void

  /** Ends at once. Idempotent; `onClose` follows. */
  destroy(error?: Error): void
}

/** `buffer[start, end)` is the payload; the `headroom` bytes before `start` are free for the channel's header. */
export interface WritePiece {
  readonly buffer: Buffer
  readonly start: number
  readonly end: number
}

export interface ByteReceiver {
  /** `chunk[start, end)` arrived; the chunk is never written to again. */
  onData(chunk: Buffer, start: number, end: number): void
  /** The peer will send nothing more. */
  onEnd(): void
  /** Exactly once and last; null after an orderly end. */
  onClose(error: Error | null): void
}
