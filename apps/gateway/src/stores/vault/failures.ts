/** What Vault answers when it does not do it, in our words. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'
import { z } from 'zod'

const refusal = z.object({ errors: z.array(z.string()) })

const codeOf = (status: number, text: string): ErrorCode => {
  if (status === 404) return 'store_secret_missing'
  if (status === 429) return 'store_throttled'
  if (status === 503 && /sealed/i.test(text)) return 'store_sealed'
  // KV version 2 ("check-and-set parameter did not match the current version").
  if (status === 400 && /check-and-set/i.test(text)) return 'conflict'
  // 400 is what the JWT method says to every token that it does not like, and the database engine to every unknown role.
  if (status === 400) return /unknown role/i.test(text) ? 'store_secret_missing' : 'store_denied'
  return status === 401 || status === 403 ? 'store_denied' : 'store_unreachable'
}

export const failureOfAnswer = (status: number, body: unknown): SallyportError => {
  const parsed = refusal.safeParse(body)
  const text = parsed.success ? parsed.data.errors.join('; ').slice(0, 500) : ''
  return new SallyportError(codeOf(status, text), { cause: new Error(`status ${status}: ${text}`) })
}
