/** A password of what a store holds, read and written: the whole text, or one field of JSON. */
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

/** Numbers as they were written (ECMAScript's JSON.parse source text access, which the types do not know yet). */
const exact = JSON as unknown as {
  rawJSON(text: string): unknown
  parse(text: string, revive: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
}

/** What JavaScript would round goes on as it is. */
const parsedExactly = (text: string): unknown => {
  try {
    return exact.parse(text, (_, value, { source }) =>
      typeof value === 'number' && source !== undefined ? exact.rawJSON(source) : value,
    )
  } catch {
    throw unusable('not JSON, though a field of it is asked for')
  }
}

/** The text with this password in the place of the one that {@link passwordIn} reads. Throws as that does. */
export const withPassword = (text: string, field: string | null, next: Buffer): string => {
  passwordIn(text, field).fill(0)
  if (field === null) return next.toString('utf8')
  const document = parsedExactly(text) as Record<string, unknown>
  document[field] = next.toString('utf8')
  return JSON.stringify(document)
}
