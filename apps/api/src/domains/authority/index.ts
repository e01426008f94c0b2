export type { AuthorityKey, AuthorityPayload, AuthoritySigner } from './signer.ts'
export type { AuthorityTables } from './tables.ts'
