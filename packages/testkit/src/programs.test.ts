import { isAbsolute } from 'node:path'
import { expect, test } from 'vitest'
import { findProgram, hasProgram, skipReason } from './programs.ts'

test('finds a program that is there, and no other', () => {
  expect(isAbsolute(findProgram('node') ?? '')).toBe(true)
  expect(hasProgram('no-such-program-anywhere')).toBe(false)
})

test('says what is missing', () => {
  expect(skipReason({ programs: ['node'] })).toBeNull()
  expect(skipReason({ programs: ['node', 'no-such-program'] })).toBe('needs no-such-program')
  expect(skipReason({ platforms: ['aix'] })).toBe('runs on aix only')
  expect(skipReason({ root: true })).toBe(process.getuid?.() === 0 ? null : 'needs root')
})
