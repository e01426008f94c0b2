import {
  Flag,
  FrameDecoder,
  type FrameHeader,
  FrameType,
  GoAwayReason,
  WindowBudget,
  YamuxError,
} from '@sallyport/protocol/yamux'
import type { ByteChannel } from '../channel/byte-channel.ts'
import { TransportError, type TransportErrorCode, toTransportError } from '../errors.ts'
import { FlushSchedule } from './flush-schedule.ts'
import { limitsOf, type MuxLimits } from './limits.ts'
import { Liveness } from './liveness.ts'
import type { MuxSessionOptions, MuxStats } from './options.ts'
import { Output } from './output.ts'
import { RoundRobin } from './round-robin.ts'
import type { MuxStream } from './stream.ts'
import { type LinkHost, StreamLink } from './stream-link.ts'
import { StreamTable } from './stream-table.ts'

/** Frames without payload that may wait: a few for each stream. */
const CONTROL_PER_STREAM = 4
const CONTROL_BASE = 4_096
/** What a closing session waits for the peer, milliseconds. */
const CLOSE_TIMEOUT_MS = 2_000

/** Failures after which the peer cannot be told anything. */
const unreachable: ReadonlySet<TransportErrorCode> = new Set([
  'keepalive_timeout',
  'write_timeout',
  'output_overflow',
  'session_lost',
])

const reasons = {
  normal: GoAwayReason.normal,
  protocol_error: GoAwayReason.protocolError,
  internal_error: GoAwayReason.internalError,
} as const

/** Many streams over one channel: yamux bound to Node streams. Format and rules: the protocol package's `spec/yamux.md`. */
export class MuxSession {
  /** Resolves when the session is over, to why. Never rejects. */
  readonly closed: Promise<TransportError>
  readonly #channel: ByteChannel
  readonly #options: MuxSessionOptions
  readonly #limits: MuxLimits
  readonly #output: Output
  readonly #turns: RoundRobin
  readonly #flushes: FlushSchedule
  readonly #liveness: Liveness
  readonly #streams: StreamTable
  readonly #host: LinkHost
  readonly #resolveClosed: (reason: TransportError) => void
  /** The stream that the current frame is for; null: its payload is dropped. */
  #target: StreamLink | null = null
  #failure: TransportError | null = null
  #ended = false
  #closeTimer: NodeJS.Timeout | undefined = undefined
  #localGoAway = false
  #remoteGoAway = false
  #unanswered = 0
  #buffered = 0
  #bytesReceived = 0
  #resets = 0

  constructor(channel: ByteChannel, options: MuxSessionOptions) {
    this.#channel = channel
    this.#options = options
    this.#limits = limitsOf(options)
    this.#turns = new RoundRobin(this.#limits.now)
    this.#output = new Output(channel, this.#turns, CONTROL_BASE + CONTROL_PER_STREAM * this.#limits.maxStreams)
    this.#flushes = new FlushSchedule(() => this.#output.flush())
    this.#streams = new StreamTable(options.role)
    const closed = Promise.withResolvers<TransportError>()
    this.closed = closed.promise
    this.#resolveClosed = closed.resolve
    this.#liveness = this.#watch()
    this.#host = this.#hostLinks()
    this.#listen()
    this.#liveness.start()
  }

  get isClosed(): boolean {
    return this.#failure !== null
  }

  /** No new streams can be opened: one of the sides said GoAway, or the session is over. */
  get goingAway(): boolean {
    return this.#localGoAway || this.#remoteGoAway || this.isClosed
  }

  /**
   * Opens a stream; it may be written to at once.
   *
   * @throws TransportError `session_closed` or what ended the session, `going_away`, `too_many_streams`, `stream_ids_exhausted`
   */
  openStream(): MuxStream {
    if (this.#failure !== null) throw this.#failure
    if (this.goingAway) throw new TransportError('going_away', 'the session takes no new streams')
    const { maxStreams } = this.#limits
    if (this.#streams.size >= maxStreams) throw new TransportError('too_many_streams', `${maxStreams} streams are open already`)
    const id = this.#streams.takeId()
    if (id === null) throw new TransportError('stream_ids_exhausted', 'the session has used all its stream ids')
    const link = this.#addLink(id, false)
    this.#control({ type: FrameType.windowUpdate, flags: Flag.syn, streamId: id, length: 0 })
    return link.stream
  }

  /** The round trip in milliseconds. Rejects when the session ends. */
  ping(): Promise<number> {
    return this.#failure === null ? this.#liveness.ping() : Promise.reject(this.#failure)
  }

  /** Takes no new streams any more, and closes when the last one ended. */
  async drain(): Promise<void> {
    if (!this.#localGoAway && !this.isClosed) {
      this.#localGoAway = true
      this.#control({ type: FrameType.goAway, flags: 0, streamId: 0, length: GoAwayReason.normal })
      this.#closeWhenDrained()
    }
    await this.closed
  }

  /** Says GoAway, destroys all streams and ends the channel. Idempotent. */
  close(code: keyof typeof reasons = 'normal'): void {
    this.#fail(new TransportError('session_closed', 'the session was closed'), reasons[code])
  }

  stats(): MuxStats {
    return {
      openStreams: this.#streams.size,
      streamsOpened: this.#streams.opened,
      streamsAccepted: this.#streams.accepted,
      streamsReset: this.#resets,
      bytesReceived: this.#bytesReceived,
      bytesSent: this.#output.bytesSent,
      buffered: this.#buffered,
      roundTripMs: this.#liveness.roundTrip.latest,
      minimumRoundTripMs: this.#liveness.roundTrip.minimum,
    }
  }

  // Parts

  #watch(): Liveness {
    const session = this
    const host = {
      get bytesReceived() {
        return session.#bytesReceived
      },
      get openStreams() {
        return session.#streams.size
      },
      get streamsSeen() {
        return session.#streams.opened + session.#streams.accepted
      },
      get writeSince() {
        return session.#output.inFlightSince
      },
      sendPing: (value: number) => this.#control({ type: FrameType.ping, flags: Flag.syn, streamId: 0, length: value }),
      fail: (error: TransportError) => this.#fail(error, GoAwayReason.normal),
    }
    return new Liveness(host, this.#limits)
  }

  #hostLinks(): LinkHost {
    const liveness = this.#liveness
    const { maxWindow, windowBudget, now } = this.#limits
    return {
      maxWindow,
      windowBudget: new WindowBudget(windowBudget),
      get minimumRoundTrip() {
        return liveness.roundTrip.minimum
      },
      now,
      control: (header) => this.#control(header),
      wake: (link) => {
        if (this.#turns.add(link)) this.#flushes.soon(link, this.#streams.size)
      },
      addBuffered: (bytes) => {
        this.#buffered += bytes
      },
      addWaiting: (bytes) => this.#turns.addWaiting(bytes),
      answered: (link) => {
        if (link.incoming) this.#unanswered -= 1
      },
      forget: (link) => {
        this.#streams.delete(link.id)
        this.#closeWhenDrained()
      },
    }
  }

  // Sending

  #control(header: FrameHeader): void {
    if (this.#failure !== null) return
    if ((header.flags & Flag.rst) !== 0) this.#resets += 1
    if (this.#output.control(header)) this.#flushes.soon(null, this.#streams.size)
    else this.#fail(new TransportError('output_overflow', 'the peer does not read what it asks for'), GoAwayReason.internalError)
  }

  // Receiving

  #listen(): void {
    const decoder = new FrameDecoder({
      onHeader: (header) => this.#onHeader(header),
      onPayload: (_header, piece) => this.#onPayload(piece),
      onFrameEnd: (header) => this.#onFrameEnd(header),
    })
    this.#channel.start({
      onData: (chunk, start, end) => {
        if (this.#failure !== null) return
        this.#bytesReceived += end - start
        try {
          decoder.push(chunk, start, end)
        } catch (thrown) {
          this.#onDecodeFailure(thrown)
        }
      },
      onEnd: () => this.#fail(this.#lost(null), GoAwayReason.normal),
      onClose: (error) => {
        this.#output.stop()
        this.#fail(this.#lost(error), GoAwayReason.normal)
        this.#finish()
      },
    })
  }

  #onDecodeFailure(thrown: unknown): void {
    if (thrown instanceof YamuxError) {
      const error = new TransportError('protocol_error', `the peer broke the protocol: ${thrown.message}`, { cause: thrown })
      this.#fail(error, thrown.reason)
    } else {
      this.#fail(toTransportError(thrown, 'session_closed', 'a consumer of the session failed'), GoAwayReason.internalError)
    }
  }

  #onHeader(header: FrameHeader): void {
    if (this.#failure !== null) return
    switch (header.type) {
      case FrameType.data:
        this.#target = this.#route(header)
        if (this.#target !== null && header.length > 0 && !this.#target.announce(header.length)) this.#target = null
        return
      case FrameType.windowUpdate:
        this.#target = this.#route(header)
        this.#target?.grow(header.length)
        return
      case FrameType.ping:
        this.#target = null
        if ((header.flags & Flag.syn) === 0) this.#liveness.answered(header.length)
        else this.#control({ type: FrameType.ping, flags: Flag.ack, streamId: 0, length: header.length })
        return
      case FrameType.goAway:
        this.#target = null
        this.#onGoAway(header.length)
    }
  }

  #onPayload(piece: Buffer): void {
    const link = this.#target
    if (link === null || !link.open) return
    link.receive(piece)
    if (this.#buffered > this.#limits.maxBuffered && link.open) {
      link.reset(new TransportError('memory_exceeded', 'the session holds too much that nobody takes'))
    }
  }

  #onFrameEnd(header: FrameHeader): void {
    const link = this.#target
    this.#target = null
    if (link !== null && link.open && (header.flags & Flag.fin) !== 0) link.receiveFin()
  }

  /** The stream a frame is for; null if it is gone or goes with this frame. */
  #route(header: FrameHeader): StreamLink | null {
    if ((header.flags & Flag.syn) !== 0) this.#accept(header.streamId)
    const link = this.#streams.find(header.streamId)
    if (link === null || (header.flags & Flag.rst) === 0) return link
    this.#resets += 1
    link.abort(new TransportError('stream_reset', 'the peer reset the stream'))
    return null
  }

  #accept(id: number): void {
    this.#streams.noteId(id)
    const { onStream } = this.#options
    const { maxStreams, acceptBacklog } = this.#limits
    const full = this.#streams.size >= maxStreams || this.#unanswered >= acceptBacklog
    if (onStream === undefined || this.#localGoAway || full) {
      this.#control({ type: FrameType.windowUpdate, flags: Flag.rst, streamId: id, length: 0 })
      return
    }
    const link = this.#addLink(id, true)
    this.#unanswered += 1
    this.#control({ type: FrameType.windowUpdate, flags: Flag.ack, streamId: id, length: 0 })
    onStream(link.stream)
  }

  #addLink(id: number, incoming: boolean): StreamLink {
    const link = new StreamLink(this.#host, id, incoming)
    this.#streams.add(link)
    return link
  }

  #onGoAway(reason: number): void {
    if (reason === GoAwayReason.protocolError) {
      this.#fail(new TransportError('peer_protocol_error', 'the peer says that we broke the protocol'), GoAwayReason.normal)
    } else if (reason === GoAwayReason.internalError) {
      this.#fail(new TransportError('peer_internal_error', 'the peer failed'), GoAwayReason.normal)
    } else if (!this.#remoteGoAway) {
      this.#remoteGoAway = true
      this.#options.onGoAway?.()
    }
  }

  // Ending

  #lost(cause: Error | null): TransportError {
    if (cause === null && (this.#remoteGoAway || this.#streams.size === 0)) {
      return new TransportError('peer_closed', 'the peer closed the session')
    }
    return new TransportError('session_lost', 'the connection was lost', { cause: cause ?? undefined })
  }

  #closeWhenDrained(): void {
    if (this.#localGoAway && this.#streams.size === 0) this.close()
  }

  /** Ends everything once; the first reason stays. */
  #fail(error: TransportError, reason: GoAwayReason): void {
    if (this.#failure !== null) return
    // Streams that end here send no RST of their own: the GoAway and the end of the channel say it.
    if (!this.#localGoAway || reason !== GoAwayReason.normal) {
      this.#output.control({ type: FrameType.goAway, flags: 0, streamId: 0, length: reason })
    }
    this.#failure = error
    this.#liveness.stop(error)
    for (const link of this.#streams.all()) link.abort(error)
    if (unreachable.has(error.code)) this.#channel.destroy()
    else this.#endChannel()
  }

  /** Sends what is queued, the GoAway last, and then waits a little for the peer's own end. */
  #endChannel(): void {
    this.#output.onceIdle(() => this.#channel.end())
    this.#output.flush()
    this.#closeTimer = setTimeout(() => this.#channel.destroy(), CLOSE_TIMEOUT_MS)
    this.#closeTimer.unref()
  }

  #finish(): void {
    if (this.#ended || this.#failure === null) return
    this.#ended = true
    clearTimeout(this.#closeTimer)
    this.#output.stop()
    this.#resolveClosed(this.#failure)
  }
}
