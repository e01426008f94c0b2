import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LockFile, lockProblems } from './check-lockfile.ts'

const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as LockFile

/** The real lock file with one entry changed; null takes it out. */
function lockWith(path: string, change: LockFile['packages'][string] | null): LockFile {
  const { [path]: before, ...others } = lock.packages
  expect(before, path).toBeDefined()
  return { ...lock, packages: change === null ? others : { ...others, [path]: { ...before, ...change } } }
}

describe('lock file', () => {
  test('is complete', () => {
    expect(lockProblems(lock)).toEqual([])
  })

  test.for(['node_modules/@turbo/darwin-arm64', 'node_modules/@oxlint/binding-win32-x64-msvc', 'node_modules/node'])(
    'is not complete without %s',
    (path) => {
      expect(lockProblems(lockWith(path, null)).join('\n')).toContain(path.replace('node_modules/', ''))
    },
  )

  test('may not lose the native half of a platform', () => {
    const problems = lockProblems(lockWith('node_modules/turbo', { optionalDependencies: { '@turbo/linux-64': '2.11.9' } }))
    expect(problems.join('\n')).toContain('turbo 2.11.9 has no half for darwin-arm64')
  })

  test('names no address to load from', () => {
    const problems = lockProblems(lockWith('node_modules/zod', { resolved: 'https://mirror.example/zod.tgz' }))
    expect(problems).toEqual(['node_modules/zod names where it came from: https://mirror.example/zod.tgz'])
  })

  test('holds a hash for every package', () => {
    expect(lockProblems(lockWith('node_modules/zod', { integrity: '' }))).toEqual(['node_modules/zod has no integrity hash'])
  })
})
