import { type FrameHeader, HEADER_LENGTH, writeHeader } from '@sallyport/protocol/yamux'
import type { ByteChannel } from '../channel/byte-channel.ts'
import { borrowSlab, returnSlab } from './slabs.ts'

/** Room in front of a slab's data for frames without payload, which so overtake data that was copied before them. */
const CONTROL_RESERVE = 340 * HEADER_LENGTH

/** Where streams copy their frames to. */
export interface OutputSlab {
  readonly buffer: Buffer
  /** First free byte. */
  end: number
}

/** What fills the slabs; called whenever there is room. */
export interface OutputSource {
  /** Whether {@link fill} would copy anything. */
  readonly ready: boolean
  /** Bytes of payload that wait, roughly; it decides how large a slab to take. */
  readonly waiting: number
  readonly now: () => number
  /** Copies frames until the slab is full or nothing waits. */
  fill(slab: OutputSlab): void
}

/**
 * The way out of a session: one write to the channel is in flight while the next slab fills. Every write is one buffer:
 * control frames first, then data, with the channel's own header right before.
 */
export class Output {
  readonly #channel: ByteChannel
  readonly #source: OutputSource
  readonly #start: number
  readonly #controlLimit: number
  #control = Buffer.allocUnsafeSlow(8 * HEADER_LENGTH)
  #controlLength = 0
  #filling: OutputSlab | null = null
  #inFlight: Buffer | null = null
  #inFlightSince = 0
  #working = false
  #stopped = false
  #idleCallback: (() => void) | null = null
  bytesSent = 0

  /** `controlLimit`: frames without payload that may wait; a peer that reads nothing must not make us hoard answers. */
  constructor(channel: ByteChannel, source: OutputSource, controlLimit: number) {
    this.#channel = channel
    this.#source = source
    this.#controlLimit = controlLimit * HEADER_LENGTH
    this.#start = channel.headroom + CONTROL_RESERVE
  }

  /** Since when the channel has held the current write; null without one. */
  get inFlightSince(): number | null {
    return this.#inFlight === null ? null : this.#inFlightSince
  }

  /** Queues a frame without payload. False: too many wait. */
  control(header: FrameHeader): boolean {
    if (this.#controlLength + HEADER_LENGTH > this.#control.length) {
      if (this.#controlLength >= this.#controlLimit) return false
      const larger = Buffer.allocUnsafeSlow(this.#control.length * 2)
      this.#control.copy(larger, 0, 0, this.#controlLength)
      this.#control = larger
    }
    writeHeader(this.#control, this.#controlLength, header)
    this.#controlLength += HEADER_LENGTH
    return true
  }

  /** Fills and writes as far as the channel takes it. Streams may call back into the session meanwhile. */
  flush(): void {
    if (this.#working || this.#stopped) return
    this.#working = true
    this.#fill()
    if (this.#inFlight === null && (this.#filling !== null || this.#controlLength > 0)) {
      this.#write()
      this.#fill()
    }
    this.#working = false
    if (this.#idleCallback !== null && this.#inFlight === null) this.#idleCallback()
  }

  /** Calls once when all that was queued is with the channel. */
  onceIdle(callback: () => void): void {
    this.#idleCallback = () => {
      this.#idleCallback = null
      callback()
    }
  }

  /** Nothing is written any more; a slab still in flight is left to the garbage collector. */
  stop(): void {
    this.#stopped = true
    if (this.#filling !== null) returnSlab(this.#filling.buffer)
    this.#filling = null
    this.#controlLength = 0
  }

  #fill(): void {
    if (!this.#source.ready || this.#stopped) return
    this.#filling ??= { buffer: borrowSlab(this.#source.waiting), end: this.#start }
    this.#source.fill(this.#filling)
    if (this.#stopped || this.#filling.end > this.#start) return
    returnSlab(this.#filling.buffer)
    this.#filling = null
  }

  #write(): void {
    // A stream's SYN must not come behind its data: data waits until the control frames before it fit in front.
    const slab = this.#controlLength > CONTROL_RESERVE ? this.#controlSlab() : this.#takeFilled()
    const start = this.#placeControl(slab.buffer)
    this.#inFlight = slab.buffer
    this.#inFlightSince = this.#source.now()
    this.bytesSent += slab.end - start
    this.#channel.write({ buffer: slab.buffer, start, end: slab.end }, this.#onTaken)
  }

  #takeFilled(): OutputSlab {
    const slab = this.#filling ?? { buffer: borrowSlab(0), end: this.#start }
    this.#filling = null
    return slab
  }

  /** A slab of control frames only, the oldest. */
  #controlSlab(): OutputSlab {
    const buffer = borrowSlab(this.#controlLength)
    const room = buffer.length - this.#start
    const first = Math.min(this.#controlLength - CONTROL_RESERVE, room - (room % HEADER_LENGTH))
    // What placeControl puts in front is older than what is put here.
    this.#control.copy(buffer, this.#start, CONTROL_RESERVE, CONTROL_RESERVE + first)
    this.#control.copyWithin(CONTROL_RESERVE, CONTROL_RESERVE + first, this.#controlLength)
    this.#controlLength -= first
    return { buffer, end: this.#start + first }
  }

  /** Puts as many waiting control frames as fit right before what is in the slab. */
  #placeControl(slab: Buffer): number {
    const length = Math.min(this.#controlLength, CONTROL_RESERVE)
    const start = this.#start - length
    this.#control.copy(slab, start, 0, length)
    this.#control.copyWithin(0, length, this.#controlLength)
    this.#controlLength -= length
    return start
  }

  readonly #onTaken = (): void => {
    if (this.#inFlight !== null) returnSlab(this.#inFlight)
    this.#inFlight = null
    this.flush()
  }
}
