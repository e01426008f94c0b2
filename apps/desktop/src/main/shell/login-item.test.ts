import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { autostartItem } from './login-item.ts'

test('on Linux the app is started at login by a file of the person, and no more once that is gone', async () => {
  const folder = await makeTemporaryDirectory()
  const file = join(folder.path, 'autostart', 'sallyport.desktop')
  const item = autostartItem(file, ['/opt/Sallyport/sallyport-app'])
  expect(await item.isOn()).toBe(false)
  await item.set(true)
  expect(await item.isOn()).toBe(true)
  expect(await readFile(file, 'utf8')).toContain('Exec="/opt/Sallyport/sallyport-app" "--hidden"')
  await item.set(false)
  await item.set(false)
  expect(await item.isOn()).toBe(false)
  await folder.remove()
})
