/** Tables with aligned columns. */
import { cut, displayWidth, oneLine } from '../terminal/printable.ts'
import type { Color, Style } from '../terminal/terminal.ts'
import type { Answer } from './answer.ts'

export interface Column<Row> {
  readonly heading: string
  readonly value: (row: Row) => string | number | null
  readonly align?: 'right'
  /** Is cut where the terminal is narrower than the table; one column of a table at most. */
  readonly flexible?: true
  readonly color?: (row: Row) => Color | null
}

export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[]
  /** What to say, and what to do next, when there are no rows. */
  readonly empty: string
  /** What programs get instead of the rows themselves. */
  readonly data?: unknown
}

const GAP = '  '
const NARROWEST = 12

export const table = <Row>(rows: readonly Row[], options: TableOptions<Row>): Answer => ({
  data: options.data ?? rows,
  text: (style) => (rows.length === 0 ? options.empty : drawTable(rows, options.columns, style)),
})

const drawTable = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string => {
  const cells = rows.map((row) => columns.map((column) => oneLine(String(column.value(row) ?? '-'))))
  const widths = fitted(columns, cells, style.width)
  const line = (texts: readonly string[], paint: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => {
        const shown = cut(text, widths[index]!)
        const space = ' '.repeat(widths[index]! - displayWidth(shown))
        return columns[index]!.align === 'right' ? space + paint(shown, index) : paint(shown, index) + space
      })
      .join(GAP)
      .trimEnd()
  return [
    line(
      columns.map((column) => column.heading),
      (text) => style.paint('dim', text),
    ),
    ...cells.map((texts, row) =>
      line(texts, (text, index) => {
        const color = columns[index]!.color?.(rows[row]!)
        return color ? style.paint(color, text) : text
      }),
    ),
  ].join('\n')
}

const fitted = (
  columns: readonly { readonly heading: string; readonly flexible?: true }[],
  cells: readonly (readonly string[])[],
  available: number | null,
): number[] => {
  const widths = columns.map(({ heading }, index) =>
    Math.max(displayWidth(heading), ...cells.map((texts) => displayWidth(texts[index]!))),
  )
  const flexible = columns.findIndex((column) => column.flexible)
  if (available === null || flexible < 0) return widths
  const excess = widths.reduce((sum, width) => sum + width, 0) + GAP.length * (columns.length - 1) - available
  if (excess > 0) widths[flexible] = Math.max(Math.min(NARROWEST, widths[flexible]!), widths[flexible]! - excess)
  return widths
}
