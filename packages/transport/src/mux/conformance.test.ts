import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { digest, pattern, readAll } from '../testing/bytes.ts'
import { channelKinds } from '../testing/channels.ts'
import { sessionPair } from '../testing/sessions.ts'

describe.each(Object.entries(channelKinds))('a session over %s', (_name, connect) => {
  test('carries megabytes both ways unchanged', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    const sent = pattern(5_000_000)
    stream.end(sent)
    const peer = await sessions.accepted()
    peer.pipe(peer)
    expect(digest(await readAll(stream))).toBe(digest(sent))
  })

  test('delivers data that was written before the peer knew the stream', async () => {
    await using sessions = await sessionPair({ connect })
    sessions.client.openStream().write('hello')
    const peer = await sessions.accepted()
    const [first] = (await once(peer, 'data')) as [Buffer]
    expect(first.toString()).toBe('hello')
  })

  test('half-closes: the other direction goes on', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    stream.end('question')
    const peer = await sessions.accepted()
    expect(await text(peer)).toBe('question')
    peer.write('answer, ')
    peer.end('after your end')
    expect(await text(stream)).toBe('answer, after your end')
    await expect.poll(() => [sessions.client.stats().openStreams, sessions.server.stats().openStreams]).toEqual([0, 0])
  })

  test('a reset reaches the other side as an error and leaves other streams alone', async () => {
    await using sessions = await sessionPair({ connect })
    const other = sessions.client.openStream()
    const otherPeer = await sessions.accepted()
    const stream = sessions.client.openStream()
    const peer = await sessions.accepted()
    const failed = once(peer, 'error')
    stream.destroy()
    expect(((await failed) as [unknown])[0]).toMatchObject({ code: 'stream_reset' })
    otherPeer.end('still here')
    expect(await text(other)).toBe('still here')
  })

  test('many streams at once do not mix', async () => {
    await using sessions = await sessionPair({ connect, server: { onStream: (stream) => void stream.pipe(stream) } })
    const echoes = Array.from({ length: 100 }, async (_, index) => {
      const sent = pattern(20_000 + index, index)
      const stream = sessions.client.openStream()
      stream.end(sent)
      return digest(await readAll(stream)) === digest(sent)
    })
    expect(await Promise.all(echoes)).not.toContain(false)
    expect(sessions.client.stats()).toMatchObject({ streamsOpened: 100, openStreams: 0 })
  })

  test('thousands of streams opened in one go, with data, all arrive', async () => {
    await using sessions = await sessionPair({
      connect,
      server: { acceptBacklog: 4000, onStream: (stream) => void stream.pipe(stream) },
    })
    const echoes = Array.from({ length: 2000 }, async (_, index) => {
      const stream = sessions.client.openStream()
      stream.end(`stream ${index}`)
      return (await text(stream)) === `stream ${index}`
    })
    expect(await Promise.all(echoes)).not.toContain(false)
  })

  test('both sides can open streams', async () => {
    await using sessions = await sessionPair({ connect, client: { onStream: (stream) => void stream.end('from the client') } })
    const stream = sessions.server.openStream()
    stream.end()
    expect(await text(stream)).toBe('from the client')
    expect(stream.id % 2).toBe(0)
  })

  test('a slow reader holds the writer back, with bounded memory, and others are served meanwhile', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    const peer = await sessions.accepted()
    let written = 0
    const chunk = Buffer.alloc(65_536)
    while (stream.write(chunk)) written += chunk.length
    const writeMore = (): void => {
      while (stream.write(chunk)) written += chunk.length
    }
    stream.on('drain', writeMore)
    const other = sessions.client.openStream()
    other.end('quick')
    expect(await text(await sessions.accepted())).toBe('quick')
    await expect.poll(() => sessions.server.stats().buffered).toBe(262_144)
    // One window on the way, and what the writer's own stream takes before it says stop.
    expect(written).toBeLessThan(262_144 + 4 * 131_072)
    stream.off('drain', writeMore)
    stream.end()
    let read = 0
    peer.on('data', (piece: Buffer) => (read += piece.length))
    await once(peer, 'end')
    expect(read).toBe(stream.bytesWritten)
    expect(sessions.server.stats().buffered).toBe(0)
  })

  test('measures the round trip', async () => {
    await using sessions = await sessionPair({ connect })
    expect(await sessions.client.ping()).toBeGreaterThan(0)
    expect(sessions.client.stats().minimumRoundTripMs).toBeGreaterThan(0)
  })

  test('a drained session lets its streams end, takes no new ones, and closes', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    const peer = await sessions.accepted()
    const drained = sessions.server.drain()
    await expect.poll(() => sessions.client.goingAway).toBe(true)
    expect(() => sessions.client.openStream()).toThrow(expect.objectContaining({ code: 'going_away' }))
    peer.end('last words')
    stream.end()
    expect(await text(stream)).toBe('last words')
    peer.resume()
    await drained
    expect(await sessions.server.closed).toMatchObject({ code: 'session_closed' })
    expect(await sessions.client.closed).toMatchObject({ code: 'peer_closed' })
  })

  test('a closed session ends all its streams on both sides', async () => {
    await using sessions = await sessionPair({ connect })
    const streams = [sessions.client.openStream(), sessions.client.openStream()]
    const peers = [await sessions.accepted(), await sessions.accepted()]
    const failures = [...streams, ...peers].map(async (stream) => ((await once(stream, 'error')) as [{ code: string }])[0].code)
    sessions.client.close()
    expect(await Promise.all(failures)).toEqual(['session_closed', 'session_closed', expect.any(String), expect.any(String)])
    await sessions.server.closed
    expect(() => sessions.client.openStream()).toThrow(expect.objectContaining({ code: 'session_closed' }))
    await expect(sessions.client.ping()).rejects.toMatchObject({ code: 'session_closed' })
  })

  test('a cut connection ends the sessions with an error that says so', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    await sessions.accepted()
    const failed = once(stream, 'error')
    sessions.pair.server.destroy()
    await failed
    expect((await sessions.client.closed).code).toBe('session_lost')
    expect((await sessions.server.closed).code).toBe('session_lost')
  })

  test('an empty write completes', async () => {
    await using sessions = await sessionPair({ connect })
    const stream = sessions.client.openStream()
    await new Promise((resolve) => stream.write(Buffer.alloc(0), resolve))
    stream.end('x')
    expect(await text(await sessions.accepted())).toBe('x')
  })
})
