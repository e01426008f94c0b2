/** The tiles of hashes, as far as they are those that were signed: each is held against the one above it, the highest against the root. */
import {
  equalHashes,
  HASH_SIZE,
  type OpenedCheckpoint,
  rootOfHashes,
  TILE_WIDTH,
  TileTree,
  tilePath,
  tileWidth,
} from '@sallyport/audit-log'
import type { Findings } from './findings.ts'
import type { LogSource } from './source.ts'

/** Whether the tiles at the right edge, and so the highest ones, lead to the signed root. */
const edgeIsSigned = async (source: LogSource, head: OpenedCheckpoint): Promise<boolean> => {
  const tree = new TileTree(head.size, async (name) => (await source.readTile(name)) ?? new Uint8Array())
  try {
    return equalHashes(await tree.root(), head.root)
  } catch {
    return false
  }
}

export interface SignedTiles {
  /** The leaf hash of an entry as it was signed; null when it is not known. */
  leaf(index: number): Promise<Uint8Array | null>
}

const nothing: SignedTiles = { leaf: () => Promise.resolve(null) }

export const signedTiles = async (source: LogSource, head: OpenedCheckpoint, findings: Findings): Promise<SignedTiles> => {
  if (head.size === 0 || !(await edgeIsSigned(source, head))) return nothing

  /** Hashes of a tile that was signed; null when what lies there is not. */
  const read = async (level: number, index: number): Promise<Uint8Array | null> => {
    const name = { level, index, width: tileWidth({ level, index }, head.size) }
    const tile = await source.readTile(name)
    if (tile === null || tile.length !== name.width * HASH_SIZE) {
      findings.add('tile-changed', `The tile ${tilePath(name)} is missing or cut.`)
      return null
    }
    // A partial tile is on the right edge, which was held against the root.
    if (name.width < TILE_WIDTH) return tile
    const above = await tileAt(level + 1, Math.floor(index / TILE_WIDTH))
    if (above === null) return null
    const offset = (index % TILE_WIDTH) * HASH_SIZE
    if (equalHashes(rootOfHashes(tile), above.subarray(offset, offset + HASH_SIZE))) return tile
    const [first, last] = [index * TILE_WIDTH ** (level + 1), (index + 1) * TILE_WIDTH ** (level + 1) - 1]
    findings.add(
      'tile-changed',
      `The tile ${tilePath(name)}, of the entries ${first} to ${last}, is not the one that was signed.`,
    )
    return null
  }
  /** The last tile of each level: entries are asked for in their order. */
  const last = new Map<number, { readonly index: number; readonly tile: Uint8Array | null }>()
  const tileAt = async (level: number, index: number): Promise<Uint8Array | null> => {
    const known = last.get(level)
    if (known?.index === index) return known.tile
    const tile = await read(level, index)
    last.set(level, { index, tile })
    return tile
  }
  return {
    async leaf(index) {
      const tile = await tileAt(0, Math.floor(index / TILE_WIDTH))
      const offset = (index % TILE_WIDTH) * HASH_SIZE
      return tile?.subarray(offset, offset + HASH_SIZE) ?? null
    },
  }
}
