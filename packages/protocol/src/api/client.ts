/**
 * Calls to the API, typed by its routes. Pure: builds and signs requests and parses answers; whoever makes a client hands in
 * how bytes are sent, who signs, randomness and the time.
 */
import { z } from 'zod'
import { fromUtf8, utf8 } from '../bytes.ts'
import { isErrorCode, SallyportError } from '../errors.ts'
import { type CallSigners, type HttpCall, signCall } from '../http-signature.ts'
import type { InputOf, ResponseOf, Route } from './route.ts'

const NONCE_BYTES = 16

/** An answer as it came; field names in lower case. */
export interface ApiAnswer {
  readonly status: number
  readonly fields: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Sends one request. Bounds time and length itself; throws `api_unreachable` or `certificate_invalid`. */
export type ApiSend = (request: HttpCall, options: { readonly signal?: AbortSignal }) => Promise<ApiAnswer>

export interface ApiClientOptions {
  /** Scheme, host and port as the API is configured to call itself; without a slash at the end. */
  readonly origin: string
  readonly send: ApiSend
  /** The keys of calls that are signed, asked for at each call because sessions change. */
  readonly signers: () => CallSigners | Promise<CallSigners>
  /** This many random bytes. */
  readonly random: (bytes: number) => Uint8Array
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export interface CallOptions {
  /** Instead of those of the client: at sign-in the session key is new. */
  readonly signers?: CallSigners
  /** A proof of presence, for routes that ask for one. */
  readonly presence?: string
  readonly signal?: AbortSignal
}

/** A route without required input may be called by its name alone. */
type CallArguments<R extends Route> =
  object extends InputOf<R> ? [input?: InputOf<R>, options?: CallOptions] : [input: InputOf<R>, options?: CallOptions]

type RouteTable = Readonly<Record<string, Route>>

export interface RouteClient<Routes extends RouteTable> {
  /**
   * Calls a route. Throws `SallyportError`: `invalid_request` for input that does not fit, the API's own code for a refusal,
   * `api_unreachable` for an answer that is not the API's.
   */
  call<Name extends keyof Routes & string>(name: Name, ...rest: CallArguments<Routes[Name]>): Promise<ResponseOf<Routes[Name]>>
}

interface AnyInput {
  readonly parameters?: unknown
  readonly query?: unknown
  readonly body?: unknown
}

/** A client of these routes only: a program that calls few need not load the schemas of all. */
export const createRouteClient = <Routes extends RouteTable>(routes: Routes, options: ApiClientOptions): RouteClient<Routes> => ({
  call: async (name, ...rest) => {
    const route: Route = routes[name]!
    const [input, callOptions = {}] = rest as [AnyInput | undefined, CallOptions | undefined]
    const built = buildRequest(options.origin, route, input ?? {})
    const request = callOptions.presence === undefined ? built : withPresence(built, callOptions.presence)
    const fields = needsSignature(route)
      ? await signCall(request, callOptions.signers ?? (await options.signers()), {
          nonce: options.random(NONCE_BYTES),
          created: Math.floor(options.clock() / 1000),
        })
      : request.fields
    const { signal } = callOptions
    const answer = await options.send({ ...request, fields }, signal ? { signal } : {})
    return parseAnswer(route, answer) as ResponseOf<Routes[typeof name]>
  },
})

/** The field in which a proof of presence goes with a call. Not signed: it is worth nothing without the session's signature. */
export const PRESENCE_FIELD = 'sallyport-presence'

export const withPresence = (call: HttpCall, presence: string): HttpCall => ({
  ...call,
  fields: { ...call.fields, [PRESENCE_FIELD]: presence },
})

const needsSignature = (route: Route): boolean => route.authentication !== 'public'

/** The request of a route, not signed yet. Throws `invalid_request`. */
export const buildRequest = (origin: string, route: Route, input: AnyInput): HttpCall => {
  const parameters = parsePart(route.parameters, input.parameters, 'parameters') as Readonly<Record<string, string>> | undefined
  const query = parsePart(route.query, input.query ?? {}, 'query') as Readonly<Record<string, QueryValue>> | undefined
  const body = parsePart(route.body, input.body, 'body')
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters?.[name] ?? ''))
  const search = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`],
  )
  return {
    method: route.method,
    targetUri: `${origin}${path}${search.length > 0 ? `?${search.join('&')}` : ''}`,
    fields: { accept: 'application/json', ...(route.body ? { 'content-type': 'application/json' } : {}) },
    body: route.body ? utf8(JSON.stringify(body)) : new Uint8Array(),
  }
}

type QueryValue = string | number | boolean | undefined

const parsePart = (schema: z.ZodType | undefined, value: unknown, part: string): unknown => {
  if (!schema) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new SallyportError('invalid_request', { details: issuePaths(parsed.error, part), cause: parsed.error })
}

/** Where input does not fit, as `body.email`; for `details` of `invalid_request`. Never the value. */
export const issuePaths = (error: z.ZodError, part: string): string[] => [
  ...new Set(error.issues.slice(0, 32).map((issue) => [part, ...issue.path.map(String)].join('.').slice(0, 200))),
]

/** `message` and `details` are for people; a code that is not known here stays readable in the message. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().max(64),
    message: z.string().max(2000),
    details: z.array(z.string().max(300)).max(64).optional(),
  }),
})

const parseAnswer = (route: Route, answer: ApiAnswer): unknown => {
  const value = parseJson(answer)
  if (answer.status >= 200 && answer.status < 300) {
    const parsed = route.response.safeParse(value)
    if (parsed.success) return parsed.data
    throw new SallyportError('unsupported_version', { details: issuePaths(parsed.error, 'response'), cause: parsed.error })
  }
  const refusal = errorAnswer.safeParse(value)
  if (!refusal.success) throw notTheApi(answer, refusal.error)
  const { code, message, details } = refusal.data.error
  throw new SallyportError(isErrorCode(code) ? code : 'internal', { message, ...(details ? { details } : {}) })
}

const parseJson = (answer: ApiAnswer): unknown => {
  try {
    return JSON.parse(fromUtf8(answer.body))
  } catch (cause) {
    throw notTheApi(answer, cause)
  }
}

const notTheApi = (answer: ApiAnswer, cause: unknown): SallyportError =>
  new SallyportError('api_unreachable', {
    message: `Something that is not the Sallyport API answered (HTTP ${answer.status}).`,
    cause,
  })
