/** What lies below one another in a grid: rows, and the headings of groups between them. Pure. */
export type GridEntry<Row> =
  | { readonly kind: 'group'; readonly key: string; readonly rows: readonly Row[] }
  | { readonly kind: 'row'; readonly key: string; readonly row: Row | undefined; readonly index: number }

/** A list may be longer than anybody holds in memory: its entries are made when they are looked at. */
export interface GridEntries<Row> {
  /** Rows and headings. */
  readonly count: number
  readonly rows: number
  readonly at: (place: number) => GridEntry<Row> | undefined
  /** Where a row is among rows and headings. */
  readonly placeOf: (row: number) => number | undefined
}

interface Naming<Row> {
  readonly keyOf: (row: Row) => string
  /** Rows of one group follow one another already. */
  readonly groupOf: ((row: Row) => string) | undefined
}

export const gridEntries = <Row>(rows: readonly (Row | undefined)[], { keyOf, groupOf }: Naming<Row>): GridEntries<Row> => {
  const entryOf = (row: Row | undefined, index: number): GridEntry<Row> => ({
    kind: 'row',
    key: row === undefined ? `coming ${index}` : keyOf(row),
    row,
    index,
  })
  if (!groupOf)
    return {
      count: rows.length,
      rows: rows.length,
      at: (place) => (place < rows.length ? entryOf(rows[place], place) : undefined),
      placeOf: (row) => (row < rows.length ? row : undefined),
    }
  const entries: GridEntry<Row>[] = []
  const places: number[] = []
  let members: Row[] = []
  let group: string | null = null
  for (const [index, row] of rows.entries()) {
    if (row === undefined) continue
    const next = groupOf(row)
    if (next !== group) {
      members = []
      entries.push({ kind: 'group', key: next, rows: members })
    }
    group = next
    members.push(row)
    places.push(entries.length)
    entries.push(entryOf(row, index))
  }
  return { count: entries.length, rows: places.length, at: (place) => entries[place], placeOf: (row) => places[row] }
}

/** Rows that a page key moves over. */
export const PAGE_ROWS = 10

/** The row that a key leads to; null for a key that does not move. */
export const movedTo = (key: string, from: number, total: number): number | null => {
  const clamp = (index: number): number => Math.max(0, Math.min(total - 1, index))
  switch (key) {
    case 'ArrowDown':
      return clamp(from + 1)
    case 'ArrowUp':
      return clamp(from - 1)
    case 'PageDown':
      return clamp(from + PAGE_ROWS)
    case 'PageUp':
      return clamp(from - PAGE_ROWS)
    case 'Home':
      return clamp(0)
    case 'End':
      return clamp(total - 1)
    default:
      return null
  }
}
