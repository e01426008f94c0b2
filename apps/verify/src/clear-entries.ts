/**
 * Entries that hold personal data in clear: those from before it was put under a key for each person. Their bytes are what the tree was
 * made of, so that nobody can erase or seal them and keep their proofs.
 */
import { auditEntry, hidePersonalData } from '@sallyport/protocol/api'

export interface ClearCount {
  readonly count: number
  /** Number of the last of them; null: there is none. */
  readonly last: number | null
}

export class ClearEntries {
  #count = 0
  #last: number | null = null

  /** An entry of the log, as it lies there. */
  take(index: number, bytes: Uint8Array): void {
    const entry = auditEntry.safeParse(JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')))
    if (!entry.success || hidePersonalData(entry.data).parts.size === 0) return
    this.#count += 1
    this.#last = index
  }

  get found(): ClearCount {
    return { count: this.#count, last: this.#last }
  }
}
