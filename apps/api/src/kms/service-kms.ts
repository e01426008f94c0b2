/** The vault's KMS over a service: a fresh data key for each wrapping, and the plaintext sealed under it with its context. */
import { createHash } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { openBytes, sealBytes } from '../keys/envelope.ts'
import { withSecretBytes } from '../keys/with-bytes.ts'
import { boundContext } from './bound-context.ts'
import { dataKeyCache } from './data-key-cache.ts'
import type { KeyService } from './key-service.ts'
import { type EncryptionContext, type Kms, MAX_WRAPPED_PLAINTEXT } from './kms.ts'
import { type Patience, patiently, usualPatience } from './patience.ts'
import { headerOf, prefixOf, readWrapped, serviceName } from './wrapped-format.ts'

export interface ServiceKmsOptions {
  /** Wraps, and opens what it wrapped. */
  readonly present: KeyService
  /** Only open what they wrapped, until everything is under the present one. */
  readonly previous?: readonly KeyService[]
  /** Milliseconds for which an opened data key may be used again without asking the service; 0: never. */
  readonly cacheFor?: number
  readonly patience?: Patience
  /** Opens what was wrapped before this format. */
  readonly openBefore?: (wrapped: Uint8Array, context: EncryptionContext) => Uint8Array | null
}

const sealingContext = (context: EncryptionContext, header: Uint8Array) => ({
  use: 'sallyport kms v2',
  context,
  header: createHash('sha256').update(header).digest('base64url'),
})

const unavailable = (cause: unknown): SallyportError => new SallyportError('secret_unavailable', { cause })

const checkLength = (plaintext: Uint8Array): void => {
  if (plaintext.length === 0 || plaintext.length > MAX_WRAPPED_PLAINTEXT) throw new SallyportError('payload_too_large')
}

export const serviceKms = (options: ServiceKmsOptions): Kms => {
  const { present, previous = [], cacheFor = 0, patience = usualPatience } = options
  const services = new Map([present, ...previous].map((service) => [serviceName(service), service]))
  const cache = dataKeyCache({ maxAge: cacheFor, clock: patience.clock })

  /** Whatever the service says now, nothing may be opened on the strength of what it said before. */
  const forgetting = (error: unknown): never => {
    cache.clear()
    throw error
  }

  const sealUnder = (header: Uint8Array, dataKey: Uint8Array, what: { plaintext: Uint8Array; context: EncryptionContext }) =>
    Buffer.concat([header, sealBytes(what.plaintext, dataKey, sealingContext(what.context, header))])

  const openWith = async (wrapped: Uint8Array, context: EncryptionContext, fresh: boolean): Promise<Uint8Array> => {
    const parts = readWrapped(wrapped)
    if (parts === null) {
      const before = options.openBefore?.(wrapped, context)
      if (!before) throw unavailable(new Error('not wrapped by a key management service'))
      return before
    }
    const service = services.get(parts.service)
    if (!service)
      throw unavailable(new Error('wrapped under a key that is not configured, neither as the present nor a previous one'))
    const ask = () =>
      patiently(patience, (signal) => service.open(parts.wrappedKey, boundContext(context), signal)).catch(forgetting)
    const name = createHash('sha256').update(parts.header).update(boundContext(context).text).digest('base64url')
    return withSecretBytes(fresh ? ask() : cache.get(name, ask), (dataKey) => {
      try {
        return openBytes(parts.sealed, dataKey, sealingContext(context, parts.header))
      } catch (cause) {
        throw unavailable(cause)
      }
    })
  }

  const wrap = async (plaintext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> => {
    checkLength(plaintext)
    const made = await patiently(patience, (signal) => present.generate(boundContext(context), signal)).catch(forgetting)
    return withSecretBytes(made.plaintext, (dataKey) =>
      sealUnder(headerOf(prefixOf(present, made.version), made.wrapped), dataKey, { plaintext, context }),
    )
  }

  /** The service changes the root key's version by itself; then the plaintext is sealed anew, because the header is bound. */
  const rewrapInPlace = async (
    rewrap: NonNullable<KeyService['rewrap']>,
    wrappedKey: Uint8Array,
    what: { plaintext: Uint8Array; context: EncryptionContext },
  ): Promise<Uint8Array> => {
    const context = boundContext(what.context)
    const moved = await patiently(patience, (signal) => rewrap.call(present, wrappedKey, context, signal))
    const dataKey = patiently(patience, (signal) => present.open(moved.wrapped, context, signal))
    return withSecretBytes(dataKey, (key) => sealUnder(headerOf(prefixOf(present, moved.version), moved.wrapped), key, what))
  }

  return {
    wrap,
    unwrap: (wrapped, context) => openWith(wrapped, context, false),
    rotate: (wrapped, context) =>
      withSecretBytes(openWith(wrapped, context, true), async (plaintext) => {
        const parts = readWrapped(wrapped)
        const isPresent = parts?.service === serviceName(present)
        const rotated =
          isPresent && present.rewrap
            ? await rewrapInPlace(present.rewrap, parts.wrappedKey, { plaintext, context })
            : await wrap(plaintext, context)
        return withSecretBytes(openWith(rotated, context, true), (opened) => {
          if (!Buffer.from(plaintext).equals(opened)) throw unavailable(new Error('what was rotated opens to something else'))
          return rotated
        })
      }),
    async describe() {
      const version = await patiently(patience, (signal) => present.version(signal))
      const { driver, protection, locator } = present
      return { driver, protection, keyId: `${locator}#${version}`, prefix: prefixOf(present, version) }
    },
    isKnown(wrapped, context) {
      const parts = readWrapped(wrapped)
      if (parts !== null) return services.has(parts.service)
      const opened = options.openBefore?.(wrapped, context) ?? null
      opened?.fill(0)
      return opened !== null
    },
    async stillKept() {
      await present.stillKept?.()
    },
    async close() {
      cache.clear()
      for (const service of services.values()) await service.close?.()
    },
  }
}
