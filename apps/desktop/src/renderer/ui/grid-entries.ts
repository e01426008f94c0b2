/** What lies below one another in a grid: rows, and the headings of groups between them. Pure. */
export type GridEntry<Row> =
  | { readonly kind: 'group'; readonly key: string; readonly rows: readonly Row[] }
  | { readonly kind: 'row'; readonly key: string; readonly row: Row; readonly index: number }

interface Naming<Row> {
  readonly keyOf: (row: Row) => string
  /** Rows of one group follow one another already. */
  readonly groupOf: ((row: Row) => string) | undefined
}

export const gridEntries = <Row>(rows: readonly Row[], { keyOf, groupOf }: Naming<Row>): GridEntry<Row>[] => {
  const entries: GridEntry<Row>[] = []
  let members: Row[] = []
  let group: string | null = null
  for (const [index, row] of rows.entries()) {
    const next = groupOf?.(row) ?? null
    if (next !== null && next !== group) {
      members = []
      entries.push({ kind: 'group', key: next, rows: members })
    }
    group = next
    members.push(row)
    entries.push({ kind: 'row', key: keyOf(row), row, index })
  }
  return entries
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
