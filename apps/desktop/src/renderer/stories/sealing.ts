/** A trust bundle with a vault key, to which secrets are sealed. */
import { methods } from './answers.ts'
import { idOf } from './directory/ids.ts'

/** 32 bytes in base64url: what any key of the trust bundle looks like. */
const KEY = 'CQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
export const sealing = methods({
  trust: {
    version: 1,
    number: 1,
    organization: idOf.site(9),
    trustDomain: 'acme.example',
    issuedAt: 1_763_820_000,
    roots: [KEY],
    issuers: [KEY],
    vaultKeys: [{ id: KEY, publicKey: KEY }],
    receiptKeys: [{ id: KEY, publicKey: KEY }],
    gateways: [],
  },
})
