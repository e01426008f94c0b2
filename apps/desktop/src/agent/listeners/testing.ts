/** What tests of listeners need. */
import type { GrantedCredential } from '@sallyport/protocol/api'

export const grantedFor = (name: string, port: number, changes: Partial<GrantedCredential> = {}): GrantedCredential => ({
  credential: crypto.randomUUID(),
  name,
  resource: { id: crypto.randomUUID(), name: name.split('/')[0]!, description: '', tags: [], protocol: 'postgresql' },
  site: crypto.randomUUID(),
  userName: 'readonly',
  databases: ['shop'],
  port,
  bound: true,
  exclusive: false,
  inUse: null,
  through: [],
  ...changes,
})
