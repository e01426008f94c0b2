/** How a gateway is reached, and a relay through one. The protocol's `spec/stream-head.md` and `spec/relay.md`. */
import { type GatewayEntry, SallyportError, type TrustBundle } from '@sallyport/protocol'
import {
  type ByteChannel,
  connectTls,
  dialWebSocket,
  duplexChannel,
  type NegotiatedTls,
  negotiatedTls,
  type PeerCertificate,
} from '@sallyport/transport'
import { gatewayIdentity, type LiveSession } from '../session/live-session.ts'
import type { GatewayLink } from './gateway-link.ts'
import { openStream, readGranted } from './head-exchange.ts'
import { gatewayFailure, mayDoElsewhere } from './transport-failure.ts'

const DIAL_LIMIT = 10_000
/** From asking a gateway for a relay to the relay's answer, milliseconds: neither asks anybody before. */
const RELAY_LIMIT = 20_000
/** Gateways asked for one connection to a relay. */
const MAX_GATEWAYS = 8

export interface Dialled {
  readonly channel: ByteChannel
  readonly tls: NegotiatedTls
  /** The gateway in between; null where there is none. */
  readonly via: GatewayLink | null
}

/** Throws `TransportError`, or `SallyportError` with the code of a refusal inside. */
export type Dial = (live: LiveSession, entry: GatewayEntry, signal: AbortSignal) => Promise<Dialled>

/** Throws where the certificate is of an issuer that the bundle does not name. */
const checkIssuer =
  ({ issuers }: TrustBundle) =>
  ({ chain }: PeerCertificate): void => {
    if (!issuers.includes(chain[1]?.toString('base64url') ?? ''))
      throw new Error('the gateway’s certificate is of an issuer that counts no more')
  }

export const dialGateway: Dial = async ({ tls, trust }, entry, signal) => {
  if (entry.address === null) throw new TypeError('a relay is not dialled')
  let agreed: NegotiatedTls | null = null
  const channel = await dialWebSocket({
    ...entry.address,
    tls,
    expectedIdentity: gatewayIdentity(trust, entry),
    verifyPeer: checkIssuer(trust),
    onSecure: (negotiated) => (agreed = negotiated),
    timeoutMs: DIAL_LIMIT,
    signal,
  })
  return { channel, tls: agreed!, via: null }
}

export interface RelayDialOptions {
  /** Those that may have the relay, best first. */
  readonly gateways: (relay: string) => readonly GatewayLink[]
  /** This gateway did not do. */
  readonly onFailed: (relay: string, gateway: string) => void
}

/** Asks one gateway after the other, until one has the relay. */
export const dialRelay =
  ({ gateways, onFailed }: RelayDialOptions): Dial =>
  async (live, entry, signal) => {
    let last: unknown = new SallyportError('relay_unavailable')
    for (const gateway of gateways(entry.id).slice(0, MAX_GATEWAYS)) {
      try {
        return await through(gateway, { live, entry, signal })
      } catch (error) {
        if (signal.aborted || !mayDoElsewhere(gatewayFailure(error).code)) throw error
        onFailed(entry.id, gateway.entry.id)
        last = error
      }
    }
    throw last
  }

interface Wanted {
  readonly live: LiveSession
  readonly entry: GatewayEntry
  readonly signal: AbortSignal
}

/** The gateway learns the relay's id, and passes TLS to a key that it does not hold. */
const through = async (via: GatewayLink, { live, entry, signal }: Wanted): Promise<Dialled> => {
  const head = { type: 'forward', relay: entry.id } as const
  const mux = await via.session()
  const within = AbortSignal.any([signal, AbortSignal.timeout(RELAY_LIMIT)])
  const { stream } = await openStream(mux, { head, signal: within })
  try {
    const { tls, trust } = live
    const socket = await connectTls(stream, {
      tls,
      expectedIdentity: gatewayIdentity(trust, entry),
      verifyPeer: checkIssuer(trust),
      timeoutMs: DIAL_LIMIT,
    })
    await readGranted(socket, within)
    return { channel: duplexChannel(socket), tls: negotiatedTls(socket), via }
  } catch (error) {
    stream.destroy()
    throw error
  }
}
