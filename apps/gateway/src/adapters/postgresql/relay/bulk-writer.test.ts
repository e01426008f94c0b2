import { Duplex } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BulkWriter } from './bulk-writer.ts'

/** What was written, one string for each write. */
const startWriter = () => {
  const writes: string[] = []
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      writes.push(chunk.toString('latin1'))
      done()
    },
  })
  stream.on('error', () => undefined)
  let flushes = 0
  const writer = new BulkWriter(stream, () => {
    flushes += 1
  })
  return { stream, writer, writes, flushes: () => flushes }
}

const bulk = (letter: string, length = 16_384): Buffer => Buffer.alloc(length, letter)

test('bulk of one turn leaves as one write, and then tells that the stream may be full', async () => {
  const { writer, writes, flushes } = startWriter()
  for (const letter of 'abc') writer.write(bulk(letter))
  writer.write(Buffer.from('end'))
  expect(writes).toEqual([])
  await setImmediate()
  expect(writes).toEqual(['a'.repeat(16_384) + 'b'.repeat(16_384) + 'c'.repeat(16_384) + 'end'])
  expect(flushes()).toBe(1)
})

test('small and very large pieces leave at once, behind what was gathered before', () => {
  const { writer, writes } = startWriter()
  writer.write(Buffer.from('query'))
  writer.write(bulk('a'))
  writer.write(bulk('b', 200_000))
  expect(writes).toEqual(['query', 'a'.repeat(16_384), 'b'.repeat(200_000)])
})

test('what is gathered is bounded', () => {
  const { writer, writes } = startWriter()
  for (let piece = 0; piece < 9; piece += 1) writer.write(bulk('a'))
  expect(writes).toEqual(['a'.repeat(131_072)])
})

test('nothing is written to a stream that is over', async () => {
  const { stream, writer, writes } = startWriter()
  writer.write(bulk('a'))
  stream.destroy()
  await setImmediate()
  expect(writes).toEqual([])
})

test('a buffer is not used again before its write is done', () => {
  const stuck: Buffer[] = []
  const stream = new Duplex({ read: () => undefined, write: (chunk: Buffer) => void stuck.push(chunk) })
  const writer = new BulkWriter(stream, () => undefined)
  writer.write(bulk('a'))
  writer.flush()
  const other = startWriter()
  other.writer.write(bulk('b'))
  other.writer.flush()
  expect(stuck.map(String)).toEqual(['a'.repeat(16_384)])
  expect(other.writes).toEqual(['b'.repeat(16_384)])
})

test('a caller may use its buffer again as soon as it was written', async () => {
  const { writer, writes } = startWriter()
  const own = bulk('a')
  writer.write(own)
  own.fill('b')
  writer.write(own)
  await setImmediate()
  expect(writes).toEqual(['a'.repeat(16_384) + 'b'.repeat(16_384)])
})
