/**
 * Google Secret Manager over its REST interface, with the vendor's own library for who asks: the lease's token is exchanged by
 * workload identity federation, and for a service account's where one is named.
 */
import { SallyportError } from '@sallyport/protocol'
import { IdentityPoolClient } from 'google-auth-library'
import { z } from 'zod'
import { passwordIn } from '../password.ts'
import type { FetchFromStore, StoreServices } from '../store.ts'
import { jsonOf, readAs } from '../json.ts'
import { failureOfAnswer } from './failures.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:jwt'

/** Where Google is; elsewhere in tests. */
export interface GoogleAddresses {
  readonly tokenService: string
  readonly accounts: string
  readonly secretManager: string
  readonly authority: string
}

const usual: GoogleAddresses = {
  tokenService: 'https://sts.googleapis.com',
  accounts: 'https://iamcredentials.googleapis.com',
  secretManager: 'https://secretmanager.googleapis.com',
  authority: '',
}

const accessed = z.object({ payload: z.object({ data: z.base64().max(64 * 1024) }) })

const bytesOf = (body: unknown): Uint8Array | undefined => {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string') return Buffer.from(body)
  if (body instanceof URLSearchParams) return Buffer.from(body.toString())
  if (body instanceof Uint8Array) return body
  throw new TypeError('a body that is no bytes')
}

/** The library's requests through our own HTTPS. Refusals end here, as coded errors without the request in them. */
const fetchThrough =
  ({ send }: StoreServices, authority: string, signal: AbortSignal): typeof fetch =>
  async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const headers = Object.fromEntries(new Headers(init?.headers).entries())
    const body = bytesOf(init?.body)
    const answer = await send({
      method: init?.method ?? 'GET',
      url,
      headers,
      ...(body === undefined ? {} : { body }),
      authority,
      signal,
    })
    try {
      if (answer.status !== 200) throw failureOfAnswer(answer.status, jsonOf(answer))
      return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers })
    } finally {
      answer.body.fill(0)
    }
  }

/** The library wraps what our fetch rejects with. */
const codedIn = (cause: unknown): SallyportError => {
  for (let at = cause; at instanceof Error; at = at.cause) if (at instanceof SallyportError) return at
  return new SallyportError('store_unreachable', { cause: new Error('the library for Google failed') })
}

const versionOf = (path: string): string => (/\/versions\/[^/]+$/.test(path) ? path : `${path}/versions/latest`)

export const fetchingFromGoogle =
  (addresses: GoogleAddresses = usual): FetchFromStore<'google'> =>
  async ({ location, path, field, token }, services, signal) => {
    const { provider, serviceAccount } = location
    const account = `projects/-/serviceAccounts/${serviceAccount ?? ''}:generateAccessToken`
    const client = new IdentityPoolClient({
      type: 'external_account',
      audience: `//iam.googleapis.com/${provider}`,
      subject_token_type: TOKEN_TYPE,
      token_url: `${addresses.tokenService}/v1/token`,
      ...(serviceAccount === null ? {} : { service_account_impersonation_url: `${addresses.accounts}/v1/${account}` }),
      subject_token_supplier: { getSubjectToken: () => Promise.resolve(token) },
      scopes: [SCOPE],
      transporterOptions: {
        fetchImplementation: fetchThrough(services, addresses.authority, signal),
        // How often is asked is decided above all drivers.
        retry: false,
      },
    })
    try {
      const { data } = await client.request({
        url: `${addresses.secretManager}/v1/${versionOf(path)}:access`,
        responseType: 'json',
        retry: false,
        signal,
      })
      const text = Buffer.from(readAs(accessed, data).payload.data, 'base64')
      try {
        return { password: passwordIn(text.toString('utf8'), field), userName: null, hold: null }
      } finally {
        text.fill(0)
      }
    } catch (cause) {
      throw codedIn(cause)
    }
  }
