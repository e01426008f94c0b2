import { expect, test } from 'vitest'
import { namesOf, shortId } from './names.ts'

const none = new Map<string, string>()
const names = namesOf({
  user: new Map([
    ['2', 'Grace Hopper'],
    ['1', 'Ada Lovelace'],
  ]),
  resource: none,
  credential: none,
  gateway: none,
  device: none,
  role: none,
  site: none,
})

test('what is known has its name, what is not is told by the end of its id', () => {
  expect(names.nameOf('user', '2')).toBe('Grace Hopper')
  expect(names.nameOf('user', '00000000-0000-4000-8000-0000000012ab')).toBe('…000012ab')
  expect(shortId('12')).toBe('…12')
})

test('names to choose from are in their order', () => {
  expect(names.all('user').map(({ label }) => label)).toEqual(['Ada Lovelace', 'Grace Hopper'])
})
