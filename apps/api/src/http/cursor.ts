/** Cursors of keyset pages: the sort key of the last item, opaque to callers. */
import { fromBase64url, fromUtf8, SallyportError, toBase64url, utf8 } from '@sallyport/protocol'
import type { z } from 'zod'

export const encodeCursor = (key: unknown): string => toBase64url(utf8(JSON.stringify(key)))

/** Null for the first page. Throws `invalid_request` for a cursor that is not of this list. */
export const decodeCursor = <Schema extends z.ZodType>(cursor: string | undefined, schema: Schema): z.output<Schema> | null => {
  if (cursor === undefined) return null
  try {
    return schema.parse(JSON.parse(fromUtf8(fromBase64url(cursor))))
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'The cursor is not valid.', cause })
  }
}

/**
 * A page of what was found, which is one item more than `limit` when another page follows. `keyOf` gives an item's sort key.
 */
export const pageOfFound = <Item>(
  found: readonly Item[],
  { limit, keyOf }: { readonly limit: number; readonly keyOf: (item: Item) => unknown },
): { readonly items: Item[]; readonly next: string | null } => {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: found.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null }
}
