export type { AuthorityKey, AuthorityPayload, AuthoritySigner } from './signer.ts'
