/** Rows for long lists: texts are cut, so that a page of five hundred stays small. One row by its id shows all of it. */
import { activity, type BindValue, type ClippedText } from '@sallyport/recording'
import type { ActivityRow } from './list.ts'

/** Characters of a statement, of a value and of an error; values of one statement. */
const MAX_TEXT = 1000
const MAX_VALUE = 200
const MAX_VALUES = 20

const cut = (text: string, length: number): string => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
const cutText = (clipped: ClippedText, length: number): ClippedText => ({ ...clipped, text: cut(clipped.text, length) })
const cutValue = (bind: BindValue): BindValue =>
  bind.form === 'text' || bind.form === 'binary' ? { ...bind, value: cutText(bind.value, MAX_VALUE) } : bind

const cutError = <E extends { readonly message: string } | null>(error: E): E =>
  error === null ? error : { ...error, message: cut(error.message, MAX_TEXT) }

export const shorten = (row: ActivityRow): ActivityRow => {
  const parsed = activity.safeParse(row.activity)
  if (!parsed.success) return row
  const whole = parsed.data
  if (whole.kind !== 'query' && whole.kind !== 'transfer') return row
  const texts = { statement: cutText(whole.statement, MAX_TEXT), error: cutError(whole.error) }
  const short =
    whole.kind === 'transfer'
      ? { ...whole, ...texts }
      : { ...whole, ...texts, binds: whole.binds.slice(0, MAX_VALUES).map(cutValue) }
  const shortened = JSON.stringify(short).length < JSON.stringify(whole).length
  return { ...row, shortened, activity: short as ActivityRow['activity'] }
}
