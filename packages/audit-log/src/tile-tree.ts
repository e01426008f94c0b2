/** A tree as its tiles give it: any root, any proof, from the few tiles that it needs. */
import { AuditLogError } from './errors.ts'
import { HASH_SIZE, emptyRoot, nodeHash } from './hash.ts'
import { consistencyRanges, inclusionRanges, type LeafRange, splitOf } from './proofs.ts'
import { tilePath, TILE_WIDTH, type TileName, tileWidth } from './tile.ts'

/** The hashes of a tile, as many as its width says, one after the other. */
export type ReadTile = (name: TileName & { readonly level: number }) => Promise<Uint8Array> | Uint8Array

/** The root over the hashes of a tile, or of a part of it; a full tile's is the hash that stands for it one level up. */
export const rootOfHashes = (hashes: Uint8Array): Uint8Array => {
  const count = hashes.length / HASH_SIZE
  if (count === 1) return hashes
  const middle = splitOf(count) * HASH_SIZE
  return nodeHash(rootOfHashes(hashes.subarray(0, middle)), rootOfHashes(hashes.subarray(middle)))
}

export class TileTree {
  readonly #size: number
  readonly #read: ReadTile
  readonly #tiles = new Map<string, Promise<Uint8Array>>()

  /** `read` is asked for each tile once, with the width that it has in a tree of `size` leaves. */
  constructor(size: number, read: ReadTile) {
    this.#size = size
    this.#read = read
  }

  /** Throws `missing` for a tile that has another length than it must have, besides what the reader throws. */
  #tile(level: number, index: number): Promise<Uint8Array> {
    const name = { level, index, width: tileWidth({ level, index }, this.#size) }
    const path = tilePath(name)
    const known = this.#tiles.get(path)
    if (known) return known
    const reading = (async () => {
      const hashes = await this.#read(name)
      if (hashes.length !== name.width * HASH_SIZE) throw new AuditLogError('missing', `The tile ${path} is not whole.`)
      return hashes
    })()
    this.#tiles.set(path, reading)
    return reading
  }

  /** Of a subtree of 2^height leaves whose first leaf is a multiple of that. */
  async #perfect(start: number, height: number): Promise<Uint8Array> {
    const level = Math.floor(height / 8)
    const count = 2 ** (height % 8)
    const first = start / TILE_WIDTH ** level
    const tile = await this.#tile(level, Math.floor(first / TILE_WIDTH))
    const offset = (first % TILE_WIDTH) * HASH_SIZE
    return rootOfHashes(tile.subarray(offset, offset + count * HASH_SIZE))
  }

  /** The Merkle tree hash over a range that proofs are made of: it begins at a multiple of the power of two it spans. */
  async hash({ start, end }: LeafRange): Promise<Uint8Array> {
    const count = end - start
    if (count === 0) return emptyRoot
    const split = count === 1 ? 1 : splitOf(count)
    if (count === 1 || split * 2 === count) return this.#perfect(start, Math.round(Math.log2(count)))
    return nodeHash(await this.hash({ start, end: start + split }), await this.hash({ start: start + split, end }))
  }

  /** The root over the first `size` leaves; over all if absent. */
  root(size: number = this.#size): Promise<Uint8Array> {
    return this.hash({ start: 0, end: size })
  }

  inclusion(index: number, size: number = this.#size): Promise<Uint8Array[]> {
    return Promise.all(inclusionRanges(index, size).map((range) => this.hash(range)))
  }

  consistency(from: number, to: number = this.#size): Promise<Uint8Array[]> {
    return Promise.all(consistencyRanges(from, to).map((range) => this.hash(range)))
  }
}
