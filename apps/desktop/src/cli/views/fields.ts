/** One thing, a field a line. */
import { displayWidth, oneLine } from '../terminal/printable.ts'
import type { Style } from '../terminal/terminal.ts'
import type { Answer } from './answer.ts'

/** A field whose value is null is left out. */
export type Field = readonly [label: string, value: string | number | null]

export const fields = (data: unknown, list: readonly Field[]): Answer => ({ data, text: (style) => drawFields(list, style) })

export const drawFields = (list: readonly Field[], style: Style): string => {
  const shown = list.filter(([, value]) => value !== null)
  const width = Math.max(0, ...shown.map(([label]) => displayWidth(label)))
  return shown
    .map(([label, value]) => `${style.paint('dim', label)}${' '.repeat(width - displayWidth(label))}  ${oneLine(String(value))}`)
    .join('\n')
}
