/** One part of an export: pages of rows until their text is long enough. */
import { MAX_EXPORT_PART } from '@sallyport/protocol/api'

/** Rows of one part, and of one page of it. */
const MAX_ROWS = 5000
const PAGE = 500
/** Characters after which a part ends; one line more fits {@link MAX_EXPORT_PART}. */
const ENOUGH = 512 * 1024

export interface PartOptions<Row, Position> {
  readonly from: Position | null
  readonly page: (
    below: Position | null,
    limit: number,
  ) => Promise<{ readonly rows: readonly Row[]; readonly next: Position | null }>
  /** One text for each row; the first of the whole file begins with the header. */
  readonly lines: (rows: readonly Row[], isFirst: boolean) => Promise<readonly string[]>
  readonly positionOf: (row: Row) => Position
}

export interface CollectedPart<Position> {
  readonly text: string
  readonly rows: number
  readonly next: Position | null
}

export const collectPart = async <Row, Position>(options: PartOptions<Row, Position>): Promise<CollectedPart<Position>> => {
  const { page, lines, positionOf } = options
  let below = options.from
  let [text, count] = ['', 0]
  for (;;) {
    const { rows, next } = await page(below, PAGE)
    const texts = await lines(rows, options.from === null && count === 0)
    for (const [index, line] of texts.entries()) {
      // A line that is longer than a part can be is left out by no means: a record is bounded far below.
      if (text.length + line.length > MAX_EXPORT_PART && text !== '') return { text, rows: count, next: below }
      text += line
      const row = rows[index]
      if (row === undefined) continue
      count += 1
      below = positionOf(row)
      if (text.length >= ENOUGH) return { text, rows: count, next: below }
    }
    // A search that was not done may have found nothing yet.
    if (next === null || count >= MAX_ROWS || rows.length === 0) return { text, rows: count, next }
    below = next
  }
}
