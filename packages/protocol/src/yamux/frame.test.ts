import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Flag, FrameType, GoAwayReason, HEADER_LENGTH, INITIAL_WINDOW, MAX_WINDOW } from './constants.ts'
import { YamuxError } from './errors.ts'
import { type FrameHeader, readHeader, writeHeader } from './frame.ts'

/** null: refused with a {@link YamuxError}. */
function accepted(bytes: Buffer): FrameHeader | null {
  try {
    return readHeader(bytes, 0)
  } catch (thrown) {
    if (thrown instanceof YamuxError) return null
    throw thrown
  }
}

describe('yamux frame header', () => {
  test('is laid out as the specification draws it', () => {
    const bytes = Buffer.alloc(HEADER_LENGTH + 2, 0xee)
    writeHeader(bytes, 1, { type: FrameType.windowUpdate, flags: Flag.syn | Flag.rst, streamId: 0x01020304, length: 0xf0f1f2f3 })
    expect(bytes.toString('hex')).toBe('ee' + '00' + '01' + '0009' + '01020304' + 'f0f1f2f3' + 'ee')
  })

  test('whatever is accepted is written back as the same bytes', () => {
    const field = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 0xffff_ffff }))
    const shape = fc.tuple(
      fc.integer({ min: 0, max: 1 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 20 }),
      field,
      field,
    )
    fc.assert(
      fc.property(shape, ([version, type, flags, streamId, length]) => {
        const bytes = Buffer.alloc(HEADER_LENGTH)
        bytes[0] = version
        bytes[1] = type
        bytes.writeUInt16BE(flags, 2)
        bytes.writeUInt32BE(streamId, 4)
        bytes.writeUInt32BE(length, 8)
        const header = accepted(bytes)
        if (header === null) return
        const written = Buffer.alloc(HEADER_LENGTH)
        writeHeader(written, 0, header)
        expect(written).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('yamux constants', () => {
  const spec = readFileSync(new URL('../../spec/yamux.md', import.meta.url), 'utf8')
  /** The number in the second column of the specification's table row that begins with this word. */
  const row = (word: string): number => Number(new RegExp(`^\\| ${word}[^|]*\\| +(\\d+) \\|`, 'm').exec(spec)?.[1])

  test('are those of the specification', () => {
    expect(FrameType).toEqual({ data: row('Data'), windowUpdate: row('WindowUpdate'), ping: row('Ping'), goAway: row('GoAway') })
    expect(Flag).toEqual({ syn: row('SYN'), ack: row('ACK'), fin: row('FIN'), rst: row('RST') })
    expect(GoAwayReason).toEqual({
      normal: row('normal'),
      protocolError: row('protocol error'),
      internalError: row('internal error'),
    })
    expect(spec).toContain(`window of ${INITIAL_WINDOW.toLocaleString('en')} bytes`)
    expect(spec).toContain(`larger than ${MAX_WINDOW / 1_048_576} MiB`)
  })
})
