/**
 * The right edge of a tree: the roots of the perfect subtrees that its leaves fall into, largest first, one for each bit of
 * its size. It is all that is needed to append, and to know the root.
 */
import { malformed } from './errors.ts'
import { emptyRoot, HASH_SIZE, nodeHash } from './hash.ts'

/** Sizes are safe integers; a log of one entry a nanosecond would take months to get there. */
const bitsOf = (size: number): number => {
  let [bits, rest] = [0, size]
  while (rest > 0) {
    bits += rest % 2
    rest = Math.floor(rest / 2)
  }
  return bits
}

export class TreeEdge {
  #size: number
  readonly #hashes: Uint8Array[]

  private constructor(size: number, hashes: Uint8Array[]) {
    this.#size = size
    this.#hashes = hashes
  }

  static empty(): TreeEdge {
    return new TreeEdge(0, [])
  }

  /** Of what {@link encode} gave. Throws `malformed` when the bytes are not as many as the size needs. */
  static decode(size: number, bytes: Uint8Array): TreeEdge {
    if (!Number.isSafeInteger(size) || size < 0) throw malformed('The size of a tree is a whole number.')
    if (bytes.length !== bitsOf(size) * HASH_SIZE) throw malformed(`A tree of ${size} leaves has another edge.`)
    const hashes: Uint8Array[] = []
    for (let offset = 0; offset < bytes.length; offset += HASH_SIZE) hashes.push(bytes.slice(offset, offset + HASH_SIZE))
    return new TreeEdge(size, hashes)
  }

  get size(): number {
    return this.#size
  }

  append(leaf: Uint8Array): void {
    let hash = leaf
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2)) hash = nodeHash(this.#hashes.pop()!, hash)
    this.#hashes.push(hash)
    this.#size += 1
  }

  root(): Uint8Array {
    const last = this.#hashes.at(-1)
    if (last === undefined) return emptyRoot
    let root = last
    for (let place = this.#hashes.length - 2; place >= 0; place--) root = nodeHash(this.#hashes[place]!, root)
    return root
  }

  encode(): Uint8Array {
    return Buffer.concat(this.#hashes)
  }
}

/** The root over these leaves. */
export const rootOfLeaves = (leaves: Iterable<Uint8Array>): Uint8Array => {
  const edge = TreeEdge.empty()
  for (const leaf of leaves) edge.append(leaf)
  return edge.root()
}
