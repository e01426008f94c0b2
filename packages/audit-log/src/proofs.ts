/** Proofs: which hashes they consist of (RFC 6962 §2.1.1, §2.1.2), and whether they hold (RFC 9162 §2.1.3.2, §2.1.4.2). */
import { equalHashes, nodeHash } from './hash.ts'

/** Leaves `start` up to, not including, `end`; its hash is the Merkle tree hash over them. */
export interface LeafRange {
  readonly start: number
  readonly end: number
}

/** The longest proof that there can be: a tree of 2^63 leaves. */
export const MAX_PROOF = 63

/** The largest power of two below `count`, which is 2 or more. */
export const splitOf = (count: number): number => {
  let split = 1
  while (split * 2 < count) split *= 2
  return split
}

const isSize = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

/** From the leaf's sibling up to the root's child. `index` < `size`. */
export const inclusionRanges = (index: number, size: number): LeafRange[] => {
  const ranges: LeafRange[] = []
  let [start, end] = [0, size]
  while (end - start > 1) {
    const middle = start + splitOf(end - start)
    if (index < middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
    }
  }
  return ranges.toReversed()
}

/** Empty for `from` = 0 and for `from` = `to`; 0 ≤ `from` ≤ `to`. */
export const consistencyRanges = (from: number, to: number): LeafRange[] => {
  if (from === 0 || from === to) return []
  const ranges: LeafRange[] = []
  let [start, end, whole] = [0, to, true]
  while (from !== end) {
    const middle = start + splitOf(end - start)
    if (from <= middle) {
      ranges.push({ start: middle, end })
      end = middle
    } else {
      ranges.push({ start, end: middle })
      start = middle
      whole = false
    }
  }
  // The subtree at which both trees agree: known to the verifier when it is the whole old tree.
  if (!whole) ranges.push({ start, end })
  return ranges.toReversed()
}

export interface Inclusion {
  readonly index: number
  readonly size: number
  readonly leaf: Uint8Array
  readonly root: Uint8Array
  readonly proof: readonly Uint8Array[]
}

/** RFC 9162 §2.1.3.2. False also for sizes and indices that cannot be. */
export const verifyInclusion = ({ index, size, leaf, root, proof }: Inclusion): boolean => {
  if (!isSize(index) || !isSize(size) || index >= size) return false
  let [hash, node, last] = [leaf, index, size - 1]
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalHashes(hash, root)
}

export interface Consistency {
  readonly from: { readonly size: number; readonly root: Uint8Array }
  readonly to: { readonly size: number; readonly root: Uint8Array }
  readonly proof: readonly Uint8Array[]
}

const isPowerOfTwo = (value: number): boolean => value === 1 || splitOf(value) * 2 === value

/**
 * RFC 9162 §2.1.4.2. The empty tree is consistent with every tree, equal sizes need equal roots; for both the proof is empty.
 */
export const verifyConsistency = ({ from, to, proof }: Consistency): boolean => {
  if (!isSize(from.size) || !isSize(to.size) || from.size > to.size) return false
  if (from.size === to.size) return proof.length === 0 && equalHashes(from.root, to.root)
  if (from.size === 0) return proof.length === 0
  const [first, ...rest] = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof
  if (first === undefined) return false
  let [node, last] = [from.size - 1, to.size - 1]
  while (node % 2 === 1) {
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  let [older, newer] = [first, first]
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      older = nodeHash(sibling, older)
      newer = nodeHash(sibling, newer)
      while (node % 2 === 0 && node !== 0) {
        node = Math.floor(node / 2)
        last = Math.floor(last / 2)
      }
    } else {
      newer = nodeHash(newer, sibling)
    }
    node = Math.floor(node / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && equalHashes(older, from.root) && equalHashes(newer, to.root)
}
