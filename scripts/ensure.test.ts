import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { whyInstall } from './ensure.mjs'

const HOME = join(import.meta.dirname, '..')
const NEEDS_SHELL = 'stands in for node with a shell script'

describe('ensure', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sallyport-ensure-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const writeLock = (packages: Readonly<Record<string, object>>): void =>
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: { '': {}, ...packages } }))

  /** Pretends that npm installed these packages. */
  const install = (packages: Readonly<Record<string, object>>): void => {
    for (const path of Object.keys(packages)) mkdirSync(join(root, path), { recursive: true })
    mkdirSync(join(root, 'node_modules'), { recursive: true })
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
  }

  const A = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } }

  test('installs on a bare clone', () => {
    writeLock(A)
    expect(whyInstall(root)).toBe('nothing is installed yet')
  })

  test('installs nothing when all is there', () => {
    writeLock(A)
    install(A)
    expect(whyInstall(root)).toBeNull()
  })

  test('does not miss optional packages of other platforms', () => {
    writeLock({ ...A, 'node_modules/a-for-another': { version: '1.0.0', optional: true } })
    install(A)
    expect(whyInstall(root)).toBeNull()
  })

  test('installs when the lock file wants another version, another content, more or less', () => {
    install(A)
    writeLock({ 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } })
    expect(whyInstall(root)).toContain('is 1.0.0, not 1.0.1')
    writeLock({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } })
    expect(whyInstall(root)).toContain('node_modules/a')
    writeLock({ ...A, 'node_modules/b': { version: '1.0.0' } })
    expect(whyInstall(root)).toContain('node_modules/b is missing')
    writeLock({})
    expect(whyInstall(root)).toContain('no longer wanted')
  })

  test('installs when a package was deleted', () => {
    writeLock(A)
    install(A)
    rmSync(join(root, 'node_modules/a'), { recursive: true })
    expect(whyInstall(root)).toContain('was deleted')
  })

  test('says what to do when node is too old', (context) => {
    context.skip(process.platform === 'win32', NEEDS_SHELL)
    writeLock(A)
    install(A)
    const binaries = join(root, 'node_modules', '.bin')
    mkdirSync(binaries)
    writeFileSync(join(binaries, 'node'), '#!/bin/sh\necho v20.1.0\n')
    chmodSync(join(binaries, 'node'), 0o755)
    mkdirSync(join(root, 'scripts'))
    copyFileSync(join(HOME, 'scripts', 'ensure.mjs'), join(root, 'scripts', 'ensure.mjs'))
    const ended = spawnSync(process.execPath, [join(root, 'scripts', 'ensure.mjs')], {
      encoding: 'utf8',
      env: { ...process.env, PATH: ['/usr/bin', '/bin'].join(delimiter) },
    })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('is v20.1.0')
    expect(ended.stderr).toContain('npm ci --include=optional --ignore-scripts=false')
  })

  test('installs with npm ci, says so, and says what went wrong', (context) => {
    context.skip(process.platform === 'win32', NEEDS_SHELL)
    // A lock file and a package.json that disagree: npm ci refuses.
    writeLock(A)
    writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'small', version: '1.0.0', dependencies: { b: '1.0.0' } }))
    mkdirSync(join(root, 'scripts'))
    copyFileSync(join(HOME, 'scripts', 'ensure.mjs'), join(root, 'scripts', 'ensure.mjs'))
    const ended = spawnSync(process.execPath, [join(root, 'scripts', 'ensure.mjs')], { encoding: 'utf8' })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('Installing the dependencies with npm ci: nothing is installed yet.')
    expect(ended.stderr).toMatch(/npm ci ended with \d+/)
  })
})
