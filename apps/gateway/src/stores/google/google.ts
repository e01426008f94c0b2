/**
 * Google Secret Manager over its REST interface: the lease's token is exchanged by workload identity federation (RFC 8693), and for a
 * service account's where one is named. Three requests of our own: the vendor's library sends the exchange through a connection
 * of its own, past the rules for where a gateway may connect.
 */
import { z } from 'zod'
import { jsonOf, readAs } from '../json.ts'
import { passwordIn } from '../password.ts'
import type { FetchFromStore, StoreServices } from '../store.ts'
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

const versionOf = (path: string): string => (/\/versions\/[^/]+$/.test(path) ? path : `${path}/versions/latest`)

export const fetchingFromGoogle =
  (addresses: GoogleAddresses = usual): FetchFromStore<'google'> =>
  async ({ location, path, field, token }, services, signal) => {
    const call = calling(services, addresses.authority, signal)
    const { provider, serviceAccount } = location
    const form = new URLSearchParams({
      grant_type: EXCHANGE,
      audience: `//iam.googleapis.com/${provider}`,
      scope: SCOPE,
      requested_token_type: ACCESS_TOKEN,
      subject_token_type: JSON_WEB_TOKEN,
      subject_token: token,
    })
    const { access_token: federated } = await call(exchanged, { url: `${addresses.tokenService}/v1/token`, form })
    const account = `${addresses.accounts}/v1/projects/-/serviceAccounts/${serviceAccount ?? ''}:generateAccessToken`
    const json = { scope: [SCOPE], lifetime: ACCOUNT_LIFETIME }
    const bearer =
      serviceAccount === null ? federated : (await call(impersonated, { url: account, bearer: federated, json })).accessToken
    const { payload } = await call(accessed, { url: `${addresses.secretManager}/v1/${versionOf(path)}:access`, bearer })
    const text = Buffer.from(payload.data, 'base64')
    try {
      return { password: passwordIn(text.toString('utf8'), field), userName: null, hold: null }
    } finally {
      text.fill(0)
    }
  }
