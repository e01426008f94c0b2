/** Each row of "What ends what" in the protocol's yamux specification, and the limits of a session. */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { Flag, FrameType, GoAwayReason, INITIAL_WINDOW, MAX_WINDOW, type FrameHeader } from '@sallyport/protocol/yamux'
import { describe, expect, test } from 'vitest'
import { rawPeer } from '../testing/raw-peer.ts'

const { syn, ack, fin, rst } = Flag
const open = (streamId: number): FrameHeader => ({ type: FrameType.windowUpdate, flags: syn, streamId, length: 0 })
const data = (streamId: number, length: number, flags = 0): FrameHeader => ({ type: FrameType.data, flags, streamId, length })
const update = (streamId: number, length: number, flags = 0): FrameHeader => ({
  type: FrameType.windowUpdate,
  flags,
  streamId,
  length,
})
const frame = (...[type, flags, streamId, length]: [number, number, number, number]): FrameHeader => ({
  type: type as FrameType,
  flags,
  streamId,
  length,
})

const sessionErrors: Record<string, FrameHeader[]> = {
  'an unknown type': [frame(4, 0, 0, 0)],
  'an unknown flag': [frame(0, 16, 1, 0)],
  'SYN together with ACK': [update(1, 0, syn | ack)],
  'Data larger than the largest window': [open(1), data(1, MAX_WINDOW + 1)],
  'Data for stream 0': [data(0, 0)],
  'a WindowUpdate for stream 0': [update(0, 0)],
  'a Ping for a stream': [frame(FrameType.ping, syn, 1, 7)],
  'a Ping without flags': [frame(FrameType.ping, 0, 0, 7)],
  'a Ping with SYN and ACK': [frame(FrameType.ping, syn | ack, 0, 7)],
  'a GoAway for a stream': [frame(FrameType.goAway, 0, 1, 0)],
  'a GoAway with a flag': [frame(FrameType.goAway, syn, 0, 0)],
  'a GoAway with an unknown reason': [frame(FrameType.goAway, 0, 0, 3)],
  'a stream id that is ours to open': [open(2)],
  'a stream id that is open already': [open(1), open(1)],
  'a stream id that was used before': [open(1), update(1, 0, rst), open(1)],
  'Data for a stream that was never opened': [data(1, 0)],
  'a WindowUpdate for a stream of ours that was never opened': [update(2, 1)],
  'a window that overflows': [open(1), update(1, 0xffff_ffff)],
}

describe('a peer that breaks the protocol is told so and its session ends:', () => {
  test.each(Object.entries(sessionErrors))('%s', async (_name, frames) => {
    await using peer = rawPeer()
    for (const header of frames) peer.send(header)
    await peer.frame({ type: FrameType.goAway, length: GoAwayReason.protocolError })
    expect(await peer.session.closed).toMatchObject({ code: 'protocol_error' })
  })

  test('an unknown version', async () => {
    await using peer = rawPeer()
    peer.sendBytes(Buffer.from('010000000000000000000000', 'hex'))
    expect(await peer.frame({ type: FrameType.goAway, length: GoAwayReason.protocolError })).toBeDefined()
  })

  test('something else entirely', async () => {
    await using peer = rawPeer()
    peer.sendBytes(Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'))
    expect(await peer.frame({ type: FrameType.goAway, length: GoAwayReason.protocolError })).toBeDefined()
  })
})

const streamErrors: Record<string, FrameHeader[]> = {
  'more data than the window': [data(1, INITIAL_WINDOW + 1)],
  'data after FIN': [data(1, 0, fin), data(1, 5)],
  'FIN after FIN': [update(1, 0, fin), update(1, 0, fin)],
}

describe('a bad stream is reset and others are unharmed:', () => {
  test.each(Object.entries(streamErrors))('%s', async (_name, frames) => {
    await using peer = rawPeer()
    peer.send(open(1))
    peer.send(open(3))
    for (const header of frames) peer.send(header, Buffer.alloc(header.type === FrameType.data ? header.length : 0))
    await peer.frame({ streamId: 1, flags: rst })
    peer.send(data(3, 5, fin), Buffer.from('alive'))
    expect(await text(peer.streams[1]!)).toBe('alive')
  })

  test('a window that is overrun by many small frames', async () => {
    await using peer = rawPeer()
    peer.send(open(1))
    for (let sent = 0; sent < INITIAL_WINDOW; sent += 16_384) peer.send(data(1, 16_384), Buffer.alloc(16_384))
    expect(peer.received.filter((header) => header.flags === rst)).toEqual([])
    peer.send(data(1, 1), Buffer.alloc(1))
    await peer.frame({ streamId: 1, flags: rst })
  })
})

describe('what crosses our own end of a stream is ignored:', () => {
  test('data and window updates for a stream that we reset', async () => {
    await using peer = rawPeer()
    peer.send(open(1))
    await expect.poll(() => peer.streams.length).toBe(1)
    peer.streams[0]!.destroy()
    await peer.frame({ streamId: 1, flags: rst })
    peer.send(data(1, 5), Buffer.from('late!'))
    peer.send(update(1, 100))
    peer.send(update(1, 0, fin))
    peer.send(data(3, 2, syn | fin), Buffer.from('ok'))
    await expect.poll(() => peer.streams.length).toBe(2)
    expect(await text(peer.streams[1]!)).toBe('ok')
  })

  test('an answer to a ping that nobody sent', async () => {
    await using peer = rawPeer()
    peer.send(frame(FrameType.ping, ack, 0, 99_999))
    peer.send(open(1))
    expect(await peer.frame({ streamId: 1, flags: ack })).toBeDefined()
  })
})

describe('limits:', () => {
  test('streams above the limit are reset', async () => {
    await using peer = rawPeer({ maxStreams: 2 })
    for (const id of [1, 3, 5]) peer.send(open(id))
    await peer.frame({ streamId: 5, flags: rst })
    expect(peer.streams).toHaveLength(2)
  })

  test('streams that nobody answered yet are limited apart', async () => {
    await using peer = rawPeer({ acceptBacklog: 1 })
    peer.send(open(1))
    await expect.poll(() => peer.streams.length).toBe(1)
    peer.send(open(3))
    await peer.frame({ streamId: 3, flags: rst })
    peer.streams[0]!.write('an answer')
    await peer.frame({ streamId: 1, type: FrameType.data })
    peer.send(open(5))
    await peer.frame({ streamId: 5, flags: ack })
  })

  test('a session without a consumer of streams resets them', async () => {
    await using peer = rawPeer({ role: 'client' }, false)
    peer.send(open(2))
    expect(await peer.frame({ streamId: 2, flags: rst })).toBeDefined()
  })

  test('received bytes that nobody takes are limited for the session', async () => {
    await using peer = rawPeer({ maxBuffered: 100_000 })
    peer.send(open(1))
    peer.send(open(3))
    peer.send(data(1, 90_000), Buffer.alloc(90_000))
    peer.send(data(3, 20_000), Buffer.alloc(20_000))
    await peer.frame({ streamId: 3, flags: rst })
    expect(peer.received).not.toContainEqual(expect.objectContaining({ streamId: 1, flags: rst }))
    expect(peer.session.stats().buffered).toBe(90_000)
  })

  test('a peer that asks and asks but never reads is cut off', async () => {
    await using peer = rawPeer({ maxStreams: 1 })
    peer.pause()
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => Buffer.from('000200010000000000000001', 'hex')))
    for (let round = 0; round < 60; round += 1) peer.sendBytes(pings)
    await expect.poll(() => peer.session.isClosed).toBe(true)
    expect(await peer.session.closed).toMatchObject({ code: 'output_overflow' })
  })
})

describe('how a session ends:', () => {
  test('GoAway for a protocol error of ours ends it', async () => {
    await using peer = rawPeer()
    peer.send(frame(FrameType.goAway, 0, 0, GoAwayReason.protocolError))
    expect(await peer.session.closed).toMatchObject({ code: 'peer_protocol_error' })
  })

  test('an end in the middle of streams is a loss, an end without any is not', async () => {
    await using first = rawPeer()
    first.send(open(1))
    await first.frame({ streamId: 1, flags: ack })
    const failed = once(first.streams[0]!, 'error')
    first.end()
    await failed
    expect(await first.session.closed).toMatchObject({ code: 'session_lost' })
    await using second = rawPeer()
    second.end()
    expect(await second.session.closed).toMatchObject({ code: 'peer_closed' })
  })
})
