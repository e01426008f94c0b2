/** Reads a log for an export: its head, its entries, and the tiles of hashes as the log keeps them. */
import {
  formatNote,
  parseCheckpoint,
  parseNote,
  parseNoteKey,
  type SignedNote,
  type Tile,
  tilesOf,
  withSignatures,
} from '@sallyport/audit-log'
import { fromBase64url, SallyportError } from '@sallyport/protocol'
import { type InputOf, type LogState, MAX_LOG_ENTRIES, type ResponseOf, type RouteOf } from '@sallyport/protocol/api'

/** The routes that hand out the log, by whichever way they are called. */
export type LogSource = {
  readonly [Name in 'getLogTile' | 'readLogEntries']: (input: InputOf<RouteOf<Name>>) => Promise<ResponseOf<RouteOf<Name>>>
}

export interface LogHead {
  readonly origin: string
  readonly size: number
  /** The signed note, with the cosignatures that there are. */
  readonly checkpoint: string
  /** Verifier keys, the newest first. */
  readonly keys: readonly string[]
  /** The newest that signed this head. */
  readonly key: string
}

/** The newest witnessed head where witnesses must cosign, otherwise the newest. Throws `not_found` for a log without one. */
export const headOf = ({ origin, keys, checkpoint, witnessed, quorum }: LogState): LogHead => {
  if (checkpoint === null) throw new SallyportError('not_found', { message: 'The log has no signed head yet.' })
  const own = parseNote(checkpoint.note)
  const cosigned = witnessed === null || (quorum === 0 && witnessed.size !== checkpoint.size) ? own : parseNote(witnessed.note)
  // The head of the same size may have been signed again since, by a newer key.
  const note = own.text === cosigned.text ? withSignatures(own, cosigned.signatures) : cosigned
  const key = keys.find((each) => isSignedBy(note, each))
  if (key === undefined) throw new SallyportError('conflict', { message: 'No key of the log signed its head.' })
  return { origin, keys, key, size: parseCheckpoint(note.text).size, checkpoint: formatNote(note) }
}

const isSignedBy = ({ signatures }: SignedNote, key: string): boolean => {
  const { name, id } = parseNoteKey(key)
  return signatures.some((signature) => signature.name === name && signature.id === id)
}

/** Entries from 0, as they were hashed. Throws `conflict` when the log ends before its head. */
export async function* readEntries(
  source: LogSource,
  size: number,
): AsyncGenerator<{ readonly index: number; readonly entry: string }> {
  let index = 0
  while (index < size) {
    const limit = Math.min(MAX_LOG_ENTRIES, size - index)
    const { entries } = await source.readLogEntries({ query: { start: index, limit } })
    if (entries.length === 0)
      throw new SallyportError('conflict', { message: `The log has no entry ${index}, and its head says so.` })
    for (const entry of entries) {
      yield { index, entry }
      index += 1
    }
  }
}

/** What the log keeps, and not what its entries lead to: whoever verifies sees where the two differ. */
export async function* readTiles(source: LogSource, size: number): AsyncGenerator<Tile> {
  for (const name of tilesOf(size)) {
    const { hashes } = await source.getLogTile({
      parameters: { level: name.level, tile: name.index },
      query: { width: name.width },
    })
    yield { ...name, hashes: fromBase64url(hashes) }
  }
}
