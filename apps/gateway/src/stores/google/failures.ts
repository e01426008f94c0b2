/** What Google answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

/** Of an API, and of the token service (RFC 6749 §5.2). */
const refusal = z.union([
  z.object({ error: z.object({ status: z.string(), message: z.string() }) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
])

const statuses: Readonly<Record<string, ErrorCode>> = {
  PERMISSION_DENIED: 'store_denied',
  UNAUTHENTICATED: 'store_denied',
  RESOURCE_EXHAUSTED: 'store_throttled',
  NOT_FOUND: 'store_secret_missing',
  // The version is disabled or destroyed.
  FAILED_PRECONDITION: 'store_secret_missing',
}

const codeOf = (status: number, name: string): ErrorCode => {
  const known = statuses[name]
  if (known !== undefined) return known
  if (status === 429) return 'store_throttled'
  return status >= 400 && status < 500 ? 'store_denied' : 'store_unreachable'
}

export const failureOfAnswer = (status: number, body: unknown): SallyportError => {
  const parsed = refusal.safeParse(body)
  const error = parsed.success ? parsed.data.error : ''
  const name = typeof error === 'string' ? error : error.status
  return new SallyportError(codeOf(status, name), { cause: new Error(`status ${status}: ${name.slice(0, 100)}`) })
}
