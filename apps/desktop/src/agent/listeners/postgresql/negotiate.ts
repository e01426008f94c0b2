/**
 * From the first byte to the startup packet: ends TLS on loopback where the tool asks for it, by SSLRequest or directly, and
 * declines GSS encryption, so that a tool needs no other settings than its own defaults.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type SecureContext, TLSSocket } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import { HEADER, readHeader, TLS_HANDSHAKE } from './packets.ts'
import { readExactly } from './read-exactly.ts'

export interface FirstPacket {
  readonly kind: 'startup' | 'cancel'
  /** Where the tool is: the socket, or the TLS on it. */
  readonly client: Duplex
  /** The packet as it came. */
  readonly packet: Buffer
}

export interface NegotiateOptions {
  /** null: TLS is declined, as PostgreSQL does on unix sockets. */
  readonly tls: SecureContext | null
  /** Told where the tool is, as soon as it is known, also if what follows fails. */
  readonly onClient: (client: Duplex) => void
}

/** libpq asks for GSS encryption, then for TLS, then begins. */
const MAX_REQUESTS = 2
/** Registered for direct TLS (IANA TLS ALPN ids). */
const ALPN = 'postgresql'

/** Throws `protocol_error`. Its time is bounded by the caller, who destroys the socket. */
export const negotiate = async (socket: Socket, options: NegotiateOptions): Promise<FirstPacket> => {
  if (options.tls !== null && (await beginsWithTls(socket))) {
    const secure = await startTls(socket, options.tls)
    if (secure.alpnProtocol !== ALPN)
      throw new SallyportError('protocol_error', { message: 'Direct TLS needs ALPN "postgresql".' })
    options.onClient(secure)
    return readFirst(secure)
  }
  for (let requests = 0; requests <= MAX_REQUESTS; requests++) {
    const { kind, bytes } = await readPacket(socket)
    if (kind === 'startup' || kind === 'cancel') return { kind, client: socket, packet: bytes }
    // CVE-2021-23222: what was sent in clear behind the request must not count as sent inside of TLS.
    if (socket.readableLength > 0) throw new SallyportError('protocol_error', { message: 'Data came before TLS began.' })
    if (kind === 'gss-request' || options.tls === null) {
      socket.write('N')
      continue
    }
    socket.write('S')
    const secure = await startTls(socket, options.tls)
    options.onClient(secure)
    return readFirst(secure)
  }
  throw new SallyportError('protocol_error', { message: 'The tool asks for encryption again and again.' })
}

const beginsWithTls = async (socket: Socket): Promise<boolean> => {
  const first = await readExactly(socket, 1)
  socket.unshift(first)
  return first[0] === TLS_HANDSHAKE
}

/** Inside of TLS nothing else can be asked for. */
const readFirst = async (client: Duplex): Promise<FirstPacket> => {
  const { kind, bytes } = await readPacket(client)
  if (kind !== 'startup' && kind !== 'cancel')
    throw new SallyportError('protocol_error', { message: 'The tool asks for encryption within TLS.' })
  return { kind, client, packet: bytes }
}

const readPacket = async (stream: Duplex) => {
  const header = await readExactly(stream, HEADER)
  const { kind, length } = readHeader(header)
  const body = length > HEADER ? await readExactly(stream, length - HEADER) : Buffer.alloc(0)
  return { kind, bytes: Buffer.concat([header, body]) }
}

const startTls = (socket: Socket, secureContext: SecureContext): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [ALPN] })
    const fail = (cause?: unknown): void => {
      secure.destroy()
      reject(new SallyportError('protocol_error', { message: 'TLS with the tool failed.', cause }))
    }
    secure.once('error', fail)
    secure.once('close', fail)
    secure.once('secure', () => {
      secure.off('error', fail).off('close', fail)
      // Until somebody else listens: a tool may go at any moment.
      secure.on('error', () => {})
      resolve(secure)
    })
  })
