/** Clients that come through a gateway: TLS to this relay inside the forwarded stream, then a mux as at the edge. */
import { forwardedHead, SallyportError } from '@sallyport/protocol'
import { acceptTls, duplexChannel, type MuxStream, OpeningRate } from '@sallyport/transport'
import type { Reception } from '../edge/edge.ts'
import { type EdgePeer, identifyPeer } from '../edge/peer-identity.ts'
import { finishWith, HEAD_DEADLINE, readFramed, refusalOf, writeAnswer } from '../session/head-exchange.ts'

type Refused = Parameters<Reception['onRefused']>[0]

export interface ReceptionLimits {
  /** Milliseconds for the head, and again for the handshake inside. */
  readonly deadlineMs: number
  /** Streams whose handshake is not done. The oldest makes room: who stalls keeps nobody out. */
  readonly handshakes: number
  /** Clients that are connected. */
  readonly clients: number
  /** Streams of one gateway: it may have been taken over, and a handshake costs more to answer than to begin. */
  readonly perSecond: number
  readonly atOnce: number
}

const defaults: ReceptionLimits = {
  deadlineMs: HEAD_DEADLINE,
  handshakes: 512,
  clients: 10_000,
  perSecond: 200,
  atOnce: 1_000,
}

export class ForwardedClients {
  readonly #reception: Reception
  readonly #limits: ReceptionLimits
  readonly #rate: OpeningRate
  /** In the order of their arrival. */
  readonly #shaking = new Set<MuxStream>()
  #clients = 0

  constructor(reception: Reception, limits: Partial<ReceptionLimits> = {}) {
    this.#reception = reception
    this.#limits = { ...defaults, ...limits }
    const { perSecond, atOnce } = this.#limits
    this.#rate = new OpeningRate({ perSecond, burst: atOnce, now: () => performance.now() })
  }

  /** A stream that this gateway forwards. Ends with the client accepted, or with the stream closed; never rejects. */
  async receive(stream: MuxStream, gateway: string): Promise<void> {
    const { check, accept, identity } = this.#reception
    const { deadlineMs } = this.#limits
    let client = ''
    try {
      this.#begin(stream, gateway)
      client = (await readFramed(stream, forwardedHead, deadlineMs)).client
      const { socket, peer } = await acceptTls(stream, { tls: identity(), timeoutMs: deadlineMs })
      if (socket.closed) return
      try {
        const session = this.#identify({ ...peer, remoteAddress: client })
        check(session)
        if (this.#clients >= this.#limits.clients) throw new SallyportError('limit_reached')
        this.#clients += 1
        socket.once('close', () => (this.#clients -= 1))
        writeAnswer(socket, { ok: true })
        accept(duplexChannel(socket), session)
      } catch (error) {
        this.#refuse(client, error)
        finishWith(socket, refusalOf(error))
      }
    } catch (error) {
      this.#refuse(client, error)
      stream.destroy()
    } finally {
      this.#shaking.delete(stream)
    }
  }

  #begin(stream: MuxStream, gateway: string): void {
    if (!this.#rate.take(gateway)) throw new SallyportError('limit_reached')
    this.#shaking.add(stream)
    for (const oldest of this.#shaking) {
      if (this.#shaking.size <= this.#limits.handshakes) break
      this.#shaking.delete(oldest)
      oldest.destroy()
    }
  }

  #identify(peer: Parameters<typeof identifyPeer>[0]): Extract<EdgePeer, { kind: 'session' }> {
    const { trustDomain, isIssuer, now } = this.#reception
    const identified = identifyPeer(peer, { trustDomain: trustDomain(), isIssuer, now: now() })
    if (identified.kind === 'session') return identified
    throw new SallyportError('identity_mismatch', { message: 'A relay does not connect as a client.' })
  }

  #refuse(remoteAddress: string, error: unknown): void {
    this.#reception.onRefused({ remoteAddress, ...reasonOf(error) })
  }
}

const reasonOf = (error: unknown): Pick<Refused, 'code' | 'message'> => {
  const { message } = error instanceof Error ? error : new Error(String(error))
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal'
  return { code, message }
}
