import { expect, it } from 'vitest'
import { showProgress, stepwise } from './progress.ts'

const saying = (isTerminal: boolean) => {
  const said: string[] = []
  return { said, ...showProgress({ isTerminal, write: (text) => said.push(text) }) }
}

it.each([
  [234_567, 100],
  [100_000, 100],
  [2_500, 2],
  [999, 0],
])('of %i entries it is said every hundredth of the way at most: %i times', (size, times) => {
  const done: number[] = []
  const progress = stepwise((_, at) => done.push(at))
  for (let at = 1; at <= size; at++) progress('entries', at, size)
  expect(done.length).toBeLessThanOrEqual(times)
  expect(done.length).toBeGreaterThanOrEqual(times - 1)
  expect(done).toEqual(done.toSorted((one, other) => one - other))
})

it('is one line that changes on a terminal, and is gone in the end', () => {
  const { said, show, end } = saying(true)
  show('entries', 1000, 3000)
  show('batches compared with recordings', 20_000, 20_000)
  end()
  expect(said).toEqual([
    '\r\u001B[K33 %: 1,000 of 3,000 entries',
    '\r\u001B[K100 %: 20,000 of 20,000 batches compared with recordings',
    '\r\u001B[K',
  ])
})

it('is a line each elsewhere', () => {
  const { said, show, end } = saying(false)
  show('entries', 999, 1000)
  end()
  expect(said).toEqual(['99 %: 999 of 1,000 entries\n'])
})
