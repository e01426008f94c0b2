import { existsSync } from 'node:fs'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withTemporaryDirectory } from './temporary-directory.ts'

test('is there while it is used, cannot be listed by others, and is gone afterwards', async () => {
  const path = await withTemporaryDirectory(async (folder) => {
    await writeFile(join(folder, 'file'), 'content')
    expect((await stat(folder)).mode & 0o777).toBe(0o711)
    return folder
  })
  expect(existsSync(path)).toBe(false)
})

test('is gone after a failure too', async () => {
  let path = ''
  const failing = withTemporaryDirectory((folder) => {
    path = folder
    return Promise.reject(new Error('on purpose'))
  })
  await expect(failing).rejects.toThrow('on purpose')
  expect(path === '' || existsSync(path)).toBe(false)
})
