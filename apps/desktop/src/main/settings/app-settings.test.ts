import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { AppSettings } from './app-settings.ts'

test('settings are there at the next start, readable by their owner only', async () => {
  const folder = await makeTemporaryDirectory()
  const settings = await AppSettings.open(folder.path)
  expect(settings.current.whenClosed).toBeNull()
  await Promise.all([settings.change({ whenClosed: 'quit' }), settings.change({ softwareRendering: true })])
  expect((await AppSettings.open(folder.path)).current).toMatchObject({ whenClosed: 'quit', softwareRendering: true })
  expect((await stat(join(folder.path, 'app.json'))).mode & 0o777).toBe(0o600)
  await folder.remove()
})

test.for(['', 'not JSON', '[]', '{"window":{"size":"large"},"whenClosed":7}', 'x'.repeat(100_000)])(
  'a file that holds %j does not keep the app from starting',
  async (text) => {
    const folder = await makeTemporaryDirectory()
    await writeFile(join(folder.path, 'app.json'), text)
    const { current } = await AppSettings.open(folder.path)
    expect(current).toMatchObject({ whenClosed: null, softwareRendering: false })
    expect(current.window.size.width).toBeGreaterThan(0)
    await folder.remove()
  },
)
