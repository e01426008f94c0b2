import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LAST_STREAM_ID } from './constants.ts'
import { LocalStreamIds, RemoteStreamIds } from './stream-ids.ts'

describe('stream ids', () => {
  test('a client takes odd ones from 1, a server even ones from 2', () => {
    const client = new LocalStreamIds('client')
    const server = new LocalStreamIds('server')
    expect([client.take(), client.take(), server.take(), server.take()]).toEqual([1, 3, 2, 4])
    expect([client.wasTaken(3), client.wasTaken(5), client.wasTaken(2)]).toEqual([true, false, false])
  })

  test('any order within the window is accepted, each id once', () => {
    const ids = fc.uniqueArray(
      fc.integer({ min: 0, max: 4000 }).map((n) => 2 * n + 1),
      { minLength: 1, maxLength: 200 },
    )
    fc.assert(
      fc.property(ids, (order) => {
        const remote = new RemoteStreamIds('server')
        for (const id of order) {
          expect(remote.wasOpened(id)).toBe(false)
          remote.open(id)
          expect(remote.wasOpened(id)).toBe(true)
        }
        for (const id of order) expect(() => remote.open(id)).toThrow(expect.objectContaining({ code: 'stream_reused' }))
      }),
    )
  })

  test('ids of the wrong parity are refused', () => {
    expect(() => new RemoteStreamIds('server').open(2)).toThrow(expect.objectContaining({ code: 'stream_parity' }))
    expect(() => new RemoteStreamIds('client').open(1)).toThrow(expect.objectContaining({ code: 'stream_parity' }))
  })

  test('a jump over the whole range costs bounded time; what lies far behind counts as used', () => {
    const remote = new RemoteStreamIds('server')
    remote.open(LAST_STREAM_ID)
    remote.open(LAST_STREAM_ID - 2)
    expect(() => remote.open(1)).toThrow(expect.objectContaining({ code: 'stream_reused' }))
  })
})
