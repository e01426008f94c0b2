/**
 * What a load generator tells the byte server, as the first 8 bytes of a connection: one letter, seven digits.
 * `S` source: bytes for so many milliseconds, then the end. `D` drain: takes bytes until their end, then answers with their
 * number (8 bytes, big-endian) and ends. `E` echo: everything comes back.
 */
export type CommandKind = 'S' | 'D' | 'E'

export const COMMAND_LENGTH = 8

export interface Command {
  readonly kind: CommandKind
  readonly milliseconds: number
}

export const encodeCommand = (kind: CommandKind, milliseconds = 0): Buffer =>
  Buffer.from(`${kind}${String(Math.round(milliseconds)).padStart(COMMAND_LENGTH - 1, '0')}`, 'latin1')

/** Throws on anything else. */
export const decodeCommand = (bytes: Buffer): Command => {
  const match = /^([SDE])(\d{7})$/.exec(bytes.toString('latin1'))
  if (!match) throw new Error('not a command')
  return { kind: match[1] as CommandKind, milliseconds: Number(match[2]) }
}
