import { once } from 'node:events'
import { connect } from 'node:net'
import { slowPipe } from '@sallyport/testkit'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { duplexChannel } from '../channel/duplex-channel.ts'
import { sessionPair } from '../testing/sessions.ts'
import { MuxSession } from './session.ts'
import type { MuxStream } from './stream.ts'

const keepalive = { keepaliveIntervalMs: 60, keepaliveTimeoutMs: 150 }

/** A client and a server session with a link in between that can be cut, slowed and stopped. */
async function overLink(options: { readonly bytesPerSecond?: number; readonly delayMs?: number }) {
  const listener = createServer({ noDelay: true, allowHalfOpen: true })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const link = await slowPipe({ target: { host: '127.0.0.1', port: (listener.address() as { port: number }).port }, ...options })
  const socket = connect({ host: '127.0.0.1', port: link.port, noDelay: true })
  const [accepted] = (await once(listener, 'connection')) as [Socket]
  const streams: MuxStream[] = []
  const server = new MuxSession(duplexChannel(accepted), { role: 'server', onStream: (stream) => streams.push(stream.resume()) })
  return {
    socket,
    link,
    server,
    streams,
    [Symbol.asyncDispose]: async () => {
      socket.destroy()
      accepted.destroy()
      listener.close()
      await link.close()
    },
  }
}

describe('a session watches itself', () => {
  test('a peer that vanished without a word ends it', async () => {
    await using net = await overLink({})
    const session = new MuxSession(duplexChannel(net.socket), { role: 'client', ...keepalive })
    await session.ping()
    net.link.partition()
    expect(await session.closed).toMatchObject({ code: 'keepalive_timeout' })
  })

  test('a quiet peer that answers does not', async () => {
    await using net = await overLink({})
    const session = new MuxSession(duplexChannel(net.socket), { role: 'client', ...keepalive })
    const start = performance.now()
    // Ends by the idle limit of another session that started with it, long after the keepalive limit.
    await using other = await sessionPair({ client: { idleTimeoutMs: 600 } })
    expect(await other.client.closed).toMatchObject({ code: 'idle_timeout' })
    expect(performance.now() - start).toBeGreaterThan(500)
    expect(session.isClosed).toBe(false)
    session.close()
  })

  test('bulk of its own in front of the pings does not starve it', async () => {
    await using net = await overLink({ bytesPerSecond: 1_000_000 })
    const session = new MuxSession(duplexChannel(net.socket), {
      role: 'client',
      keepaliveIntervalMs: 50,
      keepaliveTimeoutMs: 2_000,
    })
    const stream = session.openStream()
    stream.end(Buffer.alloc(4_000_000))
    await once(stream, 'finish')
    await expect.poll(() => net.streams[0]?.bytesRead).toBe(4_000_000)
    expect(session.isClosed).toBe(false)
    session.close()
  })

  test('a channel that takes nothing any more ends it', async () => {
    await using net = await overLink({})
    const session = new MuxSession(duplexChannel(net.socket), { role: 'client', writeTimeoutMs: 200, keepaliveTimeoutMs: 60_000 })
    await session.ping()
    net.link.partition()
    // More streams than the kernel's buffers hold windows.
    for (let index = 0; index < 60; index += 1) session.openStream().write(Buffer.alloc(262_144))
    expect(await session.closed).toMatchObject({ code: 'write_timeout' })
  })

  test('a session without streams ends at its idle limit, one with a stream does not', async () => {
    await using busy = await sessionPair({ client: { idleTimeoutMs: 100 } })
    busy.client.openStream()
    await using idle = await sessionPair({ client: { idleTimeoutMs: 100 } })
    expect(await idle.client.closed).toMatchObject({ code: 'idle_timeout' })
    expect(await idle.server.closed).toMatchObject({ code: 'peer_closed' })
    expect(busy.client.isClosed).toBe(false)
  })

  test('a window follows the path: a long one is filled', async () => {
    await using net = await overLink({ delayMs: 100 })
    const session = new MuxSession(duplexChannel(net.socket), { role: 'client' })
    await expect.poll(() => net.server.stats().minimumRoundTripMs).toBeGreaterThan(190)
    const stream = session.openStream()
    const start = performance.now()
    stream.end(Buffer.alloc(20_000_000))
    await once(stream, 'finish')
    await expect.poll(() => net.streams[0]?.bytesRead).toBe(20_000_000)
    const trips = (performance.now() - start) / net.server.stats().minimumRoundTripMs!
    // The fixed initial window would take 20,000,000 / 262,144 = 76 round trips.
    expect(trips).toBeLessThan(70)
    session.close()
  })
})
