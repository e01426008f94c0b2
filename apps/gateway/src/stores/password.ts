/** A password of what a store holds: the whole text, or one field of JSON. */
import { SallyportError } from '@sallyport/protocol'

const MAX_PASSWORD = 4096

const unusable = (reason: string): SallyportError => new SallyportError('store_secret_unusable', { cause: new Error(reason) })

/** Bytes of their own. Throws `store_secret_unusable`; nothing of the value is in the error. */
export const passwordOf = (value: unknown): Buffer => {
  if (typeof value !== 'string') throw unusable('not a text')
  const password = Buffer.from(value, 'utf8')
  if (password.length === 0 || password.length > MAX_PASSWORD) throw unusable('empty, or too long')
  // A NUL would end it early, on the wire and in databases.
  if (password.includes(0)) throw unusable('a byte that ends texts')
  return password
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw unusable('not JSON, though a field of it is asked for')
  }
}

/** Throws `store_secret_missing` when there is no such field. */
export const fieldOf = (value: unknown, field: string): unknown => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) {
    throw new SallyportError('store_secret_missing', { cause: new Error('no such field') })
  }
  return (value as Readonly<Record<string, unknown>>)[field]
}

/** `field` null: all of the text. */
export const passwordIn = (text: string, field: string | null): Buffer =>
  passwordOf(field === null ? text : fieldOf(parsed(text), field))
