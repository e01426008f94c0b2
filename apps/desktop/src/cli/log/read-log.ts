/** Reads a log for an export: its head, its entries, and the tiles of hashes as the log keeps them. */
import { formatNote, parseCheckpoint, parseNote, type Tile, tilesOf, withSignatures } from '@sallyport/audit-log'
import { fromBase64url, SallyportError } from '@sallyport/protocol'
import { type LogState, MAX_LOG_ENTRIES } from '@sallyport/protocol/api'
import type { Api } from '../agent/api.ts'

export interface LogHead {
  readonly origin: string
  readonly size: number
  /** The signed note, with the cosignatures that there are. */
  readonly checkpoint: string
  readonly keys: readonly string[]
}

/** The newest witnessed head where witnesses must cosign, otherwise the newest. Throws `not_found` for a log without one. */
export const headOf = ({ origin, keys, checkpoint, witnessed, quorum }: LogState): LogHead => {
  if (checkpoint === null) throw new SallyportError('not_found', { message: 'The log has no signed head yet.' })
  if (witnessed === null || (quorum === 0 && witnessed.size !== checkpoint.size)) {
    return { origin, keys, size: checkpoint.size, checkpoint: checkpoint.note }
  }
  const note = parseNote(witnessed.note)
  // The head of the same size may have been signed again since, by a newer key.
  const own = parseNote(checkpoint.note)
  const merged = witnessed.size === checkpoint.size && own.text === note.text ? withSignatures(own, note.signatures) : note
  return { origin, keys, size: parseCheckpoint(note.text).size, checkpoint: formatNote(merged) }
}

/** Entries from 0, as they were hashed. Throws `conflict` when the log ends before its head. */
export async function* readEntries(api: Api, size: number): AsyncGenerator<{ readonly index: number; readonly entry: string }> {
  let index = 0
  while (index < size) {
    const limit = Math.min(MAX_LOG_ENTRIES, size - index)
    const { entries } = await api('readLogEntries', { query: { start: index, limit } })
    if (entries.length === 0)
      throw new SallyportError('conflict', { message: `The log has no entry ${index}, and its head says so.` })
    for (const entry of entries) {
      yield { index, entry }
      index += 1
    }
  }
}

/** What the log keeps, and not what its entries lead to: whoever verifies sees where the two differ. */
export async function* readTiles(api: Api, size: number): AsyncGenerator<Tile> {
  for (const name of tilesOf(size)) {
    const { hashes } = await api('getLogTile', {
      parameters: { level: name.level, tile: name.index },
      query: { width: name.width },
    })
    yield { ...name, hashes: fromBase64url(hashes) }
  }
}
