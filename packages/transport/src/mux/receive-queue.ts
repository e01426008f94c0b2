const SMALLEST_BLOCK = 1024
const LARGEST_BLOCK = 16_384

/**
 * Payload that waits for its consumer. A piece is a view of a larger chunk and keeps all of it in memory; a small one is
 * therefore copied next to its neighbours, so that memory stays within a small multiple of the bytes that wait.
 */
export class ReceiveQueue {
  #pieces: Buffer[] = []
  /** Where small pieces are copied to: `[#openFrom, #blockEnd)` is the last element of `#pieces`, if that is open. */
  #block: Buffer | null = null
  #blockEnd = 0
  #openFrom: number | null = null
  #length = 0

  /** Bytes that wait. */
  get length(): number {
    return this.#length
  }

  push(piece: Buffer): void {
    this.#length += piece.length
    if (piece.length >= SMALLEST_BLOCK && piece.length * 2 >= piece.buffer.byteLength) {
      this.#pieces.push(piece)
      this.#openFrom = null
      return
    }
    let rest = piece
    while (rest.length > 0) rest = this.#append(rest)
  }

  shift(): Buffer | null {
    const piece = this.#pieces.shift()
    if (piece === undefined) return null
    if (this.#pieces.length === 0) this.#openFrom = null
    this.#length -= piece.length
    return piece
  }

  /** Drops what waits, and the block that small pieces are copied to. */
  clear(): void {
    if (this.#pieces.length > 0) this.#pieces = []
    this.#block = null
    this.#openFrom = null
    this.#length = 0
  }

  /** Copies what fits into the block and returns the rest. */
  #append(piece: Buffer): Buffer {
    const block = this.#block !== null && this.#blockEnd < this.#block.length ? this.#block : this.#replaceBlock(piece.length)
    const taken = Math.min(block.length - this.#blockEnd, piece.length)
    piece.copy(block, this.#blockEnd, 0, taken)
    if (this.#openFrom === null) {
      this.#openFrom = this.#blockEnd
      this.#pieces.push(block)
    }
    this.#blockEnd += taken
    this.#pieces[this.#pieces.length - 1] = block.subarray(this.#openFrom, this.#blockEnd)
    return piece.subarray(taken)
  }

  #replaceBlock(wanted: number): Buffer {
    const doubled = this.#block === null ? SMALLEST_BLOCK : this.#block.length * 2
    this.#block = Buffer.allocUnsafeSlow(Math.min(Math.max(doubled, wanted), LARGEST_BLOCK))
    this.#blockEnd = 0
    this.#openFrom = null
    return this.#block
  }
}
