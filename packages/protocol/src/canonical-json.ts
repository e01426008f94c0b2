/**
 * Canonical JSON: what is signed, sealed and hashed. A subset of RFC 8785 (JCS): objects with sorted keys, arrays, strings,
 * booleans, null and safe integers; no fractions. One encoding per value.
 */
import { SallyportError } from './errors.ts'

export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined }

const MAX_DEPTH = 32

/** Keys whose value is undefined are left out. Throws `invalid_request` on fractions, unsafe integers and lone surrogates. */
export const canonicalJson = (value: CanonicalValue, depth = 0): string => {
  if (depth > MAX_DEPTH) throw new SallyportError('invalid_request', { message: 'Nested too deeply.' })
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new SallyportError('invalid_request', { message: 'A text holds half a character.' })
    return JSON.stringify(value)
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw new SallyportError('invalid_request', { message: 'Only safe integers can be signed.' })
    }
    return String(value)
  }
  if (isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`
  let members = ''
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member === undefined) continue
    members += `${members === '' ? '' : ','}${canonicalJson(key, depth + 1)}:${canonicalJson(member, depth + 1)}`
  }
  return `{${members}}`
}

/** `Array.isArray` does not narrow readonly arrays. */
const isArray = (value: CanonicalValue): value is readonly CanonicalValue[] => Array.isArray(value)

/** Parses and insists that the text is the canonical one, so that no second text says the same. */
export const parseCanonicalJson = (text: string): CanonicalValue => {
  let value: CanonicalValue
  try {
    value = JSON.parse(text) as CanonicalValue
  } catch (cause) {
    throw new SallyportError('invalid_request', { message: 'Not JSON.', cause })
  }
  if (canonicalJson(value) !== text) throw new SallyportError('invalid_request', { message: 'Not in canonical form.' })
  return value
}
