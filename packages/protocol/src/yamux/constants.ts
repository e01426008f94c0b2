/** The numbers of `spec/yamux.md`, in the order of that page. */

export const HEADER_LENGTH = 12

export const VERSION = 0

export const FrameType = {
  data: 0,
  windowUpdate: 1,
  ping: 2,
  goAway: 3,
} as const
export type FrameType = (typeof FrameType)[keyof typeof FrameType]

export const Flag = {
  syn: 1,
  ack: 2,
  fin: 4,
  rst: 8,
} as const
export const ALL_FLAGS = 15

export const GoAwayReason = {
  normal: 0,
  protocolError: 1,
  internalError: 2,
} as const
export type GoAwayReason = (typeof GoAwayReason)[keyof typeof GoAwayReason]

/** Stream id of Ping and GoAway. */
export const SESSION_STREAM_ID = 0
export const FIRST_CLIENT_STREAM_ID = 1
export const FIRST_SERVER_STREAM_ID = 2
export const LAST_STREAM_ID = 0xffff_ffff

/** Bytes each side may send on a fresh stream. */
export const INITIAL_WINDOW = 262_144
/** The largest window a sender may ever hold. */
export const WINDOW_CEILING = 0xffff_ffff
/** The largest window we grant, and so the largest Data frame that can be legitimate. */
export const MAX_WINDOW = 16_777_216

/** Payload bytes of the Data frames we send. */
export const MAX_SENT_PAYLOAD = 65_536
