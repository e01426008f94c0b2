import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MAX_RECENT, usualPreferences } from '../../shared/preferences.ts'
import { openFacePreferences } from './face-preferences.ts'

let folder: TemporaryDirectory
let path: string
beforeEach(async () => {
  folder = await makeTemporaryDirectory()
  path = join(folder.path, 'faces.json')
})
afterEach(() => folder.remove())

describe('what a person likes', () => {
  it('is as usual at first, and what was chosen at the next start', async () => {
    const told = vi.fn<() => void>()
    const first = await openFacePreferences(path, told)
    expect(first.current).toEqual(usualPreferences)
    const favourites = [randomUUID()]
    await first.change({ favourites })
    await first.change({ theme: 'dark', recent: undefined })
    expect(told).toHaveBeenCalledTimes(2)
    const second = await openFacePreferences(path, told)
    expect(second.current).toEqual({ ...usualPreferences, favourites, theme: 'dark' })
  })

  it('loses no change of several at once', async () => {
    const store = await openFacePreferences(path, () => {})
    const ids = Array.from({ length: 10 }, () => randomUUID())
    await Promise.all([store.change({ favourites: ids }), store.change({ shortcuts: false }), store.change({ theme: 'light' })])
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ favourites: ids, shortcuts: false, theme: 'light' })
  })

  it('takes no more than it keeps', async () => {
    const store = await openFacePreferences(path, () => {})
    const recent = Array.from({ length: MAX_RECENT + 1 }, () => randomUUID())
    await expect(store.change({ recent })).rejects.toThrow('recent')
    expect(store.current).toEqual(usualPreferences)
  })

  it.each(['', '{', '[]', '{"theme":"pink"}', '{"favourites":[1]}', 'x'.repeat(1_000_000)])(
    'does not end a start: %.20j',
    async (text) => {
      await writeFile(path, text)
      expect((await openFacePreferences(path, () => {})).current).toEqual(usualPreferences)
    },
  )
})
