import { expect, it } from 'vitest'
import { hashOfCode, newCode } from './code.ts'

it('is printed in groups, different each time, and read back however it is typed', () => {
  const code = newCode()
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{7}(-[0-9A-HJKMNP-TV-Z]{5,7}){3}$/)
  expect(newCode()).not.toBe(code)
  const hash = hashOfCode(code)
  for (const typed of [code.toLowerCase(), code.replaceAll('-', ''), ` ${code.replaceAll('-', ' ')} `])
    expect(hashOfCode(typed)).toEqual(hash)
  expect(hashOfCode(code.replaceAll('0', 'o').replaceAll('1', 'l'))).toEqual(hash)
})

it('has 128 random bits: 25 characters say 5 of them each, and the last one 3', () => {
  const codes = Array.from({ length: 1000 }, newCode)
  expect(new Set(codes.map((code) => code.at(0))).size).toBe(32)
  expect(new Set(codes.map((code) => code.at(-1))).size).toBe(8)
})

it.each(['', '-', 'x', '0'.repeat(25), '0'.repeat(27), `${'0'.repeat(25)}U`])('refuses %j, which cannot be one', (typed) => {
  expect(hashOfCode(typed)).toBeNull()
})
