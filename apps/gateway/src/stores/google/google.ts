/**
 * Google Secret Manager over its REST interface: the lease's token is exchanged by workload identity federation (RFC 8693), and for a
 * service account's where one is named. Requests of our own: the vendor's library sends the exchange through a connection
 * of its own, past the rules for where a gateway may connect.
 */
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { jsonOf, readAs } from '../json.ts'
import { passwordIn, withPassword } from '../password.ts'
import type { FetchFromStore, ReplaceInStore, StoreReference, StoreServices } from '../store.ts'
import { failureOfAnswer } from './failures.ts'

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
const JSON_WEB_TOKEN = 'urn:ietf:params:oauth:token-type:jwt'
/** Of a service account's token; it is used once. */
const ACCOUNT_LIFETIME = '300s'

/** Where Google is; elsewhere in tests. */
export interface GoogleAddresses {
  readonly tokenService: string
  readonly accounts: string
  readonly secretManager: string
  /** CA certificates (PEM); empty: the system's. */
  readonly authority: string
}

const usual: GoogleAddresses = {
  tokenService: 'https://sts.googleapis.com',
  accounts: 'https://iamcredentials.googleapis.com',
  secretManager: 'https://secretmanager.googleapis.com',
  authority: '',
}

const accessToken = z.string().min(1).max(16_384)
const exchanged = z.object({ access_token: accessToken })
const impersonated = z.object({ accessToken })
const added = z.object({ name: z.string() })
const accessed = z.object({ payload: z.object({ data: z.base64().max(64 * 1024) }) })

interface Call {
  readonly url: string
  readonly bearer?: string
  readonly form?: URLSearchParams
  readonly json?: object
}

/** Throws a `store_…` code for what is refused, and for an answer that is not of this form. */
const calling =
  (services: StoreServices, authority: string, signal: AbortSignal) =>
  async <Schema extends z.ZodType>(schema: Schema, { url, bearer, form, json }: Call): Promise<z.output<Schema>> => {
    const body = form?.toString() ?? (json === undefined ? undefined : JSON.stringify(json))
    const type = form === undefined ? 'application/json' : 'application/x-www-form-urlencoded'
    const answer = await services.send({
      method: body === undefined ? 'GET' : 'POST',
      url: new URL(url),
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
      authority,
      signal,
    })
    try {
      const value = jsonOf(answer)
      if (answer.status !== 200) throw failureOfAnswer(answer.status, value)
      return readAs(schema, value)
    } finally {
      answer.body.fill(0)
    }
  }

const pinned = /\/versions\/[^/]+$/
const versionOf = (path: string): string => (pinned.test(path) ? path : `${path}/versions/latest`)

/** Who the token is, and who reads: the service account, or the same. */
const signIn = async (
  { location: { provider, serviceAccount }, token }: StoreReference<'google'>,
  addresses: GoogleAddresses,
  call: ReturnType<typeof calling>,
) => {
  const form = new URLSearchParams({
    grant_type: EXCHANGE,
    audience: `//iam.googleapis.com/${provider}`,
    scope: SCOPE,
    requested_token_type: ACCESS_TOKEN,
    subject_token_type: JSON_WEB_TOKEN,
    subject_token: token,
  })
  const { access_token: federated } = await call(exchanged, { url: `${addresses.tokenService}/v1/token`, form })
  if (serviceAccount === null) return { federated, reader: federated }
  const url = `${addresses.accounts}/v1/projects/-/serviceAccounts/${serviceAccount}:generateAccessToken`
  const json = { scope: [SCOPE], lifetime: ACCOUNT_LIFETIME }
  return { federated, reader: (await call(impersonated, { url, bearer: federated, json })).accessToken }
}

/** What `work` makes of what is there, which is overwritten. */
const withText = async <Result>(payload: { readonly data: string }, work: (text: string) => Result): Promise<Awaited<Result>> => {
  const bytes = Buffer.from(payload.data, 'base64')
  try {
    return await work(bytes.toString('utf8'))
  } finally {
    bytes.fill(0)
  }
}

export const fetchingFromGoogle =
  (addresses: GoogleAddresses = usual): FetchFromStore<'google'> =>
  async (reference, services, signal) => {
    const { path, field } = reference
    const call = calling(services, addresses.authority, signal)
    const { reader: bearer } = await signIn(reference, addresses, call)
    const { payload } = await call(accessed, { url: `${addresses.secretManager}/v1/${versionOf(path)}:access`, bearer })
    return withText(payload, (text) => ({ password: passwordIn(text, field), userName: null, hold: null }))
  }

/** Written as who the token is, never as the service account: leases may act as that one, too. */
export const replacingInGoogle =
  (addresses: GoogleAddresses = usual): ReplaceInStore<'google'> =>
  async (reference, { next }, { services, signal }) => {
    const { path, field } = reference
    if (pinned.test(path))
      throw new SallyportError('conflict', { message: 'The reference is to one version, which never changes.' })
    const call = calling(services, addresses.authority, signal)
    const { federated, reader } = await signIn(reference, addresses, call)
    const at = `${addresses.secretManager}/v1/${path}`
    const { payload } = await call(accessed, { url: `${at}/versions/latest:access`, bearer: reader })
    await withText(payload, async (before) => {
      const after = next === null ? before : withPassword(before, field, next)
      if (next !== null && after === before) return
      const json = { payload: { data: Buffer.from(after).toString('base64') } }
      await call(added, { url: `${at}:addVersion`, bearer: federated, json })
    })
    return null
  }
