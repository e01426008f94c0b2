/**
 * The untyped packets that open a connection (PostgreSQL manual, "Start-up" and "Message Formats").
 *
 *   SSLRequest      Int32 8   · Int32 80877103
 *   GSSENCRequest   Int32 8   · Int32 80877104
 *   CancelRequest   Int32 12+n · Int32 80877102 · Int32 process ID · Byte[n] secret, n = 4 (3.0) or up to 256 (3.2)
 *   StartupMessage  Int32 length · Int32 version · (String name · String value)* · Byte1 0
 */
import { MAX_CANCEL_SECRET, MAX_STARTUP_PACKET } from './limits.ts'
import { requestCode } from './messages.ts'
import { BodyReader } from './reader.ts'
import { ProtocolViolation } from './violation.ts'

/** Parameters in the order they came; a name may come twice, then the last value counts, as in the server. */
export type StartupParameters = ReadonlyMap<string, string>

export type StartupPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gssEncryption' }
  | { readonly kind: 'cancel'; readonly processId: number; readonly secret: Buffer }
  | { readonly kind: 'startup'; readonly version: number; readonly parameters: StartupParameters }

/** Checks the length field of a packet whose first four bytes are known, before more is kept. Returns the bytes that follow. */
export const startupBodyLength = (lengthField: Buffer): number => {
  const length = lengthField.readInt32BE(0)
  if (length < 8) throw new ProtocolViolation('startup packet is shorter than its code')
  if (length > MAX_STARTUP_PACKET) throw new ProtocolViolation('startup packet is longer than 10000 bytes')
  return length - 4
}

const decodeParameters = (reader: BodyReader): StartupParameters => {
  const parameters = new Map<string, string>()
  for (;;) {
    const name = reader.cstring()
    if (name.length === 0) break
    parameters.set(name.toString(), reader.cstring().toString())
  }
  reader.end()
  return parameters
}

/** Decodes what follows the length field. */
export const decodeStartupPacket = (body: Buffer): StartupPacket => {
  const reader = new BodyReader(body)
  const code = reader.int32()
  switch (code) {
    case requestCode.ssl:
      reader.end()
      return { kind: 'ssl' }
    case requestCode.gssEncryption:
      reader.end()
      return { kind: 'gssEncryption' }
    case requestCode.cancel: {
      const processId = reader.int32()
      const secret = Buffer.from(reader.rest())
      // Shorter secrets than those of 3.0 never existed; longer ones than 256 bytes are forbidden by 3.2.
      if (secret.length < 4 || secret.length > MAX_CANCEL_SECRET) throw new ProtocolViolation('length of a cancel secret')
      return { kind: 'cancel', processId, secret }
    }
    default:
      // Other majors have other bodies; the caller refuses them by the version alone.
      return { kind: 'startup', version: code, parameters: code >> 16 === 3 ? decodeParameters(reader) : new Map() }
  }
}

const packet = (code: number, body: Buffer): Buffer => {
  const bytes = Buffer.allocUnsafe(8 + body.length)
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(code, 4)
  body.copy(bytes, 8)
  return bytes
}

export const encodeSslRequest = (): Buffer => packet(requestCode.ssl, Buffer.alloc(0))

export const encodeGssEncryptionRequest = (): Buffer => packet(requestCode.gssEncryption, Buffer.alloc(0))

export const encodeCancelRequest = (processId: number, secret: Buffer): Buffer => {
  const body = Buffer.allocUnsafe(4 + secret.length)
  body.writeInt32BE(processId, 0)
  secret.copy(body, 4)
  return packet(requestCode.cancel, body)
}

/** Throws if a name or value holds a NUL, or if the packet would be longer than a server takes. */
export const encodeStartupMessage = (version: number, parameters: StartupParameters): Buffer => {
  let text = ''
  for (const [name, value] of parameters) {
    if (name === '' || name.includes('\0') || value.includes('\0')) throw new ProtocolViolation('NUL in a startup parameter')
    text += `${name}\0${value}\0`
  }
  const message = packet(version, Buffer.from(`${text}\0`))
  if (message.length > MAX_STARTUP_PACKET) throw new ProtocolViolation('startup packet is longer than 10000 bytes')
  return message
}

export const encodeStartupPacket = (value: StartupPacket): Buffer => {
  switch (value.kind) {
    case 'ssl':
      return encodeSslRequest()
    case 'gssEncryption':
      return encodeGssEncryptionRequest()
    case 'cancel':
      return encodeCancelRequest(value.processId, value.secret)
    case 'startup':
      return encodeStartupMessage(value.version, value.parameters)
  }
}
