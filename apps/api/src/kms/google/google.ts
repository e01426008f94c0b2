/**
 * Google Cloud KMS, over its REST interface and with the vendor's own library for who asks: data keys are made here and
 * encrypted there, with the context as `additionalAuthenticatedData`.
 *
 * A rotation of the service makes another version the primary one, which encrypts; the others still decrypt.
 */
import { randomBytes } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { type AuthClient, GoogleAuth } from 'google-auth-library'
import { z } from 'zod'
import { DATA_KEY, type KeyService } from '../key-service.ts'
import { failureOfAnswer, failureOfConnection } from './failures.ts'

export interface GoogleOptions {
  /** `projects/…/locations/…/keyRings/…/cryptoKeys/…`. */
  readonly key: string
  /** Origin of the service. */
  readonly endpoint: string
  /** Instead of what the vendor's tools find in environment, files and instance. */
  readonly client?: AuthClient
}

const SCOPE = 'https://www.googleapis.com/auth/cloudkms'
const MAX_ANSWER = 64 * 1024

const versionName = z.string().regex(/\/cryptoKeyVersions\/\d{1,18}$/)
const encrypted = z.object({ name: versionName, ciphertext: z.base64().max(4096) })
const decrypted = z.object({ plaintext: z.base64().max(64) })
const described = z.object({ primary: z.object({ name: versionName, state: z.string() }).optional() })

interface Call {
  readonly path: string
  readonly data?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** The caller overwrites it. */
const readBody = async (body: AsyncIterable<Uint8Array> | null): Promise<Buffer> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER) throw new Error('an answer longer than expected')
    chunks.push(chunk)
  }
  const whole = Buffer.concat(chunks)
  for (const chunk of chunks) chunk.fill(0)
  return whole
}

const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
const versionOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

export const googleService = ({ key, endpoint, client }: GoogleOptions): KeyService => {
  const auth = new GoogleAuth({ scopes: [SCOPE], ...(client === undefined ? {} : { authClient: client }) })
  // A service account signs its own tokens: one party less to wait for.
  auth.useJWTAccessWithScope = true

  /** Not by the library's own request: a call that is given up while it prepares one ends the whole program there. */
  const send = async (call: Call): Promise<{ readonly status: number; readonly value: unknown }> => {
    const url = `${endpoint}/v1/${call.path}`
    const headers = await auth.getRequestHeaders(url)
    headers.set('Content-Type', 'application/json')
    const how = call.data === undefined ? { method: 'GET' } : { method: 'POST', body: JSON.stringify(call.data) }
    const { status, body } = await fetch(url, { ...how, headers, signal: call.signal, redirect: 'error' })
    const answer = await readBody(body)
    try {
      return { status, value: JSON.parse(answer.toString('utf8')) as unknown }
    } finally {
      answer.fill(0)
    }
  }
  const ask = async <Answer>(schema: z.ZodType<Answer>, call: Call): Promise<Answer> => {
    const { status, value } = await send(call).catch((cause: unknown) => {
      throw failureOfConnection(cause)
    })
    if (status !== 200) throw failureOfAnswer(value)
    const answer = schema.safeParse(value)
    if (!answer.success) throw failureOfConnection(answer.error)
    return answer.data
  }
  return {
    driver: 'google',
    locator: key,
    protection: 'a key of Google Cloud KMS',
    async generate({ text }, signal) {
      const plaintext = randomBytes(DATA_KEY)
      const data = { plaintext: base64(plaintext), additionalAuthenticatedData: base64(text) }
      const answer = await ask(encrypted, { path: `${key}:encrypt`, data, signal })
      return { plaintext, wrapped: Buffer.from(answer.ciphertext, 'base64'), version: versionOf(answer.name) }
    },
    async open(wrapped, { text }, signal) {
      const data = { ciphertext: base64(wrapped), additionalAuthenticatedData: base64(text) }
      const { plaintext } = await ask(decrypted, { path: `${key}:decrypt`, data, signal })
      const dataKey = Buffer.from(plaintext, 'base64')
      if (dataKey.length !== DATA_KEY) throw new SallyportError('secret_unavailable', { cause: new Error('not a data key') })
      return dataKey
    },
    async version(signal) {
      const { primary } = await ask(described, { path: key, signal })
      if (!primary) throw new SallyportError('kms_key_missing', { cause: new Error('the key has no primary version') })
      return versionOf(primary.name)
    },
  }
}
