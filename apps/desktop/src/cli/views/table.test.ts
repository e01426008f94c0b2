import { describe, expect, test } from 'vitest'
import { cut, displayWidth, oneLine } from '../terminal/printable.ts'
import type { Style } from '../terminal/terminal.ts'
import { byteCount } from './bytes.ts'
import { table } from './table.ts'
import { relative } from './time.ts'

const plain = (width: number | null): Style => ({ paint: (_, text) => text, width })
const columns = [
  { heading: 'A', value: (row: { a: string }) => row.a, flexible: true },
  { heading: 'LENGTH', value: (row: { a: string }) => row.a.length, align: 'right' },
] as const

describe('a table', () => {
  test('counts what a terminal takes for wide characters, not their code units', () => {
    const text = table([{ a: '日本' }, { a: 'é' }, { a: '👩‍👩‍👧' }], { columns, empty: '' }).text(plain(null))
    expect(text).toBe(['A     LENGTH', '日本       2', 'é          1', '👩‍👩‍👧         8'].join('\n'))
  })
  test('is cut to the terminal, but keeps a readable rest', () => {
    const text = table([{ a: 'x'.repeat(100) }], { columns, empty: '' }).text(plain(30))
    expect(text.split('\n')[1]).toBe(`${'x'.repeat(21)}…     100`)
    expect(table([{ a: 'x'.repeat(100) }], { columns, empty: '' }).text(plain(5))).toContain(`${'x'.repeat(11)}…`)
  })
  test('does not cut what others read', () => {
    expect(table([{ a: 'x'.repeat(500) }], { columns, empty: '' }).text(plain(null))).toContain('x'.repeat(500))
  })
})

test('a cut text is never wider than asked for', () => {
  for (const text of ['', 'abc', '日本語テキスト', 'a日b本c語'])
    for (let width = 1; width < 12; width++) expect(displayWidth(cut(text, width))).toBeLessThanOrEqual(width)
})

test('one line stays one line', () => {
  expect(oneLine('select 1;\n\tselect 2\u001b[2J\u202e')).toBe('select 1;⏎ select 2\\u001b[2J\\u202e')
})

test('bytes and times are shown in the unit that fits', () => {
  expect([0, 1023, 1024, 1_500_000, 2 ** 40].map(byteCount)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.4 MiB', '1.0 TiB'])
  const now = Date.parse('2026-11-22T08:00:00.000Z')
  expect(relative('2026-11-22T11:30:00.000Z', now)).toBe('in 3 h 30 min')
  expect(relative('2026-11-22T19:59:58.000Z', now)).toBe('in 12 h')
  expect(relative('2026-11-22T07:58:00.000Z', now)).toBe('2 min ago')
})
