import { expect, test } from 'vitest'
import { Cancels } from './cancels.ts'

test('a cancel key works for the session and credential that registered it, and for nobody else', async () => {
  const cancels = new Cancels()
  const cancelled: string[] = []
  const cancel = (name: string) => () => {
    cancelled.push(name)
    return Promise.resolve()
  }
  cancels.scope('alice', 'shop').register('42:aaaa', cancel('alice'))
  cancels.scope('bob', 'shop').register('42:aaaa', cancel('bob'))
  expect(await cancels.scope('alice', 'shop').cancel('42:aaaa')).toBe(true)
  expect(await cancels.scope('alice', 'other').cancel('42:aaaa')).toBe(false)
  expect(await cancels.scope('mallory', 'shop').cancel('42:aaaa')).toBe(false)
  expect(await cancels.scope('alice', 'shop').cancel('42:aaab')).toBe(false)
  expect(cancelled).toEqual(['alice'])
})

test('a key that was given back is forgotten', async () => {
  const registry = new Cancels().scope('alice', 'shop')
  const release = registry.register('1:a', () => Promise.resolve())
  release()
  release()
  expect(await registry.cancel('1:a')).toBe(false)
})

test('one session and credential registers a bounded number', () => {
  const registry = new Cancels().scope('alice', 'shop')
  const register = (index: number) => registry.register(`${index}:x`, () => Promise.resolve())
  for (let index = 0; index < 4096; index++) register(index)
  expect(() => register(4096)).toThrow(expect.objectContaining({ code: 'limit_reached' }))
})
