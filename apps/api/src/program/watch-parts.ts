/** How vault, key management service and log do, as the API role finds them. Asked in the background: who asks for it costs nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '@sallyport/protocol'
import type { LogLink, VaultLink } from '../links/index.ts'
import { everyWhile } from './every-while.ts'

export interface PartsHealth {
  readonly vault: 'ok' | 'failing'
  /** Null: the vault does not say. */
  readonly kms: { readonly state: 'working' } | { readonly state: 'failing' | 'only-in-memory'; readonly code: ErrorCode } | null
  readonly log: 'ok' | 'failing'
}

export interface PartsWatch {
  health(): PartsHealth
  close(): void
}

const PAUSE = 5_000
/** Milliseconds for an answer: it is ready when it is asked for. */
const LIMIT = 3_000

/** Null: no answer in time, or an error. */
const answerOf = async <Answer>(asked: Promise<Answer>): Promise<Answer | null> => {
  const over = new AbortController()
  const late = sleep(LIMIT, null, { signal: over.signal, ref: false }).catch(() => null)
  try {
    return await Promise.race([asked, late])
  } catch {
    return null
  } finally {
    over.abort()
  }
}

/** Resolves when all were asked once. */
export const watchParts = async (links: {
  readonly vault: Pick<VaultLink, 'health'>
  readonly log: Pick<LogLink, 'health'>
}): Promise<PartsWatch> => {
  const ask = async (): Promise<PartsHealth> => {
    const [vault, log] = await Promise.all([answerOf(links.vault.health({})), answerOf(links.log.health({}))])
    return { vault: vault === null ? 'failing' : 'ok', kms: vault?.kms ?? null, log: log === null ? 'failing' : 'ok' }
  }
  let known = await ask()
  const { close } = everyWhile(async () => {
    known = await ask()
    return PAUSE
  })
  return { health: () => known, close }
}
