/** One client's connection: a mux whose streams each begin with a head. It lives by its leases, and at least as its certificate. */
import {
  assertNever,
  type Caller,
  type ResourceHop,
  SallyportError,
  type StreamAnswer,
  type StreamHead,
} from '@sallyport/protocol'
import { type ByteChannel, joinStreams, MuxSession, type MuxStream } from '@sallyport/transport'
import type { Logger } from 'pino'
import { finishWith, readHead, refusalOf, writeAnswer } from './head-exchange.ts'
import type { Lease } from './lease.ts'
import type { SessionPeer } from './peer.ts'
import { inBackground } from '../in-background.ts'

/** Streams of one client at a time, all of its tools together. */
const MAX_STREAMS = 2048
/** Streams whose head is not there yet, or not answered. */
const MAX_HEADS = 256
/** setTimeout takes no longer time. */
const LONGEST_TIMER = 2 ** 31 - 1

/** What a connection asks of the rest of the session. Each rejects with a coded error. */
export interface StreamServices {
  readonly open: (peer: SessionPeer, head: Extract<StreamHead, { type: 'open' }>) => Promise<Lease>
  readonly resume: (peer: SessionPeer, lease: string) => Lease
  readonly renew: (peer: SessionPeer, renewal: string) => Promise<Extract<StreamAnswer, { ok: true }>['renewal']>
  /** How the resource of a lease was reached. Throws as {@link StreamServices.resume}. */
  readonly path: (peer: SessionPeer, lease: string) => ResourceHop | null
  /** A stream to this relay, for the client's bytes. Throws `relay_unavailable` or `limit_reached`. */
  readonly forward: (peer: SessionPeer, relay: string) => MuxStream
  /** Serves the stream to its end; never rejects. Throws at once if the protocol has no adapter. */
  readonly serve: (stream: MuxStream, lease: Lease, caller: Caller | null) => () => Promise<void>
  /** Nobody uses the lease now. */
  readonly onIdle: (lease: Lease) => void
  readonly now: () => number
  readonly logger: Logger
  readonly onClosed: (connection: ClientConnection) => void
}

export class ClientConnection {
  readonly peer: SessionPeer
  readonly #services: StreamServices
  readonly #mux: MuxSession
  readonly #certificateTimer: NodeJS.Timeout
  #heads = 0

  constructor(channel: ByteChannel, peer: SessionPeer, services: StreamServices) {
    this.peer = peer
    this.#services = services
    this.#mux = new MuxSession(channel, {
      role: 'server',
      maxStreams: MAX_STREAMS,
      acceptBacklog: MAX_HEADS,
      onStream: (stream) => this.#onStream(stream),
    })
    const left = Math.min(Math.max(0, peer.certificateEndsAt - services.now()), LONGEST_TIMER)
    // No new streams after its end; those that are open live as their leases do.
    this.#certificateTimer = setTimeout(() => inBackground(this.drain()), left)
    this.#certificateTimer.unref()
    inBackground(this.#watch())
  }

  async #watch(): Promise<void> {
    const { code } = await this.#mux.closed
    clearTimeout(this.#certificateTimer)
    this.#services.logger.info({ event: 'client.closed', session: this.peer.session, reason: code })
    this.#services.onClosed(this)
  }

  get closed(): Promise<unknown> {
    return this.#mux.closed
  }

  /** Takes no new streams; resolves when the last one has ended. */
  drain(): Promise<void> {
    return this.#mux.drain()
  }

  close(): void {
    this.#mux.close()
  }

  #onStream(stream: MuxStream): void {
    if (this.#heads >= MAX_HEADS) {
      stream.destroy()
      return
    }
    this.#heads += 1
    inBackground(this.#handle(stream))
  }

  async #handle(stream: MuxStream): Promise<void> {
    const head = await readHead(stream).catch((error: unknown) => {
      // Malformed, too long or late: this stream alone is reset.
      this.#services.logger.info({ event: 'stream.refused', session: this.peer.session, error: describe(error) })
      stream.destroy()
      return null
    })
    if (head === null) {
      this.#heads -= 1
      return
    }
    const serve = await this.#answer(stream, head).finally(() => {
      this.#heads -= 1
    })
    await serve?.()
  }

  /** Answers the head; returns what serves the stream, or null if it was closed. */
  async #answer(stream: MuxStream, head: StreamHead): Promise<(() => Promise<void>) | null> {
    try {
      switch (head.type) {
        case 'open':
          return this.#begin(stream, await this.#services.open(this.peer, head), head.caller)
        case 'resume':
          return this.#begin(stream, this.#services.resume(this.peer, head.lease), head.caller)
        case 'renew': {
          const renewal = await this.#services.renew(this.peer, head.renewal)
          finishWith(stream, { ok: true, ...(renewal ? { renewal } : {}) })
          return null
        }
        case 'path':
          finishWith(stream, { ok: true, path: this.#services.path(this.peer, head.lease) })
          return null
        case 'forward':
          return this.#forward(stream, head.relay)
        default:
          return assertNever(head)
      }
    } catch (error) {
      this.#refuse(stream, head, error)
      return null
    }
  }

  #begin(stream: MuxStream, lease: Lease, caller: Caller | null): () => Promise<void> {
    // It may have ended, or the client gone, while the unlock was under way.
    if (lease.ended !== null) throw new SallyportError('lease_ended')
    if (stream.destroyed) {
      if (lease.connections.size === 0) this.#services.onIdle(lease)
      return async () => {}
    }
    const serve = this.#services.serve(stream, lease, caller)
    writeAnswer(stream, { ok: true, lease: { id: lease.id, expiresAt: lease.expiresAt } })
    return serve
  }

  /** From here on the bytes are the client's and the relay's alone: TLS, to which this gateway has no key. */
  #forward(stream: MuxStream, relay: string): () => Promise<void> {
    const onward = this.#services.forward(this.peer, relay)
    writeAnswer(stream, { ok: true })
    return async () => {
      const { bytesForward, bytesBackward } = await joinStreams(stream, onward)
      this.#services.logger.info({ event: 'forward.closed', session: this.peer.session, relay, bytesForward, bytesBackward })
    }
  }

  #refuse(stream: MuxStream, head: StreamHead, error: unknown): void {
    const { logger } = this.#services
    const line = { event: 'stream.refused', session: this.peer.session, head: head.type, error: describe(error) }
    if (error instanceof SallyportError && error.code !== 'internal') logger.info(line)
    else logger.error({ ...line, cause: error })
    if (!stream.destroyed) finishWith(stream, refusalOf(error))
  }
}

/** Code and causes, as the log may hold them. */
const describe = (error: unknown): string => {
  const parts: string[] = []
  for (let at = error; at instanceof Error && parts.length < 4; at = at.cause)
    parts.push(at instanceof SallyportError ? at.code : at.message)
  return parts.join(': ')
}
