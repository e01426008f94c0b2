/**
 * What a PostgreSQL tool sends first. Protocol: "Frontend/Backend Protocol", message formats SSLRequest, GSSENCRequest,
 * StartupMessage, CancelRequest.
 *
 *     0                4                8
 *     +----------------+----------------+-----------------
 *     | length (int32) | code (int32)   | length - 8 bytes
 *     +----------------+----------------+-----------------
 */
import { SallyportError } from '@sallyport/protocol'

export const HEADER = 8
/** As PostgreSQL itself (MAX_STARTUP_PACKET_LENGTH). */
export const MAX_PACKET = 10_000

const CANCEL_REQUEST = 80877102
const SSL_REQUEST = 80877103
const GSSENC_REQUEST = 80877104
const MAJOR_VERSION = 3

/** The first byte of a TLS record with a handshake (RFC 8446 §5.1): a tool that does not ask first. */
export const TLS_HANDSHAKE = 0x16

export type PacketKind = 'startup' | 'cancel' | 'tls-request' | 'gss-request'

/** `length` counts the whole packet. Throws `protocol_error`, before anything behind the header is read. */
export const readHeader = (header: Buffer): { readonly kind: PacketKind; readonly length: number } => {
  const length = header.readInt32BE(0)
  const code = header.readInt32BE(4)
  if (length < HEADER || length > MAX_PACKET) throw violation('its first packet has an impossible length')
  switch (code) {
    case SSL_REQUEST:
    case GSSENC_REQUEST:
      if (length !== HEADER) throw violation('a request for encryption has 8 bytes')
      return { kind: code === SSL_REQUEST ? 'tls-request' : 'gss-request', length }
    case CANCEL_REQUEST:
      return { kind: 'cancel', length }
    default:
      if (code >>> 16 !== MAJOR_VERSION) throw violation('it does not speak protocol 3')
      return { kind: 'startup', length }
  }
}

const violation = (why: string): SallyportError =>
  new SallyportError('protocol_error', { message: `This is a PostgreSQL port, and the tool does not speak that: ${why}.` })
