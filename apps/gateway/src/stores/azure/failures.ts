/** What Azure answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const failure = z.object({ statusCode: z.int(), code: z.string().optional() })

const codeOf = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'store_denied'
  if (status === 404) return 'store_secret_missing'
  return status === 429 ? 'store_throttled' : 'store_unreachable'
}

/** The client's errors hold request and answer: only status and code go on. */
export const failureOf = (cause: unknown): SallyportError => {
  if (cause instanceof SallyportError) return cause
  const parsed = failure.safeParse(cause)
  if (!parsed.success) return new SallyportError('store_unreachable', { cause: new Error('the client for Azure failed') })
  const { statusCode, code = '' } = parsed.data
  return new SallyportError(codeOf(statusCode), { cause: new Error(`status ${statusCode} ${code.slice(0, 100)}`) })
}
