/** Towards the resource: TLS, sign-in with the leased credential, and cancelling what runs there. */
import type { Duplex } from 'node:stream'
import { SallyportError } from '@sallyport/protocol'
import { type AdapterConnection, eraseSecret, type OpenedCredential, type UpstreamConnection } from '../adapter.ts'
import { ScramError } from './authentication/scram.ts'
import { SignIn } from './authentication/sign-in.ts'
import { ByteInput, InputClosed } from './byte-input.ts'
import {
  decodeAuthentication,
  decodeBackendKey,
  decodeError,
  decodeNegotiateProtocolVersion,
  decodeReadyForQuery,
  type BackendKey,
} from './codec/backend.ts'
import { encodeMessage } from './codec/encode.ts'
import { MAX_GREETING, MAX_SIGN_IN_MESSAGE } from './codec/limits.ts'
import { backend, HEADER_LENGTH } from './codec/messages.ts'
import { encodeCancelRequest, encodeSslRequest, encodeStartupMessage, type StartupParameters } from './codec/startup.ts'
import { ProtocolViolation } from './codec/violation.ts'
import { PostgresqlError, postgresqlError, toPostgresqlError } from './errors.ts'

/** How a resource is reached, and what it may be asked for. */
export type ResourceLink = Pick<AdapterConnection, 'connectUpstream' | 'target'>

const AGREED = 'S'.charCodeAt(0)
const DECLINED = 'N'.charCodeAt(0)

/** ALPN name of the protocol (manual, "SSL Session Encryption"). */
export const ALPN = 'postgresql'

const TOO_EARLY = 'The resource sent plaintext where TLS had to begin.'

/** How long a resource may take to close after a cancel request, in milliseconds. */
const CANCEL_PATIENCE = 5000

/**
 * Asks a fresh connection for TLS. One byte is the whole answer: anything behind it was put there by someone who wants it
 * taken for encrypted data (CVE-2021-23222). An error in its place comes from nobody we trust yet, so that its text is not
 * shown (CVE-2024-10977).
 */
export const requestTls =
  (signal: AbortSignal) =>
  async (socket: Duplex): Promise<boolean> => {
    const input = new ByteInput(socket, signal)
    try {
      socket.write(encodeSslRequest())
      const answer = (await input.take(1))[0]
      if (input.buffered > 0) throw new SallyportError('resource_tls_refused', { message: TOO_EARLY })
      if (answer === AGREED) return true
      if (answer === DECLINED) return false
      throw new SallyportError('resource_tls_refused')
    } finally {
      input.detach()
    }
  }

const orUnreachable = (error: unknown): PostgresqlError => {
  if (error instanceof ProtocolViolation) return resourceViolation(error)
  const known = toPostgresqlError(error)
  return known.code === 'internal' ? postgresqlError('resource_unreachable', { cause: error }) : known
}

const resourceViolation = (cause: ProtocolViolation): PostgresqlError =>
  postgresqlError('resource_protocol_error', { detail: `${cause.message}.`, cause })

/** Connects with TLS wherever the resource is not explicitly allowed to go without. */
const connect = async (connection: ResourceLink, signal: AbortSignal): Promise<UpstreamConnection> => {
  const link = await connection
    .connectUpstream({ requestTls: requestTls(signal), alpn: ALPN, signal })
    .catch((error: unknown) => {
      throw orUnreachable(error)
    })
  link.stream.on('error', ignoreError)
  if (signal.aborted || (link.serverCertificate === null && !connection.target.plaintextAllowed)) {
    link.stream.destroy()
    signal.throwIfAborted()
    throw postgresqlError('resource_tls_refused')
  }
  return link
}

/** Whoever reads the stream hears of errors through its own listener; between two readers there must be one too. */
const ignoreError = (): void => undefined

export interface Message {
  readonly type: number
  readonly body: { readonly buffer: Buffer; readonly start: number; readonly end: number }
}

export const readMessage = async (input: ByteInput): Promise<Message> => {
  const header = await input.take(HEADER_LENGTH)
  const length = header.readInt32BE(1) - 4
  if (length < 0 || length > MAX_SIGN_IN_MESSAGE) throw new ProtocolViolation('length of a message while signing in')
  const buffer = await input.take(length)
  return { type: header[0]!, body: { buffer, start: 0, end: length } }
}

/** The resource's own refusal. What is about signing in (class 28) is not the doing of the person at the tool. */
const refusal = ({ body }: Message): PostgresqlError => {
  const fields = decodeError(body)
  if (fields.sqlstate.startsWith('28')) {
    return postgresqlError('resource_sign_in_failed', { detail: `The resource said: ${fields.message} (${fields.sqlstate})` })
  }
  return new PostgresqlError('resource_refused', { ...fields, severity: 'FATAL' })
}

const authenticate = async (input: ByteInput, signIn: SignIn, version: number): Promise<void> => {
  for (;;) {
    const message = await readMessage(input)
    switch (message.type) {
      case backend.authentication:
        if (await signIn.answer(decodeAuthentication(message.body))) return
        break
      case backend.errorResponse:
        throw refusal(message)
      case backend.negotiateProtocolVersion: {
        const negotiated = decodeNegotiateProtocolVersion(message.body)
        // We asked for no option, and an older minor version differs only in the length of the cancel secret.
        if (negotiated.version >> 16 !== 3 || negotiated.version > version || negotiated.options.length > 0) {
          throw new ProtocolViolation('negotiated protocol version')
        }
        break
      }
      case backend.noticeResponse:
        break
      default:
        throw new ProtocolViolation('unexpected message while signing in')
    }
  }
}

/** What the resource says once we are in, up to its first ReadyForQuery. */
export interface Greeting {
  /** ParameterStatus and NoticeResponse messages as they came. */
  readonly statuses: readonly Buffer[]
  /** The resource's own key; its secret never goes to the tool. */
  readonly key: BackendKey | null
  /** Its ReadyForQuery as it came. */
  readonly ready: Buffer
}

const readGreeting = async (input: ByteInput): Promise<Greeting> => {
  const statuses: Buffer[] = []
  let key: BackendKey | null = null
  let total = 0
  for (;;) {
    const message = await readMessage(input)
    total += HEADER_LENGTH + message.body.end
    if (total > MAX_GREETING) throw new ProtocolViolation('greeting of the resource is too long')
    switch (message.type) {
      case backend.parameterStatus:
      case backend.noticeResponse:
        statuses.push(encodeMessage(message.type, message.body.buffer))
        break
      case backend.backendKeyData:
        if (key !== null) throw new ProtocolViolation('second key of the resource')
        key = decodeBackendKey(message.body)
        break
      case backend.readyForQuery:
        decodeReadyForQuery(message.body)
        return { statuses, key, ready: encodeMessage(message.type, message.body.buffer) }
      case backend.errorResponse:
        throw refusal(message)
      default:
        throw new ProtocolViolation('unexpected message before the first ReadyForQuery')
    }
  }
}

const asSignInError = (error: unknown): unknown => {
  if (error instanceof ScramError) return postgresqlError('resource_not_proven', { detail: `${error.message}.`, cause: error })
  if (error instanceof ProtocolViolation) return resourceViolation(error)
  if (error instanceof InputClosed) return postgresqlError('resource_closed', { cause: error })
  return error
}

export interface SignedIn {
  readonly stream: Duplex
  readonly greeting: Greeting
  /** Bytes that came behind the greeting. */
  readonly rest: Buffer
}

export interface SignInRequest {
  readonly version: number
  /** Without the user. */
  readonly parameters: StartupParameters
  readonly signal: AbortSignal
}

/** Signs in to the resource. The secret is overwritten when it returns or throws a coded error. */
export const signIn = async (
  connection: ResourceLink,
  credential: OpenedCredential,
  request: SignInRequest,
): Promise<SignedIn> => {
  const { version, signal } = request
  try {
    const link = await connect(connection, signal)
    const input = new ByteInput(link.stream, signal)
    try {
      const parameters = new Map([['user', credential.userName], ...request.parameters])
      link.stream.write(encodeStartupMessage(version, parameters))
      await authenticate(input, new SignIn({ ...link, credential, weakest: connection.target.weakestAuthentication }), version)
      const greeting = await readGreeting(input)
      return { stream: link.stream, greeting, rest: input.detach() }
    } catch (error) {
      input.detach()
      link.stream.destroy()
      throw asSignInError(error)
    }
  } finally {
    eraseSecret(credential.secret)
  }
}

/** Asks the resource to cancel what the connection with this key is doing, over a connection of its own. */
export const cancelUpstream = async (connection: AdapterConnection, key: BackendKey): Promise<void> => {
  const signal = AbortSignal.timeout(CANCEL_PATIENCE)
  const { stream } = await connect(connection, signal)
  const input = new ByteInput(stream, signal)
  try {
    stream.write(encodeCancelRequest(key.processId, key.secret))
    // The resource answers nothing; that it closes is how it says that the request was taken.
    await input.take(1)
    throw postgresqlError('resource_protocol_error')
  } catch (error) {
    if (!(error instanceof InputClosed)) throw error
  } finally {
    input.detach()
    stream.destroy()
  }
}
