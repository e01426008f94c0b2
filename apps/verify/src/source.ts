/** Where a log is read from: a folder in the layout of C2SP tlog-tiles, or an export in one file. */
import type { TileName } from '@sallyport/audit-log'

export interface SourceEntry {
  readonly index: number
  /** The bytes that were hashed. */
  readonly bytes: Uint8Array
  /** Hashes from the leaf's sibling up, in an export of some entries only. */
  readonly proof: readonly Uint8Array[] | null
}

export interface LogSource {
  /** The signed note of its head. */
  readonly checkpoint: string
  /** Verifier keys that came along: good for nothing but to see that the export agrees with itself. */
  readonly keys: readonly string[]
  /** False: an export of some entries, each with its proof. */
  readonly complete: boolean
  /** Null when it is not there. */
  readTile(name: TileName & { readonly level: number }): Promise<Uint8Array | null>
  /** In the order in which they lie there. */
  entries(): AsyncIterable<SourceEntry>
}

/** What cannot be read at all. */
export class Unreadable extends Error {}
