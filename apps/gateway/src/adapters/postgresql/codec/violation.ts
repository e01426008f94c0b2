/** Bytes that break the protocol. `message` says which rule, without quoting the bytes. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation'
}
