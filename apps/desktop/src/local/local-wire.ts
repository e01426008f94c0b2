/**
 * How the local API crosses its socket: JSON texts, one a line (LF), at most {@link MAX_LINE} bytes.
 *
 * Both sides know a token (32 bytes in a file of mode 0600) and prove it without sending it; the agent goes first, so that a
 * program which squats the socket learns nothing:
 *
 *     face  → {hello: 1, nonce: N1}
 *     agent → {nonce: N2, proof: HMAC(token, "agent" ‖ N1 ‖ N2)}
 *     face  → {proof: HMAC(token, "face" ‖ N2 ‖ N1)}
 *
 * Then requests `{id, method, params}`, answers `{id, result}` or `{id, error}`, and events `{event}` to subscribers.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { base64urlOf, fromUtf8, isErrorCode, SallyportError, utf8 } from '@sallyport/protocol'
import { z } from 'zod'
import { findingEvent } from '../shared/diagnosis.ts'
import { localEvent } from '../shared/local-event.ts'
import { localMethods, type LocalMethodName } from '../shared/local-api.ts'

/** Longest line, in bytes, without its LF. */
export const MAX_LINE = 4 * 1024 * 1024
export const TOKEN_LENGTH = 32
export const NONCE_LENGTH = 32

const nonce = base64urlOf(NONCE_LENGTH)
const proof = base64urlOf(32)

export const helloMessage = z.strictObject({ hello: z.literal(1), nonce })
export const agentProofMessage = z.strictObject({ nonce, proof })
export const faceProofMessage = z.strictObject({ proof })

export const requestMessage = z.strictObject({
  id: z.int().nonnegative(),
  method: z.custom<LocalMethodName>((value) => typeof value === 'string' && Object.hasOwn(localMethods, value)),
  params: z.unknown(),
})
export type RequestMessage = z.infer<typeof requestMessage>

const errorBody = z.strictObject({
  code: z.string().refine(isErrorCode),
  message: z.string().max(2000),
  details: z.array(z.string().max(300)).max(64).optional(),
})

export const answerMessage = z.union([
  z.strictObject({ id: z.int().nonnegative(), result: z.unknown() }),
  z.strictObject({ id: z.int().nonnegative(), error: errorBody }),
  localEvent,
  findingEvent,
])
export type AnswerMessage = z.infer<typeof answerMessage>

/** Proof of the token by one side, bound to both nonces and to the side. */
export const proofOf = (token: Uint8Array, side: 'agent' | 'face', nonces: readonly [own: string, other: string]): string =>
  createHmac('sha256', token)
    .update(`sallyport-local-v1\n${side}\n${nonces.join('\n')}`)
    .digest('base64url')

export const isProof = (expected: string, given: string): boolean =>
  expected.length === given.length && timingSafeEqual(utf8(expected), utf8(given))

export const encodeLine = (message: unknown): string => `${JSON.stringify(message)}\n`

/** Cuts chunks into lines. Throws `protocol_error` on a line that is too long, before it is kept. */
export class LineDecoder {
  #parts: Uint8Array[] = []
  #length = 0

  push(chunk: Uint8Array): unknown[] {
    const values: unknown[] = []
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end))
      values.push(parseLine(Buffer.concat(this.#parts)))
      this.#parts = []
      this.#length = 0
      start = end + 1
    }
    this.#keep(chunk.subarray(start))
    return values
  }

  #keep(part: Uint8Array): void {
    this.#length += part.length
    if (this.#length > MAX_LINE) throw new SallyportError('protocol_error', { message: `A line has at most ${MAX_LINE} bytes.` })
    if (part.length > 0) this.#parts.push(part)
  }
}

const parseLine = (line: Uint8Array): unknown => {
  try {
    return JSON.parse(fromUtf8(line))
  } catch (cause) {
    throw new SallyportError('protocol_error', { cause })
  }
}
