/** Whether something is a PostgreSQL server: the first answer to a start-up message of nobody says so, without a credential. */
import type { Duplex } from 'node:stream'
import { SallyportError } from '@sallyport/protocol'
import type { AdapterProbe } from '../adapter.ts'
import { ByteInput } from './byte-input.ts'
import { type AuthenticationRequest, decodeAuthentication, decodeError } from './codec/backend.ts'
import { backend } from './codec/messages.ts'
import { encodeStartupMessage } from './codec/startup.ts'
import { ALPN, readMessage, requestTls } from './upstream.ts'

const VERSION_3_0 = 3 << 16
/** A name that is in nobody's server; shows up in its log. */
const NOBODY = 'sallyport-test'

const wayOf = (request: AuthenticationRequest): string => {
  switch (request.kind) {
    case 'ok':
      return 'lets anybody in without a password'
    case 'cleartext':
      return 'asks for a password in clear'
    case 'md5':
      return 'asks for an MD5 password'
    case 'sasl':
      return `asks for ${request.mechanisms.join(' or ').slice(0, 100)}`
    case 'saslContinue':
    case 'saslFinal':
    case 'unsupported':
      return 'asks for another way of signing in'
  }
}

const greet = async (stream: Duplex, signal: AbortSignal): Promise<string> => {
  const input = new ByteInput(stream, signal)
  try {
    stream.write(encodeStartupMessage(VERSION_3_0, new Map([['user', NOBODY]])))
    const { type, body } = await readMessage(input)
    if (type === backend.authentication) return `It speaks PostgreSQL and ${wayOf(decodeAuthentication(body))}.`
    // Whom its rules name nobody by, it refuses: that, too, is PostgreSQL.
    if (type === backend.errorResponse)
      return `It speaks PostgreSQL and refuses people that it does not know (${decodeError(body).sqlstate}).`
    throw new Error('unexpected message')
  } catch (cause) {
    throw new SallyportError('protocol_error', { message: 'What answers does not speak PostgreSQL.', cause })
  } finally {
    input.detach()
  }
}

export const postgresqlProbe: AdapterProbe = {
  how: (signal) => ({ requestTls: requestTls(signal), alpn: ALPN, signal }),
  greet,
}
