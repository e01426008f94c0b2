import { expect, test } from 'vitest'
import { waitFor } from './wait-for.ts'

test('returns what the condition yields once it comes true', async () => {
  let calls = 0
  const value = await waitFor(() => (++calls < 3 ? null : 'there'), { description: 'the third call' })
  expect({ value, calls }).toEqual({ value: 'there', calls: 3 })
})

test('zero and the empty text are values', async () => {
  expect(await waitFor(() => 0, { description: 'a number' })).toBe(0)
  expect(await waitFor(() => '', { description: 'a text' })).toBe('')
})

test('says what it waited for and why it failed last', async () => {
  const failure = new Error('refused')
  const waiting = waitFor(() => Promise.reject(failure), { timeoutMs: 30, description: 'the door to open' })
  await expect(waiting).rejects.toMatchObject({ message: 'waited 30 ms in vain for the door to open', cause: failure })
})
