/**
 * The head of each stream between client and gateway: 4 bytes length (big endian), then that many bytes of JSON; the answer
 * has the same form. Raw bytes follow at once: a client need not wait for the answer. `spec/stream-head.md`.
 *
 *     0                   4
 *     +-------------------+--------------------------
 *     | length (uint32)   | JSON, UTF-8, <= 16 KiB …
 *     +-------------------+--------------------------
 */
import { z } from 'zod'
import { concatBytes, fromUtf8, utf8 } from './bytes.ts'
import { isErrorCode, SallyportError } from './errors.ts'
import { base64urlOf, caller, port, uuid } from './fields.ts'
import { leaseRenewalAnswer } from './lease.ts'
import { leaseRenewal, SHARE_LENGTH, ticket } from './ticket.ts'

/** Longest JSON of a head or answer, in bytes. A renewal of many leases is the largest. */
export const MAX_STREAM_HEAD = 16 * 1024 + leaseRenewal.maxLength
const PREFIX = 4

export const streamHead = z.discriminatedUnion('type', [
  /** Asks for a lease and a connection under it. */
  z.strictObject({
    type: z.literal('open'),
    ticket: z.string().max(ticket.maxLength),
    share: base64urlOf(SHARE_LENGTH),
    caller: caller.nullable(),
  }),
  /** Another connection (or a cancel request) under a lease of the same session. */
  z.strictObject({ type: z.literal('resume'), lease: uuid, caller: caller.nullable() }),
  /** Renews leases; no bytes follow. */
  z.strictObject({ type: z.literal('renew'), renewal: z.string().max(leaseRenewal.maxLength) }),
  /** Asks how the gateway reached the resource of a lease of the same session; no bytes follow. */
  z.strictObject({ type: z.literal('path'), lease: uuid }),
  /** To a relay that dialled this gateway: TLS 1.3 to the relay's identity follows, with a mux of its own. `spec/relay.md`. */
  z.strictObject({ type: z.literal('forward'), relay: uuid }),
])
export type StreamHead = z.infer<typeof streamHead>

/** What a gateway says to the relay before the bytes that it forwards. */
export const forwardedHead = z.strictObject({
  /** IP address from which the client reached the gateway, as the gateway has it. */
  client: z.string().max(64),
})
export type ForwardedHead = z.infer<typeof forwardedHead>

/** What a TLS handshake agreed on; `group` of its key exchange, null where the one who tells is not told. */
export const pathTls = z.strictObject({
  version: z.string().max(32),
  cipher: z.string().max(64),
  group: z.string().max(64).nullable(),
})

/** The last connection of a lease to its resource, as its gateway made it. */
export const resourceHop = z.strictObject({
  host: z.string().max(255),
  port,
  /** Milliseconds from the name to the end of the TLS handshake. */
  connectMs: z.number().nonnegative(),
  /** null: the endpoint allows plaintext, and the resource has no TLS. */
  tls: pathTls.nullable(),
  /** Milliseconds since 1970. */
  reachedAt: z.int().nonnegative(),
})
export type ResourceHop = z.infer<typeof resourceHop>

export const streamAnswer = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    lease: z.strictObject({ id: uuid, expiresAt: z.int().nonnegative() }).optional(),
    renewal: leaseRenewalAnswer.optional(),
    /** null: no connection under the lease got that far. */
    path: resourceHop.nullable().optional(),
  }),
  z.strictObject({
    ok: z.literal(false),
    error: z.strictObject({ code: z.string().refine(isErrorCode), message: z.string().max(1024) }),
  }),
])
export type StreamAnswer = z.infer<typeof streamAnswer>

export const encodeFramedJson = (value: StreamHead | ForwardedHead | StreamAnswer): Uint8Array => {
  const body = utf8(JSON.stringify(value))
  if (body.length > MAX_STREAM_HEAD) throw new SallyportError('payload_too_large')
  const prefix = new Uint8Array(PREFIX)
  new DataView(prefix.buffer).setUint32(0, body.length)
  return concatBytes(prefix, body)
}

/** Reads one framed JSON value from chunks as they come. A decoder that failed stays failed. */
export class FramedJsonDecoder<Schema extends z.ZodType> {
  readonly #schema: Schema
  readonly #prefix = new Uint8Array(PREFIX)
  #prefixFilled = 0
  #body: Uint8Array | null = null
  #bodyFilled = 0
  #failed = false

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** Returns the value and the bytes behind it once it is complete, null before. Throws `protocol_error`. */
  push(chunk: Uint8Array): { readonly value: z.output<Schema>; readonly rest: Uint8Array } | null {
    if (this.#failed) throw new SallyportError('protocol_error')
    try {
      return this.#push(chunk)
    } catch (cause) {
      this.#failed = true
      throw cause instanceof SallyportError && cause.code === 'protocol_error'
        ? cause
        : new SallyportError('protocol_error', { cause })
    }
  }

  #push(chunk: Uint8Array) {
    let offset = 0
    while (this.#prefixFilled < PREFIX && offset < chunk.length) this.#prefix[this.#prefixFilled++] = chunk[offset++]!
    if (this.#prefixFilled < PREFIX) return null
    this.#body ??= new Uint8Array(this.#checkedLength())
    const taken = Math.min(this.#body.length - this.#bodyFilled, chunk.length - offset)
    this.#body.set(chunk.subarray(offset, offset + taken), this.#bodyFilled)
    this.#bodyFilled += taken
    if (this.#bodyFilled < this.#body.length) return null
    return { value: this.#schema.parse(JSON.parse(fromUtf8(this.#body))), rest: chunk.subarray(offset + taken) }
  }

  /** The declared length is checked before a byte of the body is kept. */
  #checkedLength(): number {
    const length = new DataView(this.#prefix.buffer).getUint32(0)
    if (length === 0 || length > MAX_STREAM_HEAD)
      throw new SallyportError('protocol_error', { message: `A head has 1 to ${MAX_STREAM_HEAD} bytes.` })
    return length
  }
}
