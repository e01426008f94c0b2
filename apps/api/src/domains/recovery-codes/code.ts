/** What a recovery code looks like: 26 letters and digits of Crockford's base 32 in groups, easy to read from paper. */
import { createHash, randomBytes } from 'node:crypto'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BYTES = 16
/** Of 5 bits each: the last holds the 3 that are left. */
const CHARACTERS = 26
const GROUP = /.{1,7}/g
const WHOLE = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`)

/** As it is printed: `0A1B2C3-D4E5F6G-…`. */
export const newCode = (): string => {
  let bits = BigInt(`0x${randomBytes(BYTES).toString('hex')}`) << 2n
  let text = ''
  for (let index = 0; index < CHARACTERS; index++) {
    text = ALPHABET[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text.match(GROUP)!.join('-')
}

/** What was typed, without what people add or confuse; null when it cannot be a code. */
const normalized = (typed: string): string | null => {
  const text = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return WHOLE.test(text) ? text : null
}

/** SHA-256 of a code as it was typed; null when it cannot be one. */
export const hashOfCode = (typed: string): Buffer | null => {
  const text = normalized(typed)
  return text === null ? null : createHash('sha256').update(text).digest()
}
