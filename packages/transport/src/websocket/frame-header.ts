/** RFC 6455 §5.2: the header of a WebSocket frame. */

export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const

export const FIN_BIT = 0x80
export const MASK_BIT = 0x80
/** 2 bytes, 8 of extended length, 4 of masking key. */
export const MAX_HEADER_LENGTH = 14
/** §5.5. */
export const MAX_CONTROL_PAYLOAD = 125

/** Bytes of the header for a payload of this length. */
export function headerLength(payloadLength: number, masked: boolean): number {
  const extended = payloadLength < 126 ? 0 : payloadLength < 65_536 ? 2 : 8
  return 2 + extended + (masked ? 4 : 0)
}

/**
 * Writes the header of an unfragmented frame so that it ends at `end`. A masked frame gets the key 0, which leaves the
 * payload as it is: masking protects plain-text intermediaries (§10.3), of which there are none inside TLS.
 *
 * @returns where the header starts
 */
export function writeFrameHeader(
  target: Buffer,
  end: number,
  frame: { opcode: number; length: number; masked: boolean },
): number {
  const { opcode, length, masked } = frame
  const start = end - headerLength(length, masked)
  const maskBit = masked ? MASK_BIT : 0
  target[start] = FIN_BIT | opcode
  if (length < 126) {
    target[start + 1] = maskBit | length
  } else if (length < 65_536) {
    target[start + 1] = maskBit | 126
    target.writeUInt16BE(length, start + 2)
  } else {
    target[start + 1] = maskBit | 127
    target.writeUInt32BE(0, start + 2)
    target.writeUInt32BE(length, start + 6)
  }
  if (masked) target.writeUInt32BE(0, end - 4)
  return start
}
