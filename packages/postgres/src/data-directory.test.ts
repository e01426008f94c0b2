import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reachableDataDirectory } from './data-directory.ts'
import { testDataFolder } from './test-data-folder.ts'

test('a folder that the account can reach is taken as it is', async () => {
  const parent = await testDataFolder()
  await chmod(parent, 0o755)
  expect(await reachableDataDirectory(join(parent, 'not', 'yet', 'there'))).toBe(join(parent, 'not', 'yet', 'there'))
})

test.runIf(process.getuid?.() === 0)('below a private folder of root another one is chosen, always the same', async () => {
  const parent = await testDataFolder()
  const [one, again, other] = await Promise.all(['a', 'a', 'b'].map((name) => reachableDataDirectory(join(parent, name))))
  expect(one).toMatch(/^\/var\/lib\/sallyport\/[0-9a-f]{16}$/)
  expect(again).toBe(one)
  expect(other).not.toBe(one)
})
