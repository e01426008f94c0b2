/** An export of the audit log into a folder, as far as it has come. */
import { isErrorCode } from '@sallyport/protocol'
import { z } from 'zod'

export const logExport = z.strictObject({
  folder: z.string().min(1).max(4096),
  /** `waiting`: the API does not hand out the rest at present; it goes on by itself. `cancelled`, `failed`: nothing was kept. */
  state: z.enum(['running', 'waiting', 'done', 'cancelled', 'failed']),
  /** Entries that its head covers. */
  size: z.int().nonnegative(),
  /** Written so far. */
  entries: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  /** Verifier key under which the head is signed. */
  key: z.string().max(512),
  /** Why it waits, or has failed. */
  error: z.strictObject({ code: z.string().refine(isErrorCode), message: z.string().max(2000) }).nullable(),
})
export type LogExport = z.infer<typeof logExport>
