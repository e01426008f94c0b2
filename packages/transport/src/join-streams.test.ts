import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { makeTemporaryDirectory } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { joinStreams } from './join-streams.ts'
import { digest, pattern, readAll } from './testing/bytes.ts'
import { socketPair } from './testing/channels.ts'
import { sessionPair } from './testing/sessions.ts'

/** A tool's socket, joined to a stream of a session; the far end of the stream is the resource. */
async function tunnel(signal?: AbortSignal) {
  const sockets = await socketPair()
  sockets.client.on('error', () => undefined)
  const sessions = await sessionPair({})
  const stream = sessions.client.openStream()
  const resource = await sessions.accepted()
  const joined = joinStreams(sockets.server, stream, signal === undefined ? {} : { signal })
  return {
    tool: sockets.client as Socket,
    resource,
    joined,
    sessions,
    [Symbol.asyncDispose]: async () => {
      sockets.client.destroy()
      sockets.server.destroy()
      await sessions[Symbol.asyncDispose]()
    },
  }
}

async function unixPair() {
  const folder = await makeTemporaryDirectory()
  const listener = createServer().listen(join(folder.path, 'socket'))
  await once(listener, 'listening')
  const client = connect(join(folder.path, 'socket'))
  const [server] = (await once(listener, 'connection')) as [Socket]
  listener.close()
  return { client, server, [Symbol.asyncDispose]: folder.remove }
}

describe('joinStreams', () => {
  test('copies megabytes both ways, half-closes and counts', async () => {
    await using ends = await tunnel()
    const up = pattern(3_000_000, 1)
    const down = pattern(4_000_000, 2)
    ends.tool.end(up)
    expect(digest(await readAll(ends.resource))).toBe(digest(up))
    ends.resource.end(down)
    expect(digest(await readAll(ends.tool))).toBe(digest(down))
    expect(await ends.joined).toEqual({ bytesForward: up.length, bytesBackward: down.length, error: null })
  })

  test('a reset on one side does not look like an end on the other', async () => {
    await using ends = await tunnel()
    const failed = once(ends.tool, 'error')
    ends.resource.write('half of the ans')
    await once(ends.tool, 'data')
    ends.resource.destroy()
    expect(((await failed) as [unknown])[0]).toMatchObject({ code: 'ECONNRESET' })
    expect((await ends.joined).error).toMatchObject({ code: 'stream_reset' })
  })

  test('a tool that dies resets the stream', async () => {
    await using ends = await tunnel()
    const failed = once(ends.resource, 'error')
    ends.tool.resetAndDestroy()
    expect(((await failed) as [unknown])[0]).toMatchObject({ code: 'stream_reset' })
    expect((await ends.joined).error).not.toBeNull()
  })

  test('aborting ends both sides with the given reason', async () => {
    const controller = new AbortController()
    await using ends = await tunnel(controller.signal)
    const failed = once(ends.tool, 'error')
    const reason = new Error('revoked')
    controller.abort(reason)
    await failed
    expect((await ends.joined).error).toBe(reason)
  })

  test('an aborted signal ends them before a byte was copied', async () => {
    await using ends = await tunnel(AbortSignal.abort(new Error('too late')))
    ends.tool.write('x')
    expect(await ends.joined).toMatchObject({ bytesForward: 0, error: { message: 'too late' } })
  })

  test('a stream that was destroyed before ends the other', async () => {
    const sockets = await socketPair()
    sockets.client.on('error', () => undefined)
    await using sessions = await sessionPair({})
    const stream = sessions.client.openStream()
    stream.destroy()
    await once(stream, 'close')
    const joined = await joinStreams(sockets.server, stream)
    expect(joined.error).toMatchObject({ code: 'stream_closed' })
    expect(sockets.server.destroyed).toBe(true)
    sockets.client.destroy()
  })

  test('a unix socket is ended too when the other side fails', async () => {
    await using folder = await unixPair()
    await using sessions = await sessionPair({})
    const stream = sessions.client.openStream()
    const joined = joinStreams(folder.server, stream)
    folder.client.write('x')
    const resource = await sessions.accepted()
    const closed = once(folder.client, 'close')
    resource.destroy()
    await closed
    expect((await joined).error).toMatchObject({ code: 'stream_reset' })
  })

  test('a slow reader holds the writer back', async () => {
    await using ends = await tunnel()
    ends.resource.pause()
    let written = 0
    const chunk = Buffer.alloc(65_536)
    const writeMore = (): void => {
      while (written < 200_000_000 && ends.tool.write(chunk)) written += chunk.length
    }
    ends.tool.on('drain', writeMore)
    writeMore()
    await expect.poll(() => ends.sessions.server.stats().buffered).toBe(262_144)
    await expect.poll(() => ends.tool.writableNeedDrain).toBe(true)
    expect(written).toBeLessThan(200_000_000)
    ends.tool.off('drain', writeMore)
    ends.tool.end('the end')
    expect((await text(ends.resource)).endsWith('the end')).toBe(true)
  })
})
