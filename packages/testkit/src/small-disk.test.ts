import { appendFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { smallDisk, smallDiskSkipReason } from './small-disk.ts'

const reason = smallDiskSkipReason()

test.skipIf(reason !== null)(`a small disk is full, has room again, and goes (${reason ?? 'runs'})`, async () => {
  const disk = await smallDisk({ mebibytes: 2 })
  try {
    const file = join(disk.path, 'file')
    await writeFile(file, 'kept')
    await disk.fill()
    await expect(appendFile(file, Buffer.alloc(8192))).rejects.toMatchObject({ code: 'ENOSPC' })
    await disk.free()
    await appendFile(file, Buffer.alloc(8192))
  } finally {
    await disk.remove()
  }
  await expect(readdir(disk.path)).rejects.toMatchObject({ code: 'ENOENT' })
})
