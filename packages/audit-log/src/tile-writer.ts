/** Makes the tiles of a tree from its leaves, in their order. */
import { rootOfHashes } from './tile-tree.ts'
import { TILE_WIDTH, type TileName } from './tile.ts'

export interface Tile extends TileName {
  readonly level: number
  readonly hashes: Uint8Array
}

export class TileWriter {
  /** For each level its hashes that are in no full tile yet, and how many full tiles it has. */
  readonly #levels: { readonly hashes: Uint8Array[]; full: number }[] = []

  /** The tiles that this leaf completes: none, mostly. */
  append(leaf: Uint8Array): Tile[] {
    const tiles: Tile[] = []
    let hash: Uint8Array | null = leaf
    for (let level = 0; hash !== null; level++) {
      const place = (this.#levels[level] ??= { hashes: [], full: 0 })
      place.hashes.push(hash)
      hash = null
      if (place.hashes.length === TILE_WIDTH) {
        const hashes = Buffer.concat(place.hashes.splice(0))
        tiles.push({ level, index: place.full, width: TILE_WIDTH, hashes })
        place.full += 1
        hash = rootOfHashes(hashes)
      }
    }
    return tiles
  }

  /** The partial tiles at the right edge. */
  finish(): Tile[] {
    return this.#levels.flatMap(({ hashes, full }, level) =>
      hashes.length === 0 ? [] : [{ level, index: full, width: hashes.length, hashes: Buffer.concat(hashes) }],
    )
  }
}
