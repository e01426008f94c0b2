/** What proves that whoever exchanges a code is who began (RFC 7636, S256), and what comes back with the code. */
import { createHash, randomBytes } from 'node:crypto'

const RANDOM_BYTES = 32
const STATE_BYTES = 16

export interface ProofKey {
  readonly verifier: string
  readonly state: string
  readonly codeChallenge: string
}

export const newProofKey = (): ProofKey => {
  const verifier = randomBytes(RANDOM_BYTES).toString('base64url')
  const state = randomBytes(STATE_BYTES).toString('base64url')
  return { verifier, state, codeChallenge: createHash('sha256').update(verifier, 'ascii').digest('base64url') }
}
