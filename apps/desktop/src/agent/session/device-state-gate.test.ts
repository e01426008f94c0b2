import { SallyportError } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { DeviceStateGate } from './device-state-gate.ts'

const value = 'AAAAAAAAAAAAAAAAAAAAAA'

const setUp = () => {
  let counter = 1
  let now = 0
  const gate = new DeviceStateGate({ current: () => ({ counter, value }), now: () => now, lostMessageMs: 1000 })
  const renew = () => gate.renew(async () => void (counter += 1))
  return { gate, renew, counter: () => counter, pass: (milliseconds: number) => void (now += milliseconds) }
}

test('a renewal waits for the messages that are on their way', async () => {
  const { gate, renew, counter } = setUp()
  const answer = Promise.withResolvers<void>()
  const message = gate.use(() => answer.promise)
  const renewal = renew()
  await Promise.resolve()
  expect(counter()).toBe(1)
  answer.resolve()
  await message
  expect(await renewal).toBe(true)
  expect(counter()).toBe(2)
})

test('a message that begins during a renewal carries the state after it', async () => {
  const { gate } = setUp()
  const answer = Promise.withResolvers<void>()
  const renewal = gate.renew(() => answer.promise)
  let sent = false
  const message = gate.use(async () => void (sent = true))
  await Promise.resolve()
  expect(sent).toBe(false)
  answer.resolve()
  await Promise.all([renewal, message])
  expect(sent).toBe(true)
})

test('after a message without an answer no renewal runs until it cannot arrive any more', async () => {
  const { gate, renew, counter, pass } = setUp()
  await expect(gate.use(() => Promise.reject(new Error('connection lost')))).rejects.toThrow('connection lost')
  expect(await renew()).toBe(false)
  expect(gate.wait).toBe(1000)
  pass(1000)
  expect(await renew()).toBe(true)
  expect(counter()).toBe(2)
})

test('a refusal is an answer', async () => {
  const { gate, renew } = setUp()
  await expect(gate.use(() => Promise.reject(new SallyportError('not_granted')))).rejects.toMatchObject({ code: 'not_granted' })
  expect(await renew()).toBe(true)
})

test('a renewal that failed lets messages through again', async () => {
  const { gate } = setUp()
  await expect(gate.renew(() => Promise.reject(new SallyportError('api_unreachable')))).rejects.toMatchObject({
    code: 'api_unreachable',
  })
  expect(await gate.use(async (state) => state.counter)).toBe(1)
})
