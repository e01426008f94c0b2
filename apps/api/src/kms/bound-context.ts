import { createHash } from 'node:crypto'
import { canonicalJson } from '@sallyport/protocol'
import type { EncryptionContext } from './kms.ts'
import type { BoundContext } from './key-service.ts'

/** Order of fields makes no difference; a number and its text do, though services that take fields see the same text of both. */
export const boundContext = (context: EncryptionContext): BoundContext => {
  const text = canonicalJson(context)
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(context)) fields[name] = String(value)
  return { text, fields: { ...fields, sallyport: createHash('sha256').update(text).digest('base64url') } }
}
