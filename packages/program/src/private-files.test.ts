import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPrivateFile, makePrivateFolder, readFileUpTo, replacePrivateFile } from './private-files.ts'

let home: TemporaryDirectory
let path: string
beforeEach(async () => {
  home = await makeTemporaryDirectory()
  path = join(home.path, 'state')
})
afterEach(() => home.remove())
const modeOf = async (of: string): Promise<number> => (await stat(of)).mode & 0o777

describe('reading', () => {
  test('a file that is not there is none', async () => {
    expect(await readFileUpTo(path, 10)).toBeNull()
  })
  test('a file may have as many bytes as allowed, and not one more', async () => {
    await writeFile(path, '0123456789')
    expect(String(await readFileUpTo(path, 10))).toBe('0123456789')
    await expect(readFileUpTo(path, 9)).rejects.toThrow('at most 9 were expected')
  })
})

describe.skipIf(process.platform === 'win32')('replacing', () => {
  test('gives a file to its owner alone, whoever could read the one before', async () => {
    await writeFile(path, 'before', { mode: 0o644 })
    await replacePrivateFile(path, 'after')
    expect([await readFile(path, 'utf8'), await modeOf(path)]).toEqual(['after', 0o600])
  })
  test('of several at once leaves one whole, and nothing beside it', async () => {
    const texts = ['a', 'b', 'c'].map((letter) => letter.repeat(100_000))
    await Promise.all(texts.map((text) => replacePrivateFile(path, text)))
    expect(texts).toContain(await readFile(path, 'utf8'))
    expect(await readdir(home.path)).toEqual(['state'])
  })
  test('that fails leaves what was there, and no draft', async () => {
    await mkdir(path)
    await expect(replacePrivateFile(path, 'text')).rejects.toMatchObject({ code: 'EISDIR' })
    expect(await readdir(home.path)).toEqual(['state'])
  })
})

describe.skipIf(process.platform === 'win32')('creating', () => {
  test('of several at once one succeeds, and all find the same', async () => {
    const made = await Promise.all(['1', '2', '3'].map((text) => createPrivateFile(path, text)))
    expect(made.filter(Boolean)).toHaveLength(1)
    expect(await readFile(path, 'utf8')).toBe(String(made.indexOf(true) + 1))
    expect([await modeOf(path), await readdir(home.path)]).toEqual([0o600, ['state']])
  })
  test('takes a folder away from others', async () => {
    const folder = join(home.path, 'a', 'b')
    await makePrivateFolder(folder)
    await chmod(folder, 0o755)
    await makePrivateFolder(folder)
    expect(await modeOf(folder)).toBe(0o700)
  })
})
