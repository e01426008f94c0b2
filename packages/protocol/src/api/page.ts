/** Keyset pages: `cursor` is opaque; `next` is null on the last page. */
import { z } from 'zod'

export const MAX_PAGE = 500

export const pageQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(100),
})

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), next: z.string().max(512).nullable() })
