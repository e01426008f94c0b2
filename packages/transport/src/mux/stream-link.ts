import { Flag, FrameType, type FrameHeader, ReceiveWindow, type WindowBudget } from '@sallyport/protocol/yamux'
import { TransportError } from '../errors.ts'
import type { OutputSlab } from './output.ts'
import { ReceiveQueue } from './receive-queue.ts'
import { SendSide } from './send-side.ts'
import { MuxStream } from './stream.ts'

/** What a stream asks of its session. */
export interface LinkHost {
  readonly maxWindow: number
  readonly windowBudget: WindowBudget
  readonly minimumRoundTrip: number | null
  readonly now: () => number
  control(header: FrameHeader): void
  /** The stream has something to send, or may have. */
  wake(link: StreamLink): void
  /** The session's sums of what waits, received and to be sent. */
  addBuffered(bytes: number): void
  addWaiting(bytes: number): void
  /** The consumer wrote to or left a stream for the first time. */
  answered(link: StreamLink): void
  /** The stream is gone from the wire; nothing refers to its id any more. */
  forget(link: StreamLink): void
}

/** One stream as the session sees it: both windows, both ends' state. The Node stream in front of it is {@link MuxStream}. */
export class StreamLink {
  readonly id: number
  readonly incoming: boolean
  readonly stream: MuxStream
  readonly #host: LinkHost
  readonly #send: SendSide
  readonly #window: ReceiveWindow
  readonly #queue = new ReceiveQueue()
  #wanted = false
  #finReceived = false
  #open = true
  /** Pushed to the Node stream, and what its consumer took of it. */
  #pushed = 0
  #credited = 0
  /** Until the consumer answers, an incoming stream counts against the backlog. */
  #answered = false
  /** Used by the session's round robin. */
  queued = false

  constructor(host: LinkHost, id: number, incoming: boolean) {
    this.#host = host
    this.id = id
    this.incoming = incoming
    this.#send = new SendSide(id)
    this.#window = new ReceiveWindow({ maximum: host.maxWindow, budget: host.windowBudget })
    this.stream = new MuxStream(this)
  }

  /** Whether the stream is still on the wire. */
  get open(): boolean {
    return this.#open
  }

  get bytesReceived(): number {
    return this.#pushed + this.#queue.length
  }

  get bytesSent(): number {
    return this.#send.bytesSent
  }

  // From the wire

  /** Judges a Data frame by its header. False: it was not allowed, and the stream is reset. */
  announce(length: number): boolean {
    if (this.#finReceived) {
      this.reset(new TransportError('stream_reset', 'the peer sent data after its end of the stream'))
      return false
    }
    if (!this.#window.arrived(length)) {
      this.reset(new TransportError('window_exceeded', "the peer sent more than the stream's window allows"))
      return false
    }
    return true
  }

  receive(piece: Buffer): void {
    this.#host.addBuffered(piece.length)
    if (!this.#wanted || this.#queue.length > 0 || this.stream.readableLength > 0) {
      this.#queue.push(piece)
      if (this.#wanted) this.pull()
    } else {
      this.#push(piece)
    }
  }

  receiveFin(): void {
    if (this.#finReceived) {
      this.reset(new TransportError('stream_reset', 'the peer ended its side of the stream twice'))
      return
    }
    this.#finReceived = true
    this.#window.release()
    if (this.#send.finSent) this.#leave()
    if (this.#queue.length === 0) this.stream.push(null)
  }

  /** The peer reset the stream, or the session ends. */
  abort(error: Error): void {
    this.#leave()
    this.stream.destroy(error)
  }

  grow(delta: number): void {
    this.#send.grow(delta)
    this.#host.wake(this)
  }

  // To the wire

  get ready(): boolean {
    return this.#open && this.#send.ready
  }

  fill(slab: OutputSlab, quantum: number): void {
    const copied = this.#send.fill(slab, quantum)
    this.#host.addWaiting(-copied)
    if (this.#send.finSent && this.#finReceived) this.#leave()
  }

  /** Ends the stream towards the peer at once, and the Node stream with `error`. */
  reset(error: Error): void {
    this.stream.destroy(error)
    // `destroy` does nothing on a stream that is being destroyed already.
    this.#resetWire()
  }

  // From the Node stream

  pull(): void {
    this.#wanted = true
    while (this.#wanted) {
      const piece = this.#queue.shift()
      if (piece === null) break
      this.#push(piece)
    }
    if (this.#finReceived && this.#queue.length === 0) this.stream.push(null)
  }

  write(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#answer()
    this.#send.write(chunks, done)
    this.#host.addWaiting(this.#send.waiting)
    this.#host.wake(this)
  }

  finish(done: (error?: Error | null) => void): void {
    this.#answer()
    if (!this.#open) {
      done(new TransportError('stream_closed', 'the stream is closed'))
      return
    }
    this.#send.finish(done)
    this.#host.wake(this)
  }

  /** Grants the peer what the consumer took since the last call. */
  credit(): void {
    const taken = this.#pushed - this.stream.readableLength - this.#credited
    if (taken <= 0) return
    this.#credited += taken
    this.#host.addBuffered(-taken)
    if (this.#credited === this.#pushed && this.#queue.length === 0) this.#queue.clear()
    if (!this.#window.taken(taken) || !this.#open || this.#finReceived) return
    const grant = this.#window.grant(this.#host.now(), this.#host.minimumRoundTrip)
    if (grant > 0) this.#host.control({ type: FrameType.windowUpdate, flags: 0, streamId: this.id, length: grant })
  }

  /** The Node stream was destroyed, by its consumer or because both sides ended. */
  release(error: Error | null): void {
    this.#host.addBuffered(-(this.#pushed + this.#queue.length - this.#credited))
    this.#credited = this.#pushed
    this.#queue.clear()
    this.#host.addWaiting(-this.#send.waiting)
    this.#send.abandon(() => error ?? new TransportError('stream_closed', 'the stream is closed'))
    this.#resetWire()
  }

  #push(piece: Buffer): void {
    this.#pushed += piece.length
    this.#wanted = this.stream.push(piece)
    this.credit()
  }

  #resetWire(): void {
    if (!this.#open) return
    this.#host.control({ type: FrameType.windowUpdate, flags: Flag.rst, streamId: this.id, length: 0 })
    this.#leave()
  }

  #leave(): void {
    if (!this.#open) return
    this.#open = false
    this.#answer()
    this.#window.release()
    this.#host.forget(this)
  }

  #answer(): void {
    if (this.#answered) return
    this.#answered = true
    this.#host.answered(this)
  }
}
