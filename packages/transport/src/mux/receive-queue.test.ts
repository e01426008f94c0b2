import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pattern } from '../testing/bytes.ts'
import { ReceiveQueue } from './receive-queue.ts'

function drain(queue: ReceiveQueue): Buffer[] {
  const pieces: Buffer[] = []
  for (let piece = queue.shift(); piece !== null; piece = queue.shift()) pieces.push(piece)
  return pieces
}

/** What the pieces keep in memory. */
function retained(pieces: readonly Buffer[]): number {
  return [...new Set(pieces.map((piece) => piece.buffer))].reduce((sum, memory) => sum + memory.byteLength, 0)
}

describe('ReceiveQueue', () => {
  test('gives back the same bytes in order, however they are pushed and shifted', () => {
    const step = fc.oneof(fc.record({ push: fc.integer({ min: 0, max: 40_000 }) }), fc.constant('shift' as const))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new ReceiveQueue()
        const source = pattern(60 * 40_000)
        const out: Buffer[] = []
        let pushed = 0
        for (const taken of steps) {
          if (taken === 'shift') {
            const piece = queue.shift()
            // Copied: later pushes must not change what was handed out.
            if (piece !== null) out.push(piece)
          } else {
            queue.push(source.subarray(pushed, pushed + taken.push))
            pushed += taken.push
          }
        }
        out.push(...drain(queue))
        expect(Buffer.concat(out).equals(source.subarray(0, pushed))).toBe(true)
        expect(queue.length).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  test('single bytes of large chunks do not keep the chunks in memory', () => {
    const queue = new ReceiveQueue()
    for (let index = 0; index < 10_000; index += 1) queue.push(Buffer.allocUnsafeSlow(16_384).subarray(0, 1))
    expect(retained(drain(queue))).toBeLessThan(32_768)
  })

  test('nor when each is taken before the next comes', () => {
    const queue = new ReceiveQueue()
    const taken: Buffer[] = []
    for (let index = 0; index < 10_000; index += 1) {
      queue.push(Buffer.allocUnsafeSlow(16_384).subarray(0, 1))
      taken.push(...drain(queue))
    }
    expect(retained(taken)).toBeLessThan(32_768)
  })

  test('large pieces are not copied', () => {
    const queue = new ReceiveQueue()
    const piece = Buffer.allocUnsafeSlow(16_384).subarray(12)
    queue.push(piece)
    expect(queue.shift()).toBe(piece)
  })
})
