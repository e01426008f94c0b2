import { FrameDecoder, type FrameHeader, FrameType, HEADER_LENGTH, writeHeader } from '@sallyport/protocol/yamux'
import { describe, expect, test } from 'vitest'
import type { ByteChannel, WritePiece } from '../channel/byte-channel.ts'
import { Output, type OutputSource } from './output.ts'

const HEADROOM = 14

/** A channel that keeps its writes until they are taken by hand. */
function heldChannel() {
  const headers: FrameHeader[] = []
  const decoder = new FrameDecoder({
    onHeader: (header) => headers.push(header),
    onPayload: () => undefined,
    onFrameEnd: () => undefined,
  })
  let taken: (() => void) | null = null
  const channel: ByteChannel = {
    headroom: HEADROOM,
    start: () => undefined,
    write: (piece: WritePiece, done) => {
      expect(taken).toBeNull()
      expect(piece.start).toBeGreaterThanOrEqual(HEADROOM)
      decoder.push(Buffer.from(piece.buffer.subarray(piece.start, piece.end)))
      taken = done
    },
    end: () => undefined,
    destroy: () => undefined,
  }
  const takeAll = (): void => {
    while (taken !== null) {
      const done: () => void = taken
      taken = null
      done()
    }
  }
  return { channel, headers, takeAll }
}

/** Has so many data frames of one byte to send. */
function sourceOf(frames: number): OutputSource & { left: number } {
  return {
    left: frames,
    get ready() {
      return this.left > 0
    },
    get waiting() {
      return this.left
    },
    now: () => 0,
    fill(slab) {
      for (; this.left > 0 && slab.buffer.length - slab.end > HEADER_LENGTH; this.left -= 1) {
        writeHeader(slab.buffer, slab.end, { type: FrameType.data, flags: 0, streamId: 1, length: 1 })
        slab.end += HEADER_LENGTH + 1
      }
    },
  }
}

const ping = (length: number): FrameHeader => ({ type: FrameType.ping, flags: 1, streamId: 0, length })

describe('the way out of a session', () => {
  test.each([1, 339, 340, 341, 1_000, 25_000])('%i control frames leave in order and before any data', (count) => {
    const { channel, headers, takeAll } = heldChannel()
    const source = sourceOf(50)
    const output = new Output(channel, source, 30_000)
    for (let index = 0; index < count; index += 1) expect(output.control(ping(index))).toBe(true)
    output.flush()
    takeAll()
    expect(headers).toHaveLength(count + 50)
    expect(headers.slice(0, count).map((header) => header.length)).toEqual(Array.from({ length: count }, (_, index) => index))
    expect(headers.slice(count).every((header) => header.type === FrameType.data)).toBe(true)
    expect(output.bytesSent).toBe(count * HEADER_LENGTH + 50 * (HEADER_LENGTH + 1))
  })

  test('control frames overtake data that was copied but not yet written', () => {
    const { channel, headers, takeAll } = heldChannel()
    const source = sourceOf(1)
    const output = new Output(channel, source, 100)
    output.flush()
    source.left = 1
    output.flush()
    output.control(ping(7))
    takeAll()
    expect(headers.map((header) => header.type)).toEqual([FrameType.data, FrameType.ping, FrameType.data])
  })

  test('too many waiting control frames are refused', () => {
    const { channel } = heldChannel()
    const output = new Output(channel, sourceOf(0), 16)
    const accepted = Array.from({ length: 40 }, () => output.control(ping(1))).filter(Boolean)
    expect(accepted.length).toBeGreaterThanOrEqual(16)
    expect(accepted.length).toBeLessThan(40)
  })

  test('tells once when all is with the channel', () => {
    const { channel, takeAll } = heldChannel()
    const output = new Output(channel, sourceOf(100_000), 16)
    let calls = 0
    output.flush()
    output.onceIdle(() => (calls += 1))
    expect(calls).toBe(0)
    takeAll()
    output.flush()
    expect(calls).toBe(1)
  })
})
