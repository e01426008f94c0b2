/** Vectors: certificate-transparency-go, merkle/testonly (the same in every implementation of RFC 6962); transparency-dev/merkle, testdata. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyRoot, leafHash, nodeHash } from './hash.ts'
import { consistencyRanges, inclusionRanges, type LeafRange, splitOf, verifyConsistency, verifyInclusion } from './proofs.ts'
import { tilesOf, tilePath } from './tile.ts'
import { TileTree } from './tile-tree.ts'
import { rootOfLeaves, TreeEdge } from './tree-edge.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const leaves = entries.map((entry) => leafHash(Buffer.from(entry, 'hex')))

/** RFC 6962 §2.1, word by word. */
const treeHash = (of: readonly Uint8Array[]): Uint8Array => {
  if (of.length === 0) return emptyRoot
  if (of.length === 1) return of[0]!
  const split = splitOf(of.length)
  return nodeHash(treeHash(of.slice(0, split)), treeHash(of.slice(split)))
}
const hashOf = (all: readonly Uint8Array[]) => (range: LeafRange) => treeHash(all.slice(range.start, range.end))
const manyLeaves = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`entry ${index}`)))

describe('roots', () => {
  it('are those of the vectors', () => {
    const roots = [
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]
    for (const [size, root] of roots.entries()) expect(hex(rootOfLeaves(leaves.slice(0, size))), `size ${size}`).toBe(root)
  })

  it('are those of the definition, from an edge that was written down on the way', () => {
    const all = manyLeaves(70)
    let edge = TreeEdge.empty()
    for (const [index, leaf] of all.entries()) {
      edge.append(leaf)
      expect(hex(edge.root())).toBe(hex(treeHash(all.slice(0, index + 1))))
      edge = TreeEdge.decode(index + 1, edge.encode())
    }
    expect(() => TreeEdge.decode(70, edge.encode().subarray(32))).toThrow('another edge')
  })
})

describe('proofs', () => {
  it('are those of the vectors', () => {
    const root = rootOfLeaves(leaves)
    const siblings = [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]
    const proof = siblings.map((text) => Buffer.from(text, 'hex'))
    expect(inclusionRanges(0, 8).map(hashOf(leaves)).map(hex)).toEqual(siblings)
    expect(verifyInclusion({ index: 0, size: 8, leaf: leaves[0]!, root, proof })).toBe(true)
    expect(consistencyRanges(1, 8).map(hashOf(leaves)).map(hex)).toEqual(siblings)
    expect(verifyConsistency({ from: { size: 1, root: leaves[0]! }, to: { size: 8, root }, proof })).toBe(true)
  })

  it('hold for every leaf and size, and for nothing else', () => {
    const all = manyLeaves(40)
    for (let size = 1; size <= all.length; size++) {
      const root = treeHash(all.slice(0, size))
      for (let index = 0; index < size; index++) {
        const proof = inclusionRanges(index, size).map(hashOf(all))
        const claim = { index, size, leaf: all[index]!, root, proof }
        expect(verifyInclusion(claim)).toBe(true)
        expect(verifyInclusion({ ...claim, leaf: all[(index + 1) % 40]! })).toBe(false)
        expect(verifyInclusion({ ...claim, index: index + 1 })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(size === 1)
      }
    }
  })

  it('connect every size with every larger one, and no fork', () => {
    const all = manyLeaves(40)
    for (let to = 0; to <= all.length; to++) {
      const newer = { size: to, root: treeHash(all.slice(0, to)) }
      for (let from = 0; from <= to; from++) {
        const older = { size: from, root: treeHash(all.slice(0, from)) }
        const proof = consistencyRanges(from, to).map(hashOf(all))
        expect(verifyConsistency({ from: older, to: newer, proof }), `${from} to ${to}`).toBe(true)
        if (from === 0) continue
        const fork = { size: from, root: treeHash([...all.slice(0, from - 1), leaves[0]!]) }
        expect(verifyConsistency({ from: fork, to: newer, proof })).toBe(false)
        expect(verifyConsistency({ from: older, to: { ...newer, root: leaves[1]! }, proof })).toBe(false)
        expect(verifyConsistency({ from: older, to: newer, proof: [...proof, leaves[2]!] })).toBe(false)
      }
    }
  })

  it('never throw, whatever they are given', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 })
    const sizes = fc.tuple(fc.nat(), fc.nat())
    const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 70 })
    fc.assert(
      fc.property(sizes, bytes, hashes, ([a, b], root, proof) => {
        expect(verifyInclusion({ index: a, size: b, leaf: leaves[0]!, root, proof })).toBe(false)
        fc.pre(a > 0 && a !== b)
        expect(verifyConsistency({ from: { size: a, root }, to: { size: b, root: leaves[1]! }, proof })).toBe(false)
      }),
    )
  })
})

describe('a tree of tiles', () => {
  const all = manyLeaves(66_000)
  /** By path, for a tree of this size; the level above is made of the one below. */
  const tilesFor = (size: number): Map<string, Uint8Array> => {
    const tiles = new Map<string, Uint8Array>()
    for (const name of tilesOf(size)) {
      const span = 256 ** name.level
      const hashes = Array.from({ length: name.width }, (_, place) => {
        const start = (name.index * 256 + place) * span
        return rootOfLeaves(all.slice(start, start + span))
      })
      tiles.set(tilePath(name), Buffer.concat(hashes))
    }
    return tiles
  }

  it.each([1, 2, 255, 256, 257, 511, 65_536, 66_000])('of %i leaves gives their root and proofs', async (size) => {
    const tiles = tilesFor(size)
    const tree = new TileTree(size, (name) => tiles.get(tilePath(name))!)
    const root = rootOfLeaves(all.slice(0, size))
    expect(hex(await tree.root())).toBe(hex(root))
    for (const index of new Set([0, size >> 1, size - 1])) {
      const claim = { index, size, leaf: all[index]!, root, proof: await tree.inclusion(index) }
      expect(verifyInclusion(claim)).toBe(true)
      const from = { size: index, root: await tree.root(index) }
      expect(hex(from.root)).toBe(hex(rootOfLeaves(all.slice(0, index))))
      expect(verifyConsistency({ from, to: { size, root }, proof: await tree.consistency(index) })).toBe(true)
    }
  })

  it('says which tile is not whole', async () => {
    const tree = new TileTree(300, () => new Uint8Array(31))
    await expect(tree.root()).rejects.toMatchObject({ code: 'missing' })
  })
})
