/** What the transit engine answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const refusal = z.object({ errors: z.array(z.string()) })

/** Vault answers 400 for almost everything that is wrong; what, stands in words. */
const wordings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/disallowed|too old|soft.deleted/i, 'kms_key_disabled'],
  [/key not found/i, 'kms_key_missing'],
]

const codeOf = (status: number, text: string): ErrorCode => {
  if (status === 403) return 'kms_denied'
  if (status === 404) return 'kms_key_missing'
  if (status === 429) return 'kms_throttled'
  if (status === 503 && /sealed/i.test(text)) return 'kms_sealed'
  if (status !== 400) return 'kms_unreachable'
  return wordings.find(([pattern]) => pattern.test(text))?.[1] ?? 'secret_unavailable'
}

export const failureOfAnswer = (status: number, body: unknown): SallyportError => {
  const parsed = refusal.safeParse(body)
  const text = parsed.success ? parsed.data.errors.join('; ').slice(0, 500) : ''
  return new SallyportError(codeOf(status, text), { cause: new Error(`status ${status}: ${text}`) })
}

/** A certificate that is not valid yet tells of a clock that is behind, rather than of a service that is ahead. */
const isBehind = (cause: unknown): boolean => cause instanceof Error && 'code' in cause && cause.code === 'CERT_NOT_YET_VALID'

export const failureOfConnection = (cause: unknown): SallyportError =>
  cause instanceof SallyportError ? cause : new SallyportError(isBehind(cause) ? 'kms_clock_wrong' : 'kms_unreachable', { cause })
