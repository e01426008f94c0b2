/** What Azure Key Vault answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const failure = z.object({ statusCode: z.int(), code: z.string().optional(), message: z.string() })

const codeOf = (status: number, code: string, message: string): ErrorCode => {
  if (status === 429) return 'kms_throttled'
  if (status === 404) return 'kms_key_missing'
  if (status === 409) return 'kms_key_pending_deletion'
  if (status === 403) return /KeyDisabled|disabled|not allowed on/i.test(`${code} ${message}`) ? 'kms_key_disabled' : 'kms_denied'
  if (status === 401) return 'kms_denied'
  if (status === 400) return 'secret_unavailable'
  return 'kms_unreachable'
}

export const failureOf = (cause: unknown): SallyportError => {
  if (cause instanceof SallyportError) return cause
  const parsed = failure.safeParse(cause)
  if (!parsed.success) return new SallyportError('kms_unreachable', { cause })
  const { statusCode, code = '', message } = parsed.data
  // The client's error holds request and answer.
  const told = new Error(`${statusCode} ${code}: ${message.slice(0, 500)}`)
  return new SallyportError(codeOf(statusCode, code, message), { cause: told })
}
