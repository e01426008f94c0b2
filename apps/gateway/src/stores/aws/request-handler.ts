/** What AWS's clients send through: our own HTTPS, in the form that they ask for. */
import { Readable } from 'node:stream'
import type { StoreServices } from '../store.ts'

/** A request as the clients make it. */
interface AwsRequest {
  readonly method: string
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly query: Readonly<Record<string, string | readonly string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

const urlOf = ({ protocol, hostname, port, path, query }: AwsRequest): URL => {
  const url = new URL(path, `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? (value as readonly string[]) : [value as string | null]) {
      url.searchParams.append(name, each ?? '')
    }
  }
  return url
}

const bytesOf = (body: unknown): Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof Uint8Array) return body
  throw new TypeError('a body that is no bytes')
}

const lowerCase = (headers: AwsRequest['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** @param authority CA certificates (PEM) instead of the system's. */
export const awsRequestHandler = ({ send }: StoreServices, signal: AbortSignal, authority = '') => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle: async (request: AwsRequest) => {
    const body = bytesOf(request.body)
    const answer = await send({
      method: request.method,
      url: urlOf(request),
      headers: lowerCase(request.headers),
      ...(body === undefined ? {} : { body }),
      authority,
      signal,
    })
    const { status: statusCode, headers } = answer
    return { response: { statusCode, headers, body: Readable.from([answer.body]) } }
  },
  destroy: () => undefined,
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
})
