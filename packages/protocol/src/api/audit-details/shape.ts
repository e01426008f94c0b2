/** What the details of entries are made of. The length of an entry bounds all of it together. */
import { z } from 'zod'

/** Names something: a UUID, or the digest by which a key is named. */
export const id = z.string().max(64)
export const ids = z.array(id)
export const text = z.string()
export const count = z.int().nonnegative()
/** What happened to one thing that is there before and after it, or either. */
export const changeOf = <Shape extends z.ZodType>(shape: Shape) => ({
  created: z.strictObject({ before: z.null(), after: shape }),
  changed: z.strictObject({ before: shape, after: shape }),
  deleted: z.strictObject({ before: shape, after: z.null() }),
})
/** Says no more than who did what to whom. */
export const nothing = z.strictObject({})
