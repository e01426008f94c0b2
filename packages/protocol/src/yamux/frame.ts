import { ALL_FLAGS, Flag, FrameType, GoAwayReason, MAX_WINDOW, SESSION_STREAM_ID, VERSION } from './constants.ts'
import { YamuxError } from './errors.ts'

/** A frame's 12 bytes; `length` means what the type says it means. */
export interface FrameHeader {
  readonly type: FrameType
  /** Sum of {@link Flag} bits. */
  readonly flags: number
  readonly streamId: number
  readonly length: number
}

/**
 * ```
 *  0        1        2        4            8          12
 *  version  type     flags    stream id    length
 * ```
 */
export function writeHeader(target: Uint8Array, offset: number, header: FrameHeader): void {
  const { type, flags, streamId, length } = header
  target[offset] = VERSION
  target[offset + 1] = type
  target[offset + 2] = flags >>> 8
  target[offset + 3] = flags & 0xff
  target[offset + 4] = streamId >>> 24
  target[offset + 5] = (streamId >>> 16) & 0xff
  target[offset + 6] = (streamId >>> 8) & 0xff
  target[offset + 7] = streamId & 0xff
  target[offset + 8] = length >>> 24
  target[offset + 9] = (length >>> 16) & 0xff
  target[offset + 10] = (length >>> 8) & 0xff
  target[offset + 11] = length & 0xff
}

/**
 * Reads and judges a header on its own, without knowing any stream.
 *
 * @throws YamuxError for everything that `spec/yamux.md` calls a protocol error of a single frame
 */
export function readHeader(source: Uint8Array, offset: number): FrameHeader {
  if (source[offset] !== VERSION) {
    throw new YamuxError('unknown_version', `frame of version ${source[offset]}`)
  }
  const header: FrameHeader = {
    type: source[offset + 1] as FrameType,
    flags: (source[offset + 2]! << 8) | source[offset + 3]!,
    streamId: readUint32(source, offset + 4),
    length: readUint32(source, offset + 8),
  }
  judge(header)
  return header
}

function judge(header: FrameHeader): void {
  const { type, flags, streamId, length } = header
  switch (type) {
    case FrameType.data:
    case FrameType.windowUpdate:
      if ((flags & ~ALL_FLAGS) !== 0 || (flags & (Flag.syn | Flag.ack)) === (Flag.syn | Flag.ack)) {
        throw new YamuxError('unknown_flags', `flags ${flags} on a stream's frame`)
      }
      if (streamId === SESSION_STREAM_ID) throw new YamuxError('wrong_stream_id', 'a stream frame for the session')
      if (type === FrameType.data && length > MAX_WINDOW) {
        throw new YamuxError('frame_too_large', `a Data frame of ${length} bytes`)
      }
      return
    case FrameType.ping:
      if (flags !== Flag.syn && flags !== Flag.ack) throw new YamuxError('unknown_flags', `flags ${flags} on a Ping`)
      break
    case FrameType.goAway:
      if (flags !== 0) throw new YamuxError('unknown_flags', `flags ${flags} on a GoAway`)
      if (length > GoAwayReason.internalError) throw new YamuxError('unknown_reason', `GoAway reason ${length}`)
      break
    default:
      throw new YamuxError('unknown_type', `frame of type ${type satisfies never}`)
  }
  if (streamId !== SESSION_STREAM_ID) throw new YamuxError('wrong_stream_id', 'a session frame for a stream')
}

function readUint32(source: Uint8Array, offset: number): number {
  return ((source[offset]! << 24) | (source[offset + 1]! << 16) | (source[offset + 2]! << 8) | source[offset + 3]!) >>> 0
}
