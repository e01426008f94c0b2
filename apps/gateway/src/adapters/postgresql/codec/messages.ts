/**
 * The message types of the frontend/backend protocol, by their first byte (PostgreSQL manual, "Message Formats"), and the
 * request codes of the untyped packets that open a connection.
 *
 *   message         Byte1 type · Int32 length (itself included, the type not) · body
 *   startup packet  Int32 length (itself included) · Int32 code · body
 */

const code = (letter: string): number => letter.charCodeAt(0)

/** From the tool. */
export const frontend = {
  bind: code('B'),
  close: code('C'),
  copyData: code('d'),
  copyDone: code('c'),
  copyFail: code('f'),
  describe: code('D'),
  execute: code('E'),
  flush: code('H'),
  functionCall: code('F'),
  parse: code('P'),
  /** PasswordMessage, SASLInitialResponse and SASLResponse share one type; only ever sent by us, towards the resource. */
  password: code('p'),
  query: code('Q'),
  sync: code('S'),
  terminate: code('X'),
} as const

/** From the resource. */
export const backend = {
  authentication: code('R'),
  backendKeyData: code('K'),
  bindComplete: code('2'),
  closeComplete: code('3'),
  commandComplete: code('C'),
  copyBothResponse: code('W'),
  copyData: code('d'),
  copyDone: code('c'),
  copyInResponse: code('G'),
  copyOutResponse: code('H'),
  dataRow: code('D'),
  emptyQueryResponse: code('I'),
  errorResponse: code('E'),
  functionCallResponse: code('V'),
  negotiateProtocolVersion: code('v'),
  noData: code('n'),
  noticeResponse: code('N'),
  notificationResponse: code('A'),
  parameterDescription: code('t'),
  parameterStatus: code('S'),
  parseComplete: code('1'),
  portalSuspended: code('s'),
  readyForQuery: code('Z'),
  rowDescription: code('T'),
} as const

/** Codes in the place of a protocol version (manual, "SSLRequest", "GSSENCRequest", "CancelRequest"). */
export const requestCode = { cancel: 80_877_102, ssl: 80_877_103, gssEncryption: 80_877_104 } as const

/** Protocol versions: major in the upper 16 bits, minor in the lower. */
export const VERSION_3_0 = 0x0003_0000
export const VERSION_3_2 = 0x0003_0002

/** Bytes before the body of a message: its type and length. */
export const HEADER_LENGTH = 5

/** How a backend says where a transaction stands in ReadyForQuery. */
export const transactionStatus = { idle: code('I'), inTransaction: code('T'), failed: code('E') } as const
