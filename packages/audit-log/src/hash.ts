/** Hashes of the tree: RFC 6962 §2.1. Synchronous, because a verifier computes millions of them. */
import { hash } from 'node:crypto'

/** Bytes of a SHA-256 hash. */
export const HASH_SIZE = 32

const LEAF = 0
const NODE = 1

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer')

/** SHA-256 of nothing: the root of the tree without leaves. */
export const emptyRoot: Uint8Array = sha256(new Uint8Array())

/** SHA-256(0x00 ‖ entry). */
export const leafHash = (entry: Uint8Array): Uint8Array => {
  const message = new Uint8Array(1 + entry.length)
  message[0] = LEAF
  message.set(entry, 1)
  return sha256(message)
}

const message = new Uint8Array(1 + 2 * HASH_SIZE)
message[0] = NODE

/** SHA-256(0x01 ‖ left ‖ right). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  message.set(left, 1)
  message.set(right, 1 + HASH_SIZE)
  return sha256(message)
}

/** Hashes are public: comparing them need not take constant time. */
export const equalHashes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0
