import { randomUUID } from 'node:crypto'
import { controlFromGateway, MAX_CONNECTIONS_PER_FRAME } from '@sallyport/protocol'
import { describe, expect, it } from 'vitest'
import type { EndReason } from '../adapters/adapter.ts'
import { type OpenConnection, OpenConnections } from './open-connections.ts'

interface Made {
  readonly connection: OpenConnection
  readonly ends: EndReason[]
  count: { up: number; down: number }
}

const made = (): Made => {
  const ends: EndReason[] = []
  const own: { count: Made['count'] } = { count: { up: 0, down: 0 } }
  const connection: OpenConnection = {
    id: randomUUID(),
    lease: randomUUID(),
    caller: null,
    openedAt: 1,
    bytes: () => own.count,
    handle: { end: (reason) => ends.push(reason), closed: Promise.resolve() },
  }
  return Object.assign(own, { connection, ends })
}

describe('the open connections of a gateway', () => {
  it('are told once, then only what changed, and their end', () => {
    const all = new OpenConnections()
    const one = made()
    const close = all.add(one.connection)
    const { id, lease } = one.connection
    expect(all.frames(true)).toEqual([
      { type: 'connections', reset: true, opened: [{ id, lease, caller: null, openedAt: 1 }], bytes: [], closed: [] },
    ])
    expect(all.frames(false)).toEqual([])
    one.count = { up: 5, down: 7 }
    expect(all.frames(false)).toMatchObject([{ reset: false, opened: [], bytes: [{ id, bytesUp: 5, bytesDown: 7 }] }])
    expect(all.frames(false)).toEqual([])
    close()
    expect(all.frames(false)).toMatchObject([{ closed: [id] }])
    expect(all.frames(false)).toEqual([])
  })

  it('are all told again to a reader who knows nothing, with their bytes', () => {
    const all = new OpenConnections()
    const [one, gone] = [made(), made()]
    all.add(one.connection)
    const close = all.add(gone.connection)
    one.count = { up: 1, down: 0 }
    all.frames(true)
    close()
    const frames = all.frames(true)
    expect(frames[0]).toMatchObject({ reset: true, closed: [] })
    expect(frames.flatMap(({ opened }) => opened.map(({ id }) => id))).toEqual([one.connection.id])
    expect(frames.flatMap(({ bytes }) => bytes)).toEqual([{ id: one.connection.id, bytesUp: 1, bytesDown: 0 }])
    expect(new OpenConnections().frames(true)).toMatchObject([{ reset: true, opened: [] }])
  })

  it('come in frames that the link takes, the first of which alone resets', () => {
    const all = new OpenConnections()
    for (let count = 0; count < MAX_CONNECTIONS_PER_FRAME * 2 + 1; count++) all.add(made().connection)
    const frames = all.frames(true)
    expect(frames.map(({ opened }) => opened.length)).toEqual([MAX_CONNECTIONS_PER_FRAME, MAX_CONNECTIONS_PER_FRAME, 1])
    expect(frames.map(({ reset }) => reset)).toEqual([true, false, false])
    for (const frame of frames) expect(controlFromGateway.safeParse(frame).success).toBe(true)
  })

  it('end one by one, with the reason; one that is not open is no mistake', async () => {
    const all = new OpenConnections()
    const [one, other] = [made(), made()]
    all.add(one.connection)
    all.add(other.connection)
    await all.end(one.connection.id, 'connection_ended')
    await all.end(randomUUID(), 'connection_ended')
    expect(one.ends).toMatchObject([{ code: 'connection_ended' }])
    expect(other.ends).toEqual([])
  })
})
