import { HEADER_LENGTH } from './messages.ts'

/** Frames a body: type, length (itself included), body. */
export const encodeMessage = (type: number, body: Buffer): Buffer => {
  const message = Buffer.allocUnsafe(HEADER_LENGTH + body.length)
  message[0] = type
  message.writeInt32BE(4 + body.length, 1)
  body.copy(message, HEADER_LENGTH)
  return message
}

/** A String field: UTF-8 and a NUL. NULs inside the text would end it early, so they are left out. */
export const cstring = (text: string): Buffer => Buffer.from(`${text.replaceAll('\0', '')}\0`)

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value)
  return bytes
}
