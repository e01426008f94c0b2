/**
 * Azure Key Vault through the vendor's own client: the lease's token is the assertion by which an application signs in at
 * Microsoft Entra (federated identity credential).
 */
import { SecretClient } from '@azure/keyvault-secrets'
import { SallyportError } from '@sallyport/protocol'
import { z } from 'zod'
import { jsonOf, readAs } from '../json.ts'
import { passwordIn, withPassword } from '../password.ts'
import type { FetchFromStore, ReplaceInStore, StoreReference, StoreServices } from '../store.ts'
import { failureOf } from './failures.ts'
import { azureHttpClient } from './http-client.ts'

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Elsewhere in tests. */
export interface AzureAddresses {
  /** Instead of the store's own authority. */
  readonly signIn: string
  /** CA certificates (PEM) instead of the system's. */
  readonly authority: string
}

const tokenAnswer = z.object({ access_token: z.string().min(1).max(16_384), expires_in: z.coerce.number().positive() })

/** Throws `store_denied` for a token that Microsoft Entra does not take. */
const signIn = async (
  { location, token }: StoreReference<'azure'>,
  {
    services,
    scope,
    signal,
    addresses,
  }: {
    services: StoreServices
    scope: string
    signal: AbortSignal
    addresses: AzureAddresses | null
  },
) => {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: location.client,
    scope,
    client_assertion_type: ASSERTION,
    client_assertion: token,
  })
  const answer = await services.send({
    method: 'POST',
    url: new URL(`/${location.tenant}/oauth2/v2.0/token`, addresses?.signIn ?? location.authority),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(body.toString()),
    authority: addresses?.authority ?? '',
    signal,
  })
  try {
    if (answer.status >= 500) throw new SallyportError('store_unreachable', { cause: new Error(`status ${answer.status}`) })
    if (answer.status === 429) throw new SallyportError('store_throttled')
    if (answer.status !== 200) throw new SallyportError('store_denied', { cause: new Error(`no token: ${answer.status}`) })
    const { access_token: text, expires_in: seconds } = readAs(tokenAnswer, jsonOf(answer))
    return { token: text, expiresOnTimestamp: Date.now() + seconds * 1000 }
  } finally {
    answer.body.fill(0)
  }
}

interface Call {
  readonly services: StoreServices
  readonly signal: AbortSignal
  readonly addresses: AzureAddresses | null
}

/** It signs in when it is first asked. */
const clientOf = (reference: StoreReference<'azure'>, { services, signal, addresses }: Call): SecretClient => {
  const credential = {
    getToken: (scopes: string | string[]) => {
      const scope = typeof scopes === 'string' ? scopes : scopes.join(' ')
      return signIn(reference, { services, scope, signal, addresses })
    },
  }
  return new SecretClient(reference.location.address, credential, {
    httpClient: azureHttpClient(services, signal, addresses?.authority ?? ''),
    // How often is asked is decided above all drivers.
    retryOptions: { maxRetries: 0 },
    // A vault that asks for a token of another resource gets none; in tests it is no vault of Azure's.
    ...(addresses === null ? {} : { disableChallengeResourceVerification: true }),
  })
}

const read = async (client: SecretClient, path: string, signal: AbortSignal) => {
  const { value, properties } = await client.getSecret(path, { abortSignal: signal })
  if (value === undefined) throw new SallyportError('store_secret_missing')
  return { value, properties }
}

export const fetchingFromAzure =
  (addresses: AzureAddresses | null = null): FetchFromStore<'azure'> =>
  async (reference, services, signal) => {
    const { path, field } = reference
    try {
      const { value } = await read(clientOf(reference, { services, signal, addresses }), path, signal)
      return { password: passwordIn(value, field), userName: null, hold: null }
    } catch (cause) {
      throw failureOf(cause)
    }
  }

export const replacingInAzure =
  (addresses: AzureAddresses | null = null): ReplaceInStore<'azure'> =>
  async (reference, { next }, call) => {
    const { path, field } = reference
    try {
      const client = clientOf(reference, { ...call, addresses })
      const { value: before, properties } = await read(client, path, call.signal)
      const after = next === null ? before : withPassword(before, field, next)
      if (next !== null && after === before) return null
      // A new version begins without what the one before was labelled with.
      const { contentType, tags, expiresOn, notBefore } = properties
      await client.setSecret(path, after, {
        abortSignal: call.signal,
        ...(contentType === undefined ? {} : { contentType }),
        ...(tags === undefined ? {} : { tags }),
        ...(expiresOn === undefined ? {} : { expiresOn }),
        ...(notBefore === undefined ? {} : { notBefore }),
      })
      return null
    } catch (cause) {
      throw failureOf(cause)
    }
  }
