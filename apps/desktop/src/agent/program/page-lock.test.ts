import { join } from 'node:path'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PageLock } from './page-lock.ts'

const MINUTE = 60_000
let folder: TemporaryDirectory
let now: number
let told: number
const open: PageLock[] = []
beforeEach(async () => {
  folder = await makeTemporaryDirectory()
  now = 0
  told = 0
})
afterEach(async () => {
  for (const lock of open.splice(0)) lock.stop()
  await folder.remove()
})

const make = async (lockAfter: number | null = null): Promise<PageLock> => {
  const lock = await PageLock.open({
    path: join(folder.path, 'locked'),
    lockAfter: () => lockAfter,
    onChange: () => (told += 1),
    now: () => now,
  })
  open.push(lock)
  return lock
}

test('pages are open at first, locked when told to, and a new start does not unlock them', async () => {
  const lock = await make()
  expect(lock.locked).toBe(false)
  await lock.lock()
  expect(lock.locked).toBe(true)
  const next = await make()
  expect(next.locked).toBe(true)
  await next.unlock()
  expect((await make()).locked).toBe(false)
})

test('it is locked before the disk knows, and says each change once', async () => {
  const lock = await make()
  const locking = lock.lock()
  expect(lock.locked).toBe(true)
  await Promise.all([locking, lock.lock()])
  await lock.unlock()
  await lock.unlock()
  expect(told).toBe(2)
})

test('after the minutes that were chosen without use it locks itself, and use begins them anew', async () => {
  const lock = await make(5)
  now = 4 * MINUTE
  lock.used()
  now = 8 * MINUTE
  await lock.look()
  expect(lock.locked).toBe(false)
  now = 9 * MINUTE
  await lock.look()
  expect(lock.locked).toBe(true)
  await lock.unlock()
  await lock.look()
  expect(lock.locked).toBe(false)
})

test('without a choice it never locks itself', async () => {
  const lock = await make()
  now = 1e12
  await lock.look()
  expect(lock.locked).toBe(false)
})

test('a profile that cannot be looked into is locked', async () => {
  const path = join(folder.path, 'locked')
  await (await make()).lock()
  const lock = await PageLock.open({ path: join(path, 'beneath a file'), lockAfter: () => null, onChange: () => {} })
  open.push(lock)
  expect(lock.locked).toBe(true)
})
