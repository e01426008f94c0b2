const SMALLEST_BLOCK = 1024
const LARGEST_BLOCK = 16_384

/**
 * Payload that waits for its consumer. A piece is a view of a larger chunk and keeps all of it in memory; a small one is
 * therefore copied together with its neighbours, so that memory stays within a small multiple of the bytes that wait.
 */
export class ReceiveQueue {
  #pieces: Buffer[] = []
  /** The last element of `#pieces`, if it is a block of ours with room behind `#blockEnd`. */
  #block: Buffer | null = null
  #blockEnd = 0
  #length = 0

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  push(piece: Buffer): void {
    this.#length += piece.length
    if (piece.length * 2 >= piece.buffer.byteLength && piece.length >= SMALLEST_BLOCK) {
      this.#pieces.push(piece)
      this.#block = null
      return
    }
    let rest = piece
    while (rest.length > 0) rest = this.#append(rest)
  }

  shift(): Buffer | null {
    const piece = this.#pieces.shift()
    if (piece === undefined) return null
    if (this.#pieces.length === 0) this.#block = null
    this.#length -= piece.length
    return piece
  }

  clear(): void {
    this.#pieces = []
    this.#block = null
    this.#length = 0
  }

  /** Copies what fits into the last block and returns the rest. */
  #append(piece: Buffer): Buffer {
    const block = this.#block !== null && this.#blockEnd < this.#block.length ? this.#block : this.#addBlock(piece.length)
    const taken = Math.min(block.length - this.#blockEnd, piece.length)
    piece.copy(block, this.#blockEnd, 0, taken)
    this.#blockEnd += taken
    this.#pieces[this.#pieces.length - 1] = block.subarray(0, this.#blockEnd)
    return piece.subarray(taken)
  }

  #addBlock(wanted: number): Buffer {
    const previous = this.#block?.length ?? SMALLEST_BLOCK / 2
    const length = Math.min(Math.max(previous * 2, Math.min(wanted, LARGEST_BLOCK)), LARGEST_BLOCK)
    this.#block = Buffer.allocUnsafeSlow(length)
    this.#blockEnd = 0
    this.#pieces.push(this.#block.subarray(0, 0))
    return this.#block
  }
}
