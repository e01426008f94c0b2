/** The proof that one entry is in a log: C2SP tlog-proof. A text of its own, verified with the entry and the log's key alone. */
import { hashFromBase64, toBase64, wholeNumber } from './base64.ts'
import { malformed } from './errors.ts'
import { MAX_PROOF } from './proofs.ts'
import { MAX_NOTE } from './signed-note.ts'

const HEADING = 'c2sp.org/tlog-proof@v1'
const INDEX = 'index '
export const MAX_ENTRY_PROOF = MAX_NOTE + 64 * (MAX_PROOF + 2)

export interface EntryProof {
  readonly index: number
  readonly proof: readonly Uint8Array[]
  /** The signed note. */
  readonly checkpoint: string
}

export const formatEntryProof = ({ index, proof, checkpoint }: EntryProof): string =>
  `${HEADING}\n${INDEX}${index}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${checkpoint}`

/** Throws `malformed`, also for extra data: our proofs carry none, and nobody should believe it. */
export const parseEntryProof = (text: string): EntryProof => {
  if (text.length > MAX_ENTRY_PROOF) throw malformed('The proof is too long.')
  const end = text.indexOf('\n\n')
  const [heading, index, ...proof] = text.slice(0, Math.max(end, 0)).split('\n')
  if (end < 0 || heading !== HEADING || !index?.startsWith(INDEX)) throw malformed('This is not the proof of an entry.')
  if (proof.length > MAX_PROOF) throw malformed(`A proof has at most ${MAX_PROOF} hashes.`)
  return { index: wholeNumber(index.slice(INDEX.length)), proof: proof.map(hashFromBase64), checkpoint: text.slice(end + 2) }
}
