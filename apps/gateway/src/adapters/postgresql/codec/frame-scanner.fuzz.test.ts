import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeMessage } from './encode.ts'
import { FrameScanner, READ_NOTHING, READ_PARTS, READ_WHOLE, type FrameRules, type Reading } from './frame-scanner.ts'
import { ProtocolViolation } from './violation.ts'

const READINGS: readonly Reading[] = [READ_NOTHING, READ_WHOLE, READ_PARTS]

/** Reads a message by its type, keeps what it saw, drops type 9 and puts something else in the place of type 10. */
class Recorder implements FrameRules {
  readonly passed: Buffer[] = []
  readonly seen: { type: number; body: Buffer }[] = []
  #part: Buffer[] = []

  admit(type: number, bodyLength: number): Reading {
    const reading = type === 9 || type === 10 ? READ_WHOLE : READINGS[type % 3]!
    if (reading === READ_PARTS && bodyLength === 0) this.seen.push({ type, body: Buffer.alloc(0) })
    return reading
  }

  whole(type: number, { buffer, start, end }: { buffer: Buffer; start: number; end: number }): boolean | Buffer {
    this.seen.push({ type, body: Buffer.from(buffer.subarray(start, end)) })
    return type === 10 ? Buffer.from('instead') : type !== 9
  }

  part(type: number, { buffer, start, end }: { buffer: Buffer; start: number; end: number }, left: number): void {
    this.#part.push(Buffer.from(buffer.subarray(start, end)))
    if (left > 0) return
    this.seen.push({ type, body: Buffer.concat(this.#part) })
    this.#part = []
  }

  pass(bytes: Buffer): void {
    this.passed.push(Buffer.from(bytes))
  }
}

const failureOf = (work: () => void): unknown => {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}

const messages = fc.array(
  fc.record({ type: fc.integer({ min: 0, max: 11 }), body: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) }),
  { maxLength: 12 },
)

const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((left, right) => left - right)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length))
}

const feed = (chunks: readonly Buffer[]): { recorder: Recorder; scanner: FrameScanner } => {
  const recorder = new Recorder()
  const scanner = new FrameScanner(recorder)
  for (const chunk of chunks) scanner.push(chunk)
  return { recorder, scanner }
}

const expectedOutput = (list: readonly { type: number; body: Buffer }[]): Buffer =>
  Buffer.concat(
    list.map(({ type, body }) => {
      if (type === 9) return Buffer.alloc(0)
      return type === 10 ? Buffer.from('instead') : encodeMessage(type, body)
    }),
  )

const observed = (list: readonly { type: number; body: Buffer }[]) =>
  list.filter(({ type }) => type === 9 || type === 10 || type % 3 !== 0)

describe('finding messages in a stream', () => {
  test('however the stream is cut, the same messages are seen and the same bytes pass', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(), { maxLength: 20 }), (list, cuts) => {
        const bytes = Buffer.concat(list.map(({ type, body }) => encodeMessage(type, body)))
        const { recorder, scanner } = feed(split(bytes, cuts))
        expect(Buffer.concat(recorder.passed)).toEqual(expectedOutput(list))
        expect(recorder.seen).toEqual(observed(list))
        expect([scanner.receivedAtBoundary, scanner.passedAtBoundary]).toEqual([true, true])
      }),
      { numRuns: 1500 },
    )
  })

  test('cut at every single byte, too', () => {
    const list = Array.from({ length: 12 }, (_, type) => ({ type, body: Buffer.alloc(7, type) }))
    const bytes = Buffer.concat(list.map(({ type, body }) => encodeMessage(type, body)))
    for (let cut = 0; cut <= bytes.length; cut++) {
      const { recorder } = feed([bytes.subarray(0, cut), bytes.subarray(cut)])
      expect(Buffer.concat(recorder.passed)).toEqual(expectedOutput(list))
    }
    const single = feed(Array.from(bytes, (_, index) => bytes.subarray(index, index + 1)))
    expect(Buffer.concat(single.recorder.passed)).toEqual(expectedOutput(list))
    expect(single.recorder.seen).toEqual(observed(list))
  })

  test('what passes at once is a view of the chunk, not a copy', () => {
    const chunk = encodeMessage(0, Buffer.from('abc'))
    const passed: Buffer[] = []
    const recorder = new Recorder()
    recorder.pass = (bytes) => void passed.push(bytes)
    new FrameScanner(recorder).push(chunk)
    expect(passed).toEqual([chunk])
    expect(passed[0]).toBe(chunk)
  })

  test('any bytes at all either pass or are refused, and never more passes than came', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (chunks) => {
        const recorder = new Recorder()
        const scanner = new FrameScanner(recorder)
        const failure = failureOf(() => chunks.forEach((chunk) => scanner.push(Buffer.from(chunk))))
        expect(failure === null || failure instanceof ProtocolViolation).toBe(true)
        const came = chunks.reduce((total, chunk) => total + chunk.length, 0)
        const replacements = recorder.seen.filter(({ type }) => type === 10).length * 'instead'.length
        expect(Buffer.concat(recorder.passed).length).toBeLessThanOrEqual(came + replacements)
      }),
      { numRuns: 2000 },
    )
  })

  test('a length below its own size is refused', () => {
    expect(() => feed([Buffer.from([0x51, 0, 0, 0, 3])])).toThrow('length')
  })

  test('rules hear of a length before the body is kept', () => {
    const rules = new Recorder()
    rules.admit = (_, bodyLength) => {
      if (bodyLength > 100) throw new RangeError('too long')
      return READ_WHOLE
    }
    const header = Buffer.from([1, 0x3f, 0xff, 0xff, 0xff])
    expect(() => new FrameScanner(rules).push(header)).toThrow('too long')
    const scanner = new FrameScanner(rules)
    scanner.push(header.subarray(0, 3))
    expect(() => scanner.push(header.subarray(3))).toThrow('too long')
  })
})
