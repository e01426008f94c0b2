/**
 * A language that nobody speaks, to see in one look what does not come from the catalogue and what is cut when words are longer:
 * accents, brackets, two fifths more letters.
 */
import type { IntlMessageFormat } from 'intl-messageformat'

type Elements = ReturnType<IntlMessageFormat['getAst']>
type Element = Elements[number]

const ACCENTS: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'ï',
  n: 'ñ',
  o: 'ö',
  s: 'š',
  u: 'ü',
  A: 'Å',
  E: 'É',
  O: 'Ö',
  R: 'Ŕ',
  S: 'Š',
}
const LITERAL = 0

const lengthen = (words: string): string => {
  const accented = Array.from(words, (letter) => ACCENTS[letter] ?? letter).join('')
  const letters = words.replaceAll(/[^A-Za-z]/g, '').length
  return letters > 1 ? `${accented}${'~'.repeat(Math.ceil(letters * 0.4))}` : accented
}

const accent = (element: Element): Element => {
  if (element.type === LITERAL) return { ...element, value: lengthen(element.value) }
  if ('children' in element) return { ...element, children: element.children.map(accent) }
  if (!('options' in element)) return element
  const branches = Object.entries(element.options).map(([name, branch]) => [name, { ...branch, value: branch.value.map(accent) }])
  return { ...element, options: Object.fromEntries(branches) as typeof element.options } as Element
}

const literal = (value: string): Element => ({ type: LITERAL, value })

export const pseudo = (elements: Elements): Elements => [literal('['), ...elements.map(accent), literal(']')]
