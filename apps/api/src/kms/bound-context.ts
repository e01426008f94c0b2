import { createHash } from 'node:crypto'
import { canonicalJson } from '@sallyport/protocol'
import type { EncryptionContext } from './kms.ts'
import type { BoundContext } from './key-service.ts'

export const boundContext = (context: EncryptionContext): BoundContext => {
  const text = canonicalJson(context)
  const fields: Record<string, string> = {}
  for (const [name, value] of Object.entries(context)) fields[name] = String(value)
  return { text, fields: { ...fields, sallyport: createHash('sha256').update(text).digest('base64url') } }
}
