/** What Google Cloud KMS answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const refusal = z.object({ error: z.object({ status: z.string(), message: z.string() }) })

const statuses: Readonly<Record<string, ErrorCode>> = {
  INVALID_ARGUMENT: 'secret_unavailable',
  PERMISSION_DENIED: 'kms_denied',
  UNAUTHENTICATED: 'kms_denied',
  RESOURCE_EXHAUSTED: 'kms_throttled',
  DEADLINE_EXCEEDED: 'kms_slow',
}

/** Of a token that was signed at another time than it is there. */
const OF_ANOTHER_TIME = /reasonable timeframe|\biat\b.*\bexp\b|issued in the future/i

const codeOf = (status: string, message: string): ErrorCode => {
  if (status === 'FAILED_PRECONDITION') {
    return /DESTROY_SCHEDULED/.test(message) ? 'kms_key_pending_deletion' : 'kms_key_disabled'
  }
  // A key that exists elsewhere is as unknown as one that does not exist; the message tells which.
  if (status === 'NOT_FOUND') return /sent to location/.test(message) ? 'kms_wrong_region' : 'kms_key_missing'
  if (status === 'UNAUTHENTICATED' && OF_ANOTHER_TIME.test(message)) return 'kms_clock_wrong'
  return statuses[status] ?? 'kms_unreachable'
}

export const failureOfConnection = (cause: unknown): SallyportError => new SallyportError('kms_unreachable', { cause })

export const failureOfAnswer = (body: unknown): SallyportError => {
  const parsed = refusal.safeParse(body)
  if (!parsed.success) return failureOfConnection(parsed.error)
  const { status, message } = parsed.data.error
  return new SallyportError(codeOf(status, message), { cause: new Error(`${status}: ${message.slice(0, 500)}`) })
}
