/** Signed calls of the API of which a test may choose every part, and send them as often and wherever it likes. */
import { randomBytes } from 'node:crypto'
import { type CallSigners, fromUtf8, type HttpCall, signCall } from '@sallyport/protocol'
import {
  type ApiAnswer,
  type ApiSend,
  buildRequest,
  errorAnswer,
  type InputOf,
  type RouteName,
  type RouteOf,
  routes,
  withPresence,
} from '@sallyport/protocol/api'

export interface CallParts {
  /** Instead of device and session; fewer, others or in another order. */
  readonly signers?: CallSigners
  /** Seconds since 1970; now if absent. */
  readonly created?: number
  /** 16 bytes; random if absent. */
  readonly nonce?: Uint8Array
  /** A proof that a person was there; without, whoever asks for one refuses. */
  readonly presence?: string
  /** Changes the request before it is signed: another method, URI or body, more fields. */
  readonly alter?: (call: HttpCall) => HttpCall
}

/** What goes over the wire for a route. Change a copy of it to tamper with what was signed. */
export const signedCall = async <Name extends RouteName>(
  route: Name,
  input: InputOf<RouteOf<Name>> | undefined,
  parts: CallParts & { readonly origin: string; readonly signers: CallSigners },
): Promise<HttpCall> => {
  const { origin, signers, created = Math.floor(Date.now() / 1000), nonce = randomBytes(16), alter = (call) => call } = parts
  const built = alter(buildRequest(origin, routes[route], input ?? {}))
  const call = parts.presence === undefined ? built : withPresence(built, parts.presence)
  return { ...call, fields: await signCall(call, signers, { nonce, created }) }
}

export interface RawAnswer {
  readonly status: number
  /** The code of a refusal; null when it was done. */
  readonly code: string | null
  readonly json: unknown
  readonly text: string
  readonly fields: ApiAnswer['fields']
}

/**
 * Sends a call as it is, once more as often as it is called. `to`: another origin than the one that was signed, as that of a
 * replica.
 */
export const sendCall = async (send: ApiSend, call: HttpCall, to?: string): Promise<RawAnswer> => {
  const { pathname, search } = new URL(call.targetUri)
  const answer = await send(to === undefined ? call : { ...call, targetUri: `${to}${pathname}${search}` }, {})
  const text = fromUtf8(answer.body)
  const json: unknown = text === '' ? null : JSON.parse(text)
  const refusal = errorAnswer.safeParse(json)
  return { status: answer.status, code: refusal.success ? refusal.data.error.code : null, json, text, fields: answer.fields }
}
