/** Wire compatibility with the original: HashiCorp's Go implementation in both roles. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type Program, type TemporaryDirectory, makeTemporaryDirectory, spawnProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { duplexChannel } from '../channel/duplex-channel.ts'
import { digest, pattern, readAll } from '../testing/bytes.ts'
import { buildYamuxPeer, yamuxPeerSkipReason } from '../testing/yamux-peer/build.ts'
import { MuxSession } from './session.ts'
import type { MuxStream } from './stream.ts'

const reason = yamuxPeerSkipReason()

describe.skipIf(reason !== null)(
  `interoperability with HashiCorp's yamux${reason === null ? '' : ` (skipped: ${reason})`}`,
  () => {
    let folder: TemporaryDirectory
    let peer: string

    beforeAll(async () => {
      folder = await makeTemporaryDirectory()
      peer = await buildYamuxPeer(folder.path)
    }, 300_000)

    afterAll(async () => {
      await folder?.remove()
    })

    /** A session of ours with a Go server that runs in this mode. */
    async function toGo(mode: 'serve' | 'refuse'): Promise<{ session: MuxSession; program: Program } & AsyncDisposable> {
      const program = await spawnProgram({ command: peer, args: [mode] })
      const [, port] = await program.waitForLine(/"listening","port":(\d+)/)
      const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
      await once(socket, 'connect')
      const session = new MuxSession(duplexChannel(socket), { role: 'client' })
      return {
        session,
        program,
        [Symbol.asyncDispose]: async () => {
          session.close()
          await program.stop()
        },
      }
    }

    test('our client: megabytes through many streams at once come back unchanged', async () => {
      await using go = await toGo('serve')
      const echoes = Array.from({ length: 40 }, async (_, index) => {
        const stream = go.session.openStream()
        const sent = pattern(700_000 + index, index)
        stream.write('echo\n')
        stream.end(sent)
        return digest(await readAll(stream)) === digest(sent)
      })
      expect(await Promise.all(echoes)).toEqual(Array.from({ length: 40 }, () => true))
      expect(go.session.stats().openStreams).toBe(0)
    })

    test('our client: a half-close is seen, and its answer arrives', async () => {
      await using go = await toGo('serve')
      const stream = go.session.openStream()
      stream.write('count\n')
      stream.end(Buffer.alloc(3_000_000))
      expect(await text(stream)).toBe('3000000')
    })

    test('our client: a window that grows lets 20 MB through', async () => {
      await using go = await toGo('serve')
      const stream = go.session.openStream()
      stream.end('send 20000000\n')
      let received = 0
      for await (const chunk of stream) received += (chunk as Buffer).length
      expect(received).toBe(20_000_000)
    })

    test('our client: a reset is seen as a reset', async () => {
      await using go = await toGo('serve')
      const stream = go.session.openStream()
      stream.write('hold\n')
      await go.program.waitForLine(/"holding"/)
      stream.destroy()
      await go.program.waitForLine(/connection reset/)
      expect(await go.session.ping()).toBeGreaterThan(0)
    })

    test('our client: a refused stream is reset and the session goes on', async () => {
      await using go = await toGo('refuse')
      const streams = [go.session.openStream(), go.session.openStream(), go.session.openStream()]
      const failed = streams.map(async (stream) => ((await once(stream, 'error')) as [{ code: string }])[0].code)
      expect(await Promise.any(failed)).toBe('stream_reset')
      expect(await go.session.ping()).toBeGreaterThan(0)
    })

    test('our client: pings are answered both ways', async () => {
      await using go = await toGo('serve')
      expect(await go.session.ping()).toBeGreaterThan(0)
      const stream = go.session.openStream()
      stream.end('ping\n')
      expect(await text(stream)).toBe('true')
    })

    test('our client: GoAway is understood', async () => {
      await using go = await toGo('serve')
      const stream = go.session.openStream()
      stream.end('goaway\n')
      await text(stream)
      expect(() => go.session.openStream()).toThrow(expect.objectContaining({ code: 'going_away' }))
    })

    test('our server: a Go client echoes, half-closes, is reset and leaves', async () => {
      const listener = createServer({ noDelay: true, allowHalfOpen: true })
      listener.listen(0, '127.0.0.1')
      await once(listener, 'listening')
      const { port } = listener.address() as { port: number }
      const [program, [socket]] = await Promise.all([
        spawnProgram({ command: peer, args: ['dial', `127.0.0.1:${port}`] }),
        once(listener, 'connection') as Promise<[Socket]>,
      ])
      const session = new MuxSession(duplexChannel(socket), { role: 'server', onStream: serve })
      const exit = await program.exited
      listener.close()
      expect(exit.code, program.describe()).toBe(0)
      expect(program.lines.filter((line) => line.includes('"same":true'))).toHaveLength(50)
      expect(program.lines.join('\n')).toMatch(/"connection reset","event":"reset"/)
      expect(program.lines.join('\n')).toMatch(/"ping","positive":true/)
      expect(await session.closed).toMatchObject({ code: 'peer_closed' })
    })
  },
)

/** Echoes, unless the stream begins with "reset". */
function serve(stream: MuxStream): void {
  stream.once('data', (first: Buffer) => {
    if (first.toString().startsWith('reset')) {
      stream.destroy()
      return
    }
    stream.write(first)
    stream.pipe(stream)
  })
}
