/** Which pages of a log are held while it is scrolled: what lies far away is let go, and asked for again by its cursor. Pure. */
export interface KnownPage {
  /** null: the newest. */
  readonly cursor: string | null
  /** null: not read yet. */
  readonly count: number | null
}

export type KnownPages = readonly KnownPage[]

export const newestPage: KnownPages = [{ cursor: null, count: null }]

/** Numbers of rows, both included. */
export interface SeenRows {
  readonly first: number
  readonly last: number
}

/** Rows beyond what is seen, on either side: whoever scrolls finds them there. */
const MARGIN = 200
/** As many rows as fill a screen: a search goes on by itself until it has found them or has come to the end. */
const SCREENFUL = 60

export const rowsOf = (pages: KnownPages): number => pages.reduce((sum, { count }) => sum + (count ?? 0), 0)

/** A search that has not found a screenful, and has not come to the end. */
export const isSearching = (pages: KnownPages): boolean => pages.at(-1)?.count === null && rowsOf(pages) < SCREENFUL

/**
 * Positions of the pages to hold: the newest, which says where live rows go on; those near what is seen; and the next one, where
 * the end of what is known is near. At most as many as pages meet the rows that are seen, and four.
 */
export const heldPages = (pages: KnownPages, { first, last }: SeenRows): readonly number[] => {
  let start = 0
  return pages.flatMap(({ count }, at) => {
    const [from, to] = [start, start + (count ?? 1)]
    start = to
    const isNear = to > from && from <= last + MARGIN && to > first - MARGIN
    return at === 0 || isNear || (count === null && isSearching(pages)) ? [at] : []
  })
}

/** What is known after a page was read. Pages behind one that no longer leads to them are read anew. */
export const withRead = (
  pages: KnownPages,
  at: number,
  read: { readonly count: number; readonly next: string | null },
): KnownPages => {
  const page = pages[at]
  if (!page) return pages
  const following = pages[at + 1]?.cursor ?? null
  const leadsOn = following === read.next
  if (leadsOn && page.count === read.count) return pages
  const before = [...pages.slice(0, at), { ...page, count: read.count }]
  if (leadsOn) return [...before, ...pages.slice(at + 1)]
  return read.next === null ? before : [...before, { cursor: read.next, count: null }]
}
