/**
 * Entry bundles: C2SP tlog-tiles, "Log entries". Each entry is its length and its bytes:
 *
 *     0            2                2+n
 *     | n (uint16) | entry (n)      |  …
 */
import { malformed } from './errors.ts'
import { TILE_WIDTH } from './tile.ts'

/** What the length field can say. */
export const MAX_ENTRY = 0xffff
const LENGTH = 2
/** Bytes of the largest bundle. */
export const MAX_BUNDLE = TILE_WIDTH * (LENGTH + MAX_ENTRY)

/** Throws `malformed` for more entries than a bundle has, and for an entry that is too long. */
export const encodeEntryBundle = (entries: readonly Uint8Array[]): Uint8Array => {
  if (entries.length > TILE_WIDTH) throw malformed(`A bundle has at most ${TILE_WIDTH} entries.`)
  const parts = entries.flatMap((entry) => {
    if (entry.length > MAX_ENTRY) throw malformed(`An entry has at most ${MAX_ENTRY} bytes.`)
    const length = Buffer.alloc(LENGTH)
    length.writeUInt16BE(entry.length)
    return [length, entry]
  })
  return Buffer.concat(parts)
}

/** Throws `malformed` for a cut or overlong bundle. The entries are views of the bundle. */
export const decodeEntryBundle = (bundle: Uint8Array): Uint8Array[] => {
  const entries: Uint8Array[] = []
  let offset = 0
  while (offset < bundle.length) {
    if (offset + LENGTH > bundle.length) throw malformed(`The bundle is cut in the length of its entry ${entries.length}.`)
    const end = offset + LENGTH + ((bundle[offset]! << 8) | bundle[offset + 1]!)
    if (end > bundle.length) throw malformed(`The bundle is cut in its entry ${entries.length}.`)
    if (entries.length === TILE_WIDTH) throw malformed(`A bundle has at most ${TILE_WIDTH} entries.`)
    entries.push(bundle.subarray(offset + LENGTH, end))
    offset = end
  }
  return entries
}
