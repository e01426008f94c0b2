/**
 * Whether the log and the separate unlock log tell of the same unlocks. Each is written by another hand: an unlock that somebody took out
 * of one, or made without the other, is found in one of them only.
 */
import { leafHash } from '@sallyport/audit-log'
import { readEntry, type ReadEntry } from './entry-checks.ts'
import type { Findings } from './findings.ts'
import { Unreadable } from './source.ts'
import { readUnlocks } from './unlock-source.ts'

const UNLOCK = 'unlock.granted'

/** What is compared: unlocks from `since` on, and before `until`, milliseconds since 1970. */
export interface UnlockComparison {
  readonly path: string
  readonly since: number
  readonly until: number
}

export interface UnlockCounts {
  /** In both, to the byte. */
  readonly matching: number
  /** In the unlock log, of other organizations, or of another time than is compared. */
  readonly elsewhere: number
}

interface Stored {
  readonly at: number
  /** Leaf hashes, hex, of what is there under one id: more than one only if it was repeated as something else. */
  readonly hashes: Map<string, string>
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const timeOf = (at: number): string => new Date(at).toISOString()

export class Unlocks {
  readonly #stored = new Map<string, Stored>()
  readonly #comparison: UnlockComparison
  readonly #findings: Findings
  #matching = 0
  #elsewhere = 0

  private constructor(comparison: UnlockComparison, findings: Findings) {
    this.#comparison = comparison
    this.#findings = findings
  }

  /** Reads the unlock log of one organization into memory: about 200 bytes for each unlock. */
  static async read(
    comparison: UnlockComparison,
    { origin, findings }: { readonly origin: string; readonly findings: Findings },
  ): Promise<Unlocks> {
    const unlocks = new Unlocks(comparison, findings)
    for await (const { where, bytes } of readUnlocks(comparison.path)) {
      const entry = readEntry(0, bytes)
      if (entry === null || entry.type !== UNLOCK) throw new Unreadable(`${where} is not an unlock.`)
      if (origin.endsWith(`/${entry.organization}`) && unlocks.#isCompared(entry)) unlocks.#store(entry, { where, bytes })
      else unlocks.#elsewhere += 1
    }
    return unlocks
  }

  /** An entry of the log, as it lies there. */
  take(entry: ReadEntry, bytes: Uint8Array): void {
    if (entry.type !== UNLOCK || !this.#isCompared(entry)) return
    const { index, id, at } = entry
    const stored = this.#stored.get(id)
    if (stored === undefined) {
      const message = `Entry ${index}, the unlock ${id} of ${timeOf(at)}, is not in the unlock log: it was made without it.`
      this.#findings.add('unlock-missing', message, index)
      return
    }
    if (stored.hashes.delete(hex(leafHash(bytes)))) this.#matching += 1
    else {
      const message = `Entry ${index}, the unlock ${id} of ${timeOf(at)}, is another one in the unlock log.`
      this.#findings.add('unlock-changed', message, index)
    }
    if (stored.hashes.size === 0) this.#stored.delete(id)
  }

  /** When all entries were taken. */
  finish(): UnlockCounts {
    for (const [id, { at, hashes }] of this.#stored) {
      for (const where of hashes.values()) {
        const message =
          `The unlock ${id} of ${timeOf(at)} is in the unlock log (${where}) and not in the log: ` +
          'it was refused before it had a number, or its entry was taken out.'
        this.#findings.add('unlock-missing', message)
      }
    }
    return { matching: this.#matching, elsewhere: this.#elsewhere }
  }

  #isCompared({ at }: ReadEntry): boolean {
    return at >= this.#comparison.since && at < this.#comparison.until
  }

  #store({ id, at }: ReadEntry, { where, bytes }: { readonly where: string; readonly bytes: Uint8Array }): void {
    const stored = this.#stored.get(id) ?? { at, hashes: new Map<string, string>() }
    stored.hashes.set(hex(leafHash(bytes)), where)
    this.#stored.set(id, stored)
  }
}
