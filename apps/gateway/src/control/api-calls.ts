/** {@link GatewayApi} over HTTPS. */
import { SallyportError, type Signer } from '@sallyport/protocol'
import { createGatewayClient } from '@sallyport/protocol/gateway-client'
import { createHttpsSender } from '@sallyport/transport'
import { ZodError } from 'zod'
import type { GatewayApi } from './api.ts'
import type { LinkCredentials } from './link.ts'

/** Milliseconds for one call: leases wait for it while a person waits for the lease. */
const CALL_LIMIT = 15_000

export interface ApiCallsOptions {
  readonly origin: string
  readonly signer: Signer
  /** Asked at each call; null before the gateway has a certificate. */
  readonly credentials: () => LinkCredentials
  readonly random: (bytes: number) => Uint8Array
  readonly clock: () => number
}

export interface ApiCalls extends GatewayApi {
  close(): void
}

/** It says what is not known here, and misses nothing that is. */
const isOfNewerApi = ({ code, cause }: SallyportError): boolean =>
  code === 'unsupported_version' && cause instanceof ZodError && cause.issues.every((issue) => issue.code !== 'invalid_type')

/** A person who waits for a lease is told when it is this gateway: whose clock signed the call, or who does not understand the answer. */
const sayingWhoseFault = async <Answer>(call: Promise<Answer>): Promise<Answer> => {
  try {
    return await call
  } catch (error) {
    if (!(error instanceof SallyportError)) throw error
    if (error.code === 'signature_expired') throw new SallyportError('gateway_clock_wrong', { cause: error })
    if (isOfNewerApi(error)) throw new SallyportError('gateway_outdated', { cause: error })
    throw error
  }
}

export const createApiCalls = ({ origin, signer, credentials, random, clock }: ApiCallsOptions): ApiCalls => {
  const sender = createHttpsSender({
    clientCertificate: () => ({ cert: credentials().cert, key: credentials().key }),
    timeoutMs: CALL_LIMIT,
    maxConnections: 16,
    ca: () => credentials().ca,
  })
  const client = createGatewayClient({ origin, send: sender.send, signers: () => [{ label: 'gateway', signer }], random, clock })
  return {
    renewCertificate: (body) => client.call('renewGateway', { body }),
    fetchTrustBundle: async () => (await client.call('getGatewayTrustBundle')).trustBundle,
    fetchRetention: () => client.call('getGatewayRetention'),
    requestLease: (request) => sayingWhoseFault(client.call('requestLease', { body: { request } })),
    renewLeases: (renewal) => sayingWhoseFault(client.call('renewLeases', { body: { renewal } })),
    endLeases: async (leases) => {
      await client.call('endLeases', { body: { leases: [...leases] } })
    },
    takeJob: async () => (await client.call('takeJob')).job,
    storePendingSecret: async (job, body) => {
      await client.call('storePendingSecret', { parameters: { job }, body })
    },
    finishJob: async (job, body) => {
      await client.call('finishJob', { parameters: { job }, body })
    },
    uploadActivity: (body) => client.call('uploadActivity', { body }),
    close: sender.close,
  }
}
