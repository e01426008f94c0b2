import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { listenTo } from '../testing/listen-to.ts'
import { inbox } from '../testing/waiting.ts'
import type { Notifications } from './notifications.ts'
import { type TestDatabase, testDatabase } from './testing.ts'

let database: TestDatabase
let notifications: Notifications

beforeAll(async () => {
  database = await testDatabase()
})
afterEach(() => notifications.close())
afterAll(() => database.stop())

const notify = (channel: string, payload: string) => sql`select pg_notify(${channel}, ${payload})`.execute(database.pools.api)

const listening = async (channel: string) => {
  const [payloads, resumes] = [inbox<string>(), inbox<null>()]
  const silence = notifications.listen(channel, { notified: payloads.put, resumed: () => resumes.put(null) })
  return { payloads, resumes, silence }
}

test('each listener hears its own channel, whenever it began to listen', async () => {
  notifications = listenTo(database, 'api')
  const early = await listening('channel_a')
  await early.resumes.take()
  const late = await listening('channel_b')
  await late.resumes.take()
  await notify('channel_a', 'one')
  await notify('channel_b', 'two')
  expect(await early.payloads.take()).toBe('one')
  expect(await late.payloads.take()).toBe('two')
  expect(early.payloads.waiting).toEqual([])
})

test('a channel that is asked for while the connection is made is not forgotten', async () => {
  notifications = listenTo(database, 'api')
  const channels = Array.from({ length: 20 }, (_, index) => `channel_${String.fromCodePoint(97 + index)}`)
  const all: Awaited<ReturnType<typeof listening>>[] = []
  for (const channel of channels) {
    all.push(await listening(channel))
    // The connection goes on with its set-up between any two of these.
    await new Promise((resolve) => setImmediate(resolve))
  }
  for (const [index, { payloads, resumes }] of all.entries()) {
    await resumes.take()
    await notify(channels[index]!, 'here')
    expect(await payloads.take()).toBe('here')
  }
})

test('who stopped listening hears nothing; what is no channel is refused', async () => {
  notifications = listenTo(database, 'api')
  const [gone, there] = [await listening('channel_a'), await listening('channel_a')]
  await there.resumes.take()
  gone.silence()
  await notify('channel_a', 'hello')
  expect(await there.payloads.take()).toBe('hello')
  expect(gone.payloads.waiting).toEqual([])
  expect(() => notifications.listen('channel"; drop', { notified: () => {}, resumed: () => {} })).toThrow('not a channel')
})
