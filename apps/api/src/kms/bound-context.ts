import { createHash } from 'node:crypto'
import { canonicalJson } from '@sallyport/protocol'
import type { EncryptionContext } from './kms.ts'
import type { BoundContext } from './key-service.ts'

export const boundContext = (context: EncryptionContext): BoundContext => {
  const text = canonicalJson(context)
  const fields = Object.entries(context).map(([name, value]) => [name, String(value)])
  const digest = createHash('sha256').update(text).digest('base64url')
  return { text, fields: { ...Object.fromEntries(fields), sallyport: digest } }
}
