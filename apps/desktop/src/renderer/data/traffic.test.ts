import { expect, test } from 'vitest'
import { Traffic } from './traffic.ts'

const counted = (id: string, bytesUp: number, bytesDown: number) => ({ id, bytesUp, bytesDown })

test('bytes between two counts are told per second', () => {
  const traffic = new Traffic()
  traffic.record([counted('a', 0, 1000)], 10_000)
  expect(traffic.of('a')).toEqual([])
  traffic.record([counted('a', 500, 3000)], 12_000)
  expect(traffic.of('a')).toEqual([{ at: 12_000, up: 250, down: 1000 }])
})

test('counts that follow too soon wait for the next ones', () => {
  const traffic = new Traffic()
  traffic.record([counted('a', 0, 0)], 0)
  traffic.record([counted('a', 100, 0)], 100)
  traffic.record([counted('a', 1000, 0)], 1000)
  expect(traffic.of('a')).toEqual([{ at: 1000, up: 1000, down: 0 }])
})

test('a minute is kept, and nothing of a connection that has ended', () => {
  const traffic = new Traffic()
  for (let second = 0; second <= 100; second++) traffic.record([counted('a', second, 0), counted('b', 0, 0)], second * 1000)
  expect(traffic.of('a')).toHaveLength(60)
  expect(traffic.of('a').at(-1)?.at).toBe(100_000)
  traffic.record([counted('b', 0, 0)], 101_000)
  expect(traffic.of('a')).toEqual([])
})
