/** Text as a terminal may show it. */

// oxlint-disable-next-line no-control-regex -- control characters are what is replaced
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g

const escaped = (character: string): string => {
  if (character === '\n') return '⏎'
  if (character === '\t') return ' '
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** One line: what other people wrote (a statement, a name) must not move the cursor, change colours or turn text around. */
export const oneLine = (text: string): string => text.replace(CONTROL, escaped)

const segmenter = new Intl.Segmenter()
const WIDE =
  /^(?:\p{Emoji_Presentation}|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303e\uff01-\uff60])/u

const widthOf = (grapheme: string): number => (WIDE.test(grapheme) ? 2 : 1)

/** Printable, the common case. */
const ASCII = /^[\u0020-\u007e]*$/

/** Columns that a terminal takes for the text. */
export const displayWidth = (text: string): number => {
  if (ASCII.test(text)) return text.length
  let width = 0
  for (const { segment } of segmenter.segment(text)) width += widthOf(segment)
  return width
}

/** At most this many columns; what is cut off shows as `…`. */
export const cut = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const { segment } of segmenter.segment(text)) {
    width += widthOf(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}
