/** Output buffers of two sizes, kept for reuse by all sessions of the process, so that an idle session holds none. */

const SMALL_LENGTH = 16_384
const LARGE_LENGTH = 262_144
const KEPT_SMALL = 64
const KEPT_LARGE = 16

const small: Buffer[] = []
const large: Buffer[] = []

/** A buffer with room for `payload` bytes behind `reserved` ones, or the largest there is. Its contents are old. */
export function borrowSlab(payload: number): Buffer {
  if (payload <= SMALL_LENGTH / 2) return small.pop() ?? Buffer.allocUnsafeSlow(SMALL_LENGTH)
  return large.pop() ?? Buffer.allocUnsafeSlow(LARGE_LENGTH)
}

export function returnSlab(slab: Buffer): void {
  if (slab.length === SMALL_LENGTH) {
    if (small.length < KEPT_SMALL) small.push(slab)
  } else if (large.length < KEPT_LARGE) {
    large.push(slab)
  }
}
