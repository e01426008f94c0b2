/** Many byte sequences looked for in one pass (Wu and Manber, "A fast algorithm for multi-pattern searching", 1994). */

/** A window is judged by its last two bytes, as one number. */
const PAIRS = 65_536

const pairAt = (bytes: Uint8Array, last: number): number => (bytes[last - 1]! << 8) | bytes[last]!

/**
 * Returns a function that calls `found` with each place, in ascending order, at which one of the needles begins. Needles have
 * two bytes at least; the longer the shortest of them is, the faster it goes.
 */
export const searchFor = <Needle extends { readonly bytes: Buffer }>(
  needles: readonly Needle[],
): ((haystack: Buffer, found: (needle: Needle, offset: number) => void) => void) => {
  const window = Math.min(...needles.map(({ bytes }) => bytes.length))
  /** How far the window may move without passing over the beginning of a needle; 0: one may begin where it does. */
  const shifts = new Uint16Array(PAIRS).fill(window - 1)
  const ending = new Map<number, Needle[]>()
  for (const needle of needles) {
    for (let last = 1; last < window; last += 1) {
      const pair = pairAt(needle.bytes, last)
      shifts[pair] = Math.min(shifts[pair]!, window - 1 - last)
    }
    const pair = pairAt(needle.bytes, window - 1)
    ending.set(pair, [...(ending.get(pair) ?? []), needle])
  }
  return (haystack, found) => {
    for (let last = window - 1; last < haystack.length;) {
      const pair = pairAt(haystack, last)
      const shift = shifts[pair]!
      if (shift > 0) {
        last += shift
        continue
      }
      const start = last - window + 1
      for (const needle of ending.get(pair) ?? []) {
        const end = start + needle.bytes.length
        if (end <= haystack.length && haystack.compare(needle.bytes, 0, needle.bytes.length, start, end) === 0)
          found(needle, start)
      }
      last += 1
    }
  }
}
