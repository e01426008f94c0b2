/**
 * Whether the key management service does what the vault needs: found out by wrapping and unwrapping something, in the background.
 * Whoever asks for the result makes nobody ask the service.
 */
import { randomBytes } from 'node:crypto'
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { everyWhile } from '../program/every-while.ts'
import type { Kms } from './kms.ts'

export type KmsHealth =
  | { readonly state: 'working' }
  /** `only-in-memory`: it works, and a restart would open nothing. `since`: milliseconds since 1970. */
  | { readonly state: 'failing' | 'only-in-memory'; readonly code: ErrorCode; readonly since: number }

/**
 * Milliseconds from one try to the next. Opened data keys that are kept are forgotten when the service refuses anything: where there
 * are any it is asked as often as a revocation may take.
 */
const PAUSE = { working: 30_000, otherwise: 5_000, caching: 1_000 } as const

const context = { purpose: 'health' }

const codeOf = (error: unknown): ErrorCode => (error instanceof SallyportError ? error.code : 'internal')

/** The codes of what does not work; null where it does. */
const examine = async (kms: Kms): Promise<{ readonly state: 'failing' | 'only-in-memory'; readonly error: unknown } | null> => {
  try {
    const something = randomBytes(32)
    const opened = await kms.unwrap(await kms.wrap(something, context), context)
    if (!something.equals(opened)) throw new SallyportError('secret_unavailable')
  } catch (error) {
    return { state: 'failing', error }
  }
  try {
    await kms.stillKept()
    return null
  } catch (error) {
    return { state: 'only-in-memory', error }
  }
}

export interface KmsWatch {
  /** Null: it is being tried for the first time. */
  health(): KmsHealth | null
  close(): void
}

export const watchKms = (parts: {
  readonly kms: Kms
  readonly clock: () => number
  readonly logger: Logger
  /** Whether opened data keys are kept. */
  readonly caches: boolean
  /** Milliseconds from one try to the next; for tests. */
  readonly pause?: number
}): KmsWatch => {
  const { kms, clock, logger, caches, pause } = parts
  let health: KmsHealth | null = null

  const note = (found: Awaited<ReturnType<typeof examine>>): KmsHealth => {
    if (found === null) {
      if (health !== null && health.state !== 'working')
        logger.info({ event: 'vault.kms-working' }, 'the key management service works')
      return { state: 'working' }
    }
    const code = codeOf(found.error)
    if (health !== null && health.state === found.state && health.code === code) return health
    logger.error({ event: 'vault.kms-failing', state: found.state, code, err: found.error }, 'the key management service fails')
    return { state: found.state, code, since: clock() }
  }
  const { close } = everyWhile(async () => {
    health = note(await examine(kms))
    return pause ?? PAUSE[caches ? 'caching' : health.state === 'working' ? 'working' : 'otherwise']
  })
  return { health: () => health, close }
}
