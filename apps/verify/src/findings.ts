/** What is wrong with a log, in words. */

/** What kind of wrong. Stable: programs may read it. */
export type FindingCode =
  /** The export cannot be read as one. */
  | 'unreadable'
  /** A head is not signed by the log, or not cosigned by enough witnesses. */
  | 'not-signed'
  | 'not-witnessed'
  /** An entry is not the one that was signed. */
  | 'entry-changed'
  | 'entry-missing'
  /** A tile of hashes is not the one that was signed; the entries may be. */
  | 'tile-changed'
  /** The entries do not lead to the signed root, and nothing tells which of them is wrong. */
  | 'root-differs'
  /** Another head of this log, which was signed too, tells of another history, or of a longer one. */
  | 'fork'
  | 'rolled-back'
  /** An entry says something that no entry may say: of another organization, twice the same. */
  | 'entry-impossible'
  /** A gateway's stream of activity has a gap, goes backwards, or is not signed by it. */
  | 'stream-broken'
  /** A recording is not the one of which the log has the digest. */
  | 'recording-changed'
  | 'recording-missing'
  /** An unlock is in the log or in the unlock log, and not in the other; or is another one there. */
  | 'unlock-missing'
  | 'unlock-changed'

export interface Finding {
  readonly code: FindingCode
  /** Number of the entry; null where it is about more than one. */
  readonly entry: number | null
  readonly message: string
}

/** Beyond it findings are counted, not kept. */
const MAX_KEPT = 1000

export class Findings {
  readonly kept: Finding[] = []
  #count = 0

  get count(): number {
    return this.#count
  }

  add(code: FindingCode, message: string, entry: number | null = null): void {
    this.#count += 1
    if (this.kept.length < MAX_KEPT) this.kept.push({ code, entry, message })
  }
}
