/** What a log sends to a witness: C2SP tlog-witness, `add-checkpoint`. An old size, a consistency proof, a checkpoint. */
import { hashFromBase64, toBase64, wholeNumber } from './base64.ts'
import { malformed } from './errors.ts'
import { MAX_PROOF } from './proofs.ts'
import { MAX_NOTE } from './signed-note.ts'

export interface WitnessRequest {
  /** Size of the checkpoint that the witness cosigned last, as the log believes. */
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  /** The signed note. */
  readonly checkpoint: string
}

/** Characters of a request. */
export const MAX_WITNESS_REQUEST = MAX_NOTE + 64 * MAX_PROOF

export const formatWitnessRequest = ({ oldSize, proof, checkpoint }: WitnessRequest): string =>
  `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`

/** Throws `malformed`. The checkpoint is not looked into. */
export const parseWitnessRequest = (body: string): WitnessRequest => {
  if (body.length > MAX_WITNESS_REQUEST) throw malformed('The request is too long.')
  const end = body.indexOf('\n\n')
  const [first, ...proof] = body.slice(0, Math.max(end, 0)).split('\n')
  if (end < 0 || first === undefined || !first.startsWith('old ')) throw malformed('The request does not begin with an old size.')
  if (proof.length > MAX_PROOF) throw malformed(`A proof has at most ${MAX_PROOF} hashes.`)
  return { oldSize: wholeNumber(first.slice(4)), proof: proof.map(hashFromBase64), checkpoint: body.slice(end + 2) }
}
