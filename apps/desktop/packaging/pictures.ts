/** Containers of pictures: several sizes of one picture in one file, each a PNG. */

export interface Picture {
  /** Width and height in pixels. */
  readonly size: number
  readonly png: Uint8Array
}

const ICO_HEADER = 6
const ICO_ENTRY = 16

/**
 * Windows' icon file:
 *
 *     reserved u16 0 | type u16 1 | count u16, then for each: width u8, height u8 (0 is 256), colours u8 0, reserved u8 0,
 *     planes u16 1, bits u16 32, length u32, offset u32; then the PNGs. All little-endian.
 */
export const icoOf = (pictures: readonly Picture[]): Buffer => {
  const head = Buffer.alloc(ICO_HEADER + ICO_ENTRY * pictures.length)
  head.writeUInt16LE(1, 2)
  head.writeUInt16LE(pictures.length, 4)
  let offset = head.length
  for (const [index, { size, png }] of pictures.entries()) {
    const at = ICO_HEADER + ICO_ENTRY * index
    head.writeUInt8(size % 256, at)
    head.writeUInt8(size % 256, at + 1)
    head.writeUInt16LE(1, at + 4)
    head.writeUInt16LE(32, at + 6)
    head.writeUInt32LE(png.length, at + 8)
    head.writeUInt32LE(offset, at + 12)
    offset += png.length
  }
  return Buffer.concat([head, ...pictures.map(({ png }) => png)])
}

/** Kinds of PNG in macOS' icon file, by size in pixels. */
const ICNS_KINDS: Readonly<Record<number, string>> = {
  16: 'icp4',
  32: 'icp5',
  64: 'icp6',
  128: 'ic07',
  256: 'ic08',
  512: 'ic09',
  1024: 'ic10',
}

/** macOS' icon file: `icns`, its length, then for each picture its kind, its length with these 8 bytes, the PNG. Big-endian. */
export const icnsOf = (pictures: readonly Picture[]): Buffer => {
  const chunk = (kind: string, content: Uint8Array): Buffer => {
    const head = Buffer.alloc(8)
    head.write(kind, 'latin1')
    head.writeUInt32BE(content.length + head.length, 4)
    return Buffer.concat([head, content])
  }
  const chunks = pictures.map(({ size, png }) => {
    const kind = ICNS_KINDS[size]
    if (kind === undefined) throw new Error(`macOS has no icon of ${size} pixels`)
    return chunk(kind, png)
  })
  return chunk('icns', Buffer.concat(chunks))
}
