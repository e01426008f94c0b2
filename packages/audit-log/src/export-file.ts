/** An export of a log in one file of JSON lines: `spec/export.md`. */
import { toBase64 } from './base64.ts'
import { type TileName, tilePath } from './tile.ts'

export const EXPORT_FORMAT = 'sallyport-log-export/1'

export interface ExportHead {
  /** The signed note. */
  readonly checkpoint: string
  /** Verifier keys of the log, for convenience: whoever verifies brings their own. */
  readonly keys: readonly string[]
  /** All entries that the head covers; otherwise some, each with its proof. */
  readonly complete: boolean
}

export const exportHeadLine = (head: ExportHead): string => `${JSON.stringify({ format: EXPORT_FORMAT, ...head })}\n`

export const exportTileLine = (tile: TileName & { readonly hashes: Uint8Array }): string =>
  `${JSON.stringify({ tile: tilePath(tile), hashes: toBase64(tile.hashes) })}\n`

/** `entry`: the bytes that were hashed, as text. */
export const exportEntryLine = (index: number, entry: string, proof?: readonly Uint8Array[]): string =>
  `${JSON.stringify({ index, entry, ...(proof === undefined ? {} : { proof: proof.map(toBase64) }) })}\n`
