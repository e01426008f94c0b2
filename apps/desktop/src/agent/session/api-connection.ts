/** Calls to one API, over TLS that trusts what the invitation said; knows whether it answers and how its clock stands. */
import { randomBytes } from 'node:crypto'
import { type CallSigners, SallyportError } from '@sallyport/protocol'
import { type ApiClient, type ApiSend, createApiClient } from '@sallyport/protocol/api'
import { createHttpsSender } from '@sallyport/transport'
import { toPem } from '../identity/certificates.ts'

/** A difference of clocks that is worth a word, milliseconds. */
const NOTABLE_SKEW = 30_000

export interface ApiConnectionOptions {
  readonly origin: string
  /** DER, base64url; null: web PKI. */
  readonly roots: readonly string[] | null
  readonly signers: () => CallSigners
  /** Told when the API begins or ceases to answer. */
  readonly onReachable: (reachable: boolean) => void
}

export interface ApiConnection extends ApiClient {
  readonly origin: string
  readonly reachable: boolean
  /** What another connection to it found out. */
  noteReachable(reachable: boolean): void
  close(): void
}

export const openApi = (options: ApiConnectionOptions): ApiConnection => {
  const sender = createHttpsSender(options.roots === null ? {} : { ca: toPem(options.roots) })
  let reachable = true
  let skew = 0
  const noteReachable = (now: boolean): void => {
    if (reachable === now) return
    reachable = now
    options.onReachable(now)
  }
  const send: ApiSend = async (call, how) => {
    try {
      const answer = await sender.send(call, how)
      const date = Date.parse(answer.fields['date'] ?? '')
      if (!Number.isNaN(date)) skew = Date.now() - date
      noteReachable(true)
      return answer
    } catch (error) {
      if (how.signal?.aborted !== true) noteReachable(false)
      throw error
    }
  }
  const client = createApiClient({
    origin: options.origin,
    send,
    signers: options.signers,
    random: (bytes) => randomBytes(bytes),
    clock: () => Date.now(),
  })
  return {
    origin: options.origin,
    get reachable() {
      return reachable
    },
    call: async (name, ...rest) => {
      try {
        return await client.call(name, ...rest)
      } catch (error) {
        throw explainSkew(error, skew)
      }
    },
    noteReachable,
    close: () => sender.close(),
  }
}

/** Says by how much the clock is wrong, where that is why. */
const explainSkew = (error: unknown, skew: number): unknown => {
  if (!(error instanceof SallyportError) || error.code !== 'signature_expired' || Math.abs(skew) < NOTABLE_SKEW) return error
  const minutes = Math.max(1, Math.round(Math.abs(skew) / 60_000))
  const message = `The clock of this computer is ${minutes} min ${skew > 0 ? 'ahead' : 'behind'}. Set its time and try again.`
  return new SallyportError('signature_expired', { message, cause: error })
}
