/** Calls of Vault's HTTP API, which OpenBao speaks as well, as far as a gateway needs them. */
import { failureOfAnswer } from './failures.ts'
import { jsonOf } from '../json.ts'
import type { StoreReference, StoreServices } from '../store.ts'

interface Call {
  /** PATCH: a merge patch (RFC 7396). */
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** Below `/v1/`, each segment encoded. */
  readonly path: string
  readonly body?: object
  readonly signal: AbortSignal
}

/** Null: what was asked has no answer. */
export type VaultCall = (call: Call) => Promise<unknown>

const NO_CONTENT = 204
const typeOf = { GET: '', POST: 'application/json', PATCH: 'application/merge-patch+json' } as const

export const segmentsOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** `token`: null before it signed in. */
export const vaultCalls = (
  { address, authority, namespace }: StoreReference<'vault'>['location'],
  { send }: StoreServices,
  token: string | null,
): VaultCall => {
  const headers = {
    'x-vault-request': 'true',
    ...(token === null ? {} : { 'x-vault-token': token }),
    ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
  }
  return async ({ method, path, body, signal }) => {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    const answer = await send({
      method,
      url: new URL(`/v1/${path}`, address),
      headers: bytes === undefined ? headers : { ...headers, 'content-type': typeOf[method] },
      ...(bytes === undefined ? {} : { body: bytes }),
      authority,
      signal,
    })
    try {
      if (answer.status === NO_CONTENT) return null
      const value = jsonOf(answer)
      if (answer.status !== 200) throw failureOfAnswer(answer.status, value)
      return value
    } finally {
      answer.body.fill(0)
      bytes?.fill(0)
    }
  }
}
