/** A client that comes through a gateway: TLS to this relay inside the forwarded stream, then a mux as at the edge. */
import { forwardedHead, SallyportError } from '@sallyport/protocol'
import { acceptTls, duplexChannel, type MuxStream } from '@sallyport/transport'
import type { Reception } from '../edge/edge.ts'
import { type EdgePeer, identifyPeer } from '../edge/peer-identity.ts'
import { finishWith, readFramed, refusalOf, writeAnswer } from '../session/head-exchange.ts'

type Refused = Parameters<Reception['onRefused']>[0]

/** Milliseconds for the handshake inside. */
const HANDSHAKE_LIMIT = 10_000

const reasonOf = (error: unknown): Pick<Refused, 'code' | 'message'> => {
  const { message } = error instanceof Error ? error : new Error(String(error))
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'internal'
  return { code, message }
}

/** Ends with the client accepted, or with the stream closed; never rejects. */
export const receiveForwarded = async (stream: MuxStream, reception: Reception): Promise<void> => {
  const refused = (error: unknown, remoteAddress = ''): void => reception.onRefused({ remoteAddress, ...reasonOf(error) })
  const arrived = await shakeHands(stream, reception).catch((error: unknown) => {
    refused(error)
    stream.destroy()
  })
  if (arrived === undefined) return
  const { socket, peer } = arrived
  try {
    const session = identifySession(peer, reception)
    reception.check(session)
    writeAnswer(socket, { ok: true })
    reception.accept(duplexChannel(socket), session)
  } catch (error) {
    refused(error, peer.remoteAddress)
    finishWith(socket, refusalOf(error))
  }
}

const shakeHands = async (stream: MuxStream, { identity }: Reception) => {
  const { client } = await readFramed(stream, forwardedHead)
  const { socket, peer } = await acceptTls(stream, { tls: identity(), timeoutMs: HANDSHAKE_LIMIT })
  return { socket, peer: { ...peer, remoteAddress: client } }
}

const identifySession = (
  peer: Parameters<typeof identifyPeer>[0],
  { trustDomain, isIssuer, now }: Reception,
): Extract<EdgePeer, { kind: 'session' }> => {
  const identified = identifyPeer(peer, { trustDomain: trustDomain(), isIssuer, now: now() })
  if (identified.kind === 'session') return identified
  throw new SallyportError('identity_mismatch', { message: 'A relay does not connect as a client.' })
}
