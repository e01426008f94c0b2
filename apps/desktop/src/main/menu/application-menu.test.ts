import { expect, test } from 'vitest'
import type { MenuEntry } from '../shell/shell.ts'
import { applicationMenu } from './application-menu.ts'

const acts = { go: () => {}, lock: () => {}, quit: () => {} }
const flat = (entries: readonly MenuEntry[]): readonly MenuEntry[] =>
  entries.flatMap((entry) => (entry.kind === 'submenu' ? [entry, ...flat(entry.entries)] : [entry]))
const rolesOf = (entries: readonly MenuEntry[]): string[] =>
  flat(entries).flatMap((entry) => (entry.kind === 'role' ? [entry.role] : []))

test.for(['darwin', 'win32', 'linux'] as const)('on %s a release has nothing that opens the page up', (platform) => {
  const released = rolesOf(applicationMenu({ platform, released: true }, acts))
  expect(released).not.toContain('toggleDevTools')
  expect(released).not.toContain('reload')
  expect(rolesOf(applicationMenu({ platform, released: false }, acts))).toContain('toggleDevTools')
})

test('fields can be edited by keys on macOS only when the menu says so', () => {
  expect(rolesOf(applicationMenu({ platform: 'darwin', released: true }, acts))).toEqual(
    expect.arrayContaining(['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll', 'services', 'hide']),
  )
})

test.for(['darwin', 'win32', 'linux'] as const)('on %s no two entries share a key', (platform) => {
  const keys = flat(applicationMenu({ platform, released: true }, acts)).flatMap((entry) =>
    entry.kind === 'item' && entry.accelerator !== undefined ? [entry.accelerator] : [],
  )
  expect(new Set(keys).size).toBe(keys.length)
})
