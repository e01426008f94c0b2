import { RoundTrip } from '@sallyport/protocol/yamux'
import { TransportError } from '../errors.ts'

/** Time between round-trip samples while data moves, milliseconds. */
const SAMPLE_INTERVAL_MS = 2_000
/** Bytes received since the last sample that count as data moving. */
const ACTIVE_BYTES = 65_536
/** Between two samples of a quiet session, less than this was received, bytes. */
const QUIET_BYTES = 4_096
const FIRST_SAMPLES = 4
const LONGEST_TICK_MS = 1_000
const SHORTEST_TICK_MS = 5
/** Unanswered pings of our own. */
const MAX_PINGS = 64

export interface LivenessOptions {
  readonly keepaliveIntervalMs: number
  readonly keepaliveTimeoutMs: number
  readonly writeTimeoutMs: number
  readonly idleTimeoutMs: number | null
  readonly now: () => number
}

/** The session as its watch sees it. */
export interface LivenessHost {
  readonly bytesReceived: number
  readonly openStreams: number
  /** Streams so far, of both sides. */
  readonly streamsSeen: number
  /** Since when the channel has held one write; null without one. */
  readonly writeSince: number | null
  sendPing(value: number): void
  fail(error: TransportError): void
}

interface Ping {
  readonly sentAt: number
  readonly bytesReceived: number
  readonly resolve: (milliseconds: number) => void
  readonly reject: (error: Error) => void
}

/**
 * Watches one session: measures the round trip, notices a peer that is silent, a channel that takes nothing and a session
 * that nobody uses. Any received byte is a sign of life, so that answers to pings that queue behind bulk data of our own
 * end nothing.
 */
export class Liveness {
  readonly roundTrip = new RoundTrip()
  readonly #options: LivenessOptions
  readonly #host: LivenessHost
  readonly #tickMs: number
  readonly #timer: NodeJS.Timeout
  readonly #pings = new Map<number, Ping>()
  #nextPing = 1
  #lastTick: number
  #lastHeard: number
  #heardBytes = 0
  #lastPing: number
  #pingBytes = 0
  #idleSince: number
  #streamsSeen = 0

  constructor(host: LivenessHost, options: LivenessOptions) {
    this.#host = host
    this.#options = options
    const now = options.now()
    this.#lastTick = now
    this.#lastHeard = now
    this.#lastPing = now
    this.#idleSince = now
    const shortest = Math.min(
      options.keepaliveIntervalMs,
      options.keepaliveTimeoutMs,
      options.writeTimeoutMs,
      options.idleTimeoutMs ?? Infinity,
    )
    this.#tickMs = Math.max(Math.min(shortest / 4, LONGEST_TICK_MS), SHORTEST_TICK_MS)
    this.#timer = setInterval(() => this.#tick(), this.#tickMs)
    this.#timer.unref()
  }

  /** The first samples, one after the other: in a fresh process the first takes many times longer than the path. */
  start(): void {
    this.#sample(FIRST_SAMPLES)
  }

  /** Resolves to milliseconds. Rejects when the session ends, or at once when too many are unanswered. */
  ping(): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#pings.size >= MAX_PINGS) {
        reject(new TransportError('output_overflow', `${MAX_PINGS} pings are unanswered already`))
        return
      }
      const value = this.#nextPing
      this.#nextPing = (this.#nextPing + 1) >>> 0
      const sentAt = this.#options.now()
      this.#lastPing = sentAt
      this.#pingBytes = this.#host.bytesReceived
      this.#pings.set(value, { sentAt, bytesReceived: this.#host.bytesReceived, resolve, reject })
      this.#host.sendPing(value)
    })
  }

  /** The peer answered; an answer to nothing is ignored. */
  answered(value: number): void {
    const ping = this.#pings.get(value)
    if (ping === undefined) return
    this.#pings.delete(value)
    const now = this.#options.now()
    const duration = now - ping.sentAt
    this.roundTrip.sample({ duration, now, quiet: this.#host.bytesReceived - ping.bytesReceived < QUIET_BYTES })
    ping.resolve(duration)
  }

  stop(error: Error): void {
    clearInterval(this.#timer)
    for (const ping of this.#pings.values()) ping.reject(error)
    this.#pings.clear()
  }

  #sample(times: number): void {
    this.ping().then(() => {
      if (times > 1) this.#sample(times - 1)
    }, ignore)
  }

  #tick(): void {
    const now = this.#options.now()
    // When this process itself stood still, what the peer sent meanwhile has not been read yet.
    const pause = now - this.#lastTick - 2 * this.#tickMs
    this.#lastTick = now
    if (pause > 0) {
      this.#lastHeard += pause
      this.#lastPing += pause
      return
    }
    if (this.#host.bytesReceived !== this.#heardBytes) {
      this.#heardBytes = this.#host.bytesReceived
      this.#lastHeard = now
    }
    if (this.#host.openStreams > 0 || this.#host.streamsSeen !== this.#streamsSeen) this.#idleSince = now
    this.#streamsSeen = this.#host.streamsSeen
    const failure = this.#judge(now)
    if (failure !== null) this.#host.fail(failure)
    else if (this.#pingDue(now)) this.#sample(1)
  }

  #judge(now: number): TransportError | null {
    const { writeTimeoutMs, keepaliveTimeoutMs, idleTimeoutMs } = this.#options
    const writeSince = this.#host.writeSince
    if (writeSince !== null && now - writeSince > writeTimeoutMs) {
      return new TransportError('write_timeout', `the connection took no data for ${writeTimeoutMs} ms`)
    }
    const silent = now - Math.max(this.#lastHeard, this.#oldestPing())
    if (this.#pings.size > 0 && silent > keepaliveTimeoutMs) {
      return new TransportError('keepalive_timeout', `the peer was silent for ${keepaliveTimeoutMs} ms`)
    }
    if (idleTimeoutMs !== null && now - this.#idleSince > idleTimeoutMs) {
      return new TransportError('idle_timeout', `no stream was open for ${idleTimeoutMs} ms`)
    }
    return null
  }

  #pingDue(now: number): boolean {
    const received = this.#host.bytesReceived - this.#pingBytes
    if (received > ACTIVE_BYTES && now - this.#lastPing >= SAMPLE_INTERVAL_MS) return true
    return this.#pings.size === 0 && now - Math.max(this.#lastHeard, this.#lastPing) >= this.#options.keepaliveIntervalMs
  }

  #oldestPing(): number {
    for (const ping of this.#pings.values()) return ping.sentAt
    return 0
  }
}

function ignore(): void {}
