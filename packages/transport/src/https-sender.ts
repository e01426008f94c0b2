/** Sends the API's calls over HTTPS: TLS 1.3, kept-alive connections, bounded time and length. */
import { Agent, request as httpsRequest } from 'node:https'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import type { HttpCall } from '@sallyport/protocol'
import { SallyportError } from '@sallyport/protocol'
import type { ApiAnswer, ApiSend } from '@sallyport/protocol/api'

export interface ClientCertificate {
  /** PEM, leaf first. */
  readonly cert: string
  readonly key: string
}

export interface HttpsSenderOptions {
  /** PEM certificates that alone are trusted, asked for at each call; absent or undefined: those of web PKI that Node brings. */
  readonly ca?: string | readonly string[] | (() => string | undefined)
  /** Asked for at each call, because certificates are renewed; null: none. */
  readonly clientCertificate?: () => ClientCertificate | null
  /** From the call to the end of the answer; 30 s if absent. */
  readonly timeoutMs?: number
  /** 16 MiB if absent. */
  readonly maxAnswerBytes?: number
  /** Connections at once; 8 if absent. */
  readonly maxConnections?: number
}

export interface HttpsSender {
  readonly send: ApiSend
  /** Closes idle connections; calls that run get to their end. */
  close(): void
}

const DEFAULT_TIMEOUT = 30_000
const DEFAULT_MAX_ANSWER = 16 * 1024 * 1024
const DEFAULT_CONNECTIONS = 8
const MAX_HEADER_BYTES = 32 * 1024

/** What Node reports when the other end's certificate is not trusted. */
const certificateErrors =
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH)/

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const toCoded = (error: unknown): SallyportError => {
  if (error instanceof SallyportError) return error
  if (certificateErrors.test(codeOf(error))) {
    return new SallyportError('certificate_invalid', { message: 'The certificate of the API is not trusted.', cause: error })
  }
  return new SallyportError('api_unreachable', { cause: error })
}

/** A kept connection that the other side closed at the same moment: nothing was answered, and no call is accepted twice. */
const lostIdleConnection = (request: ClientRequest, error: unknown): boolean =>
  request.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))

const readAnswer = (response: IncomingMessage, limit: number): Promise<ApiAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    response.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > limit) response.destroy(new SallyportError('payload_too_large', { message: 'The answer is too large.' }))
      else chunks.push(chunk)
    })
    response.on('error', reject)
    response.on('end', () => {
      const fields = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const)
      resolve({ status: response.statusCode ?? 0, fields: Object.fromEntries(fields), body: Buffer.concat(chunks) })
    })
  })

/** Whom the certificate must name is where the call goes; Node would take it from a `Host` field. Empty for an IP address. */
const serverNameOf = (targetUri: string): string => {
  const { hostname } = new URL(targetUri)
  return isIP(hostname.replaceAll(/^\[|\]$/g, '')) === 0 ? hostname : ''
}

const trusted = (option: HttpsSenderOptions['ca']): { ca?: string[] } => {
  const ca = typeof option === 'function' ? option() : option
  if (ca === undefined) return {}
  return { ca: typeof ca === 'string' ? [ca] : [...ca] }
}

export const createHttpsSender = (options: HttpsSenderOptions = {}): HttpsSender => {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: options.maxConnections ?? DEFAULT_CONNECTIONS,
    // A resumed session would outlive the certificate it began with.
    maxCachedSessions: 0,
  })

  const sendOnce = (call: HttpCall, signal: AbortSignal, mayRetry: boolean): Promise<ApiAnswer> =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(call.targetUri, {
        agent,
        method: call.method,
        servername: serverNameOf(call.targetUri),
        headers: { ...call.fields, 'content-length': call.body.length },
        minVersion: 'TLSv1.3',
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
        ...trusted(options.ca),
        ...options.clientCertificate?.(),
      })
      request.on('response', (response) => {
        readAnswer(response, options.maxAnswerBytes ?? DEFAULT_MAX_ANSWER).then(resolve, reject)
      })
      request.on('error', (error) => {
        if (mayRetry && lostIdleConnection(request, error)) resolve(sendOnce(call, signal, false))
        else reject(error)
      })
      request.end(call.body)
    })

  return {
    send: async (call, { signal }) => {
      const limit = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT)
      try {
        return await sendOnce(call, signal ? AbortSignal.any([signal, limit]) : limit, true)
      } catch (error) {
        throw toCoded(error)
      }
    },
    close: () => agent.destroy(),
  }
}
