import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePostmasterFile } from './postmaster-file.ts'

const whole = '4711\n/data\n1700000000\n5432\n/run\n\n  5432001   9\nready   \n'

test('reads process id and status of a complete file', () => {
  expect(parsePostmasterFile(whole)).toEqual({ pid: 4711, status: 'ready' })
})

test('a file that is still being written has no status yet', () => {
  expect(parsePostmasterFile(whole.split('\n').slice(0, 5).join('\n'))).toEqual({ pid: 4711, status: '' })
})

test.each(['', '\n', '-1\n', '0\n', '1\n', '12x\n', '99999999999\n', '1e3\n'])('%j names no server process', (text) => {
  expect(parsePostmasterFile(text)).toBeNull()
})

test('any text yields a process id that can be signalled, or nothing', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const file = parsePostmasterFile(text)
      expect(file === null || (Number.isSafeInteger(file.pid) && file.pid > 1)).toBe(true)
    }),
  )
})
