/**
 * SASLprep (RFC 4013) as PostgreSQL applies it to passwords (src/common/saslprep.c): a password that cannot be prepared — not
 * UTF-8, or holding prohibited or unassigned characters — is used as the bytes that it is.
 */
import { leftToRight, mappedToNothing, nonAsciiSpaces, prohibited, rightToLeft, unassigned } from './saslprep-tables.ts'

type Ranges = readonly (readonly [first: number, last: number])[]

const parse = (table: string): Ranges => {
  let end = 0
  return table.split(' ').map((entry) => {
    const [distance, size] = entry.split('.')
    const first = end + Number.parseInt(distance ?? '', 36)
    end = first + (size === undefined ? 0 : Number.parseInt(size, 36))
    return [first, end] as const
  })
}

/** Parsed when the first password beyond ASCII comes, which is rare. */
const lazy = (table: string): (() => Ranges) => {
  let ranges: Ranges | undefined
  return () => (ranges ??= parse(table))
}

const tables = {
  nonAsciiSpaces: lazy(nonAsciiSpaces),
  mappedToNothing: lazy(mappedToNothing),
  prohibited: lazy(prohibited),
  unassigned: lazy(unassigned),
  rightToLeft: lazy(rightToLeft),
  leftToRight: lazy(leftToRight),
}

const within = (table: () => Ranges, codePoint: number): boolean =>
  table().some(([first, last]) => codePoint >= first && codePoint <= last)

/** RFC 3454 §6: text with right-to-left characters has no left-to-right ones, and begins and ends with right-to-left ones. */
const breaksBidirectionalRules = (codePoints: readonly number[]): boolean => {
  if (!codePoints.some((codePoint) => within(tables.rightToLeft, codePoint))) return false
  if (codePoints.some((codePoint) => within(tables.leftToRight, codePoint))) return true
  return !within(tables.rightToLeft, codePoints[0]!) || !within(tables.rightToLeft, codePoints.at(-1)!)
}

const codePointsOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!)

const prepareText = (text: string): string | null => {
  const mapped = codePointsOf(text)
    .filter((codePoint) => !within(tables.mappedToNothing, codePoint))
    .map((codePoint) => (within(tables.nonAsciiSpaces, codePoint) ? 0x20 : codePoint))
  const normalized = mapped
    .map((codePoint) => String.fromCodePoint(codePoint))
    .join('')
    .normalize('NFKC')
  const result = codePointsOf(normalized)
  if (result.length === 0) return null
  if (result.some((codePoint) => within(tables.prohibited, codePoint) || within(tables.unassigned, codePoint))) return null
  if (breaksBidirectionalRules(result)) return null
  return normalized
}

/** A fresh buffer with the prepared password; the caller overwrites it after use. */
export const prepareSaslPassword = (password: Buffer): Buffer => {
  // Preparing changes nothing in ASCII, and this way the usual password never becomes a string that nobody can overwrite.
  if (password.every((byte) => byte < 0x80)) return Buffer.from(password)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(password)
  } catch {
    return Buffer.from(password)
  }
  const prepared = prepareText(text)
  return prepared === null ? Buffer.from(password) : Buffer.from(prepared)
}
