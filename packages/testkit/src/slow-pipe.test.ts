import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { LinkQuality, SlowPipe } from './slow-pipe.ts'
import { slowPipe } from './slow-pipe.ts'
import { waitFor } from './wait-for.ts'

let echo: Server
let accepted: Socket[]
beforeEach(async () => {
  accepted = []
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket)
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
})
afterEach(() => void echo.close())

const openPipe = async (quality: LinkQuality): Promise<SlowPipe> => {
  const pipe = await slowPipe({ target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port }, ...quality })
  onTestFinished(() => pipe.close())
  return pipe
}

const open = async (pipe: SlowPipe): Promise<Socket> => {
  const socket = connect({ host: pipe.host, port: pipe.port, noDelay: true })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

/** Milliseconds until one byte has come back. */
const ping = async (socket: Socket): Promise<number> => {
  const start = performance.now()
  socket.write('x')
  await once(socket, 'data')
  return performance.now() - start
}

test('delays each way', async () => {
  const socket = await open(await openPipe({ delayMs: 25 }))
  expect(await ping(socket)).toBeGreaterThanOrEqual(49)
})

test('loses and reorders nothing, half-close included, and limits the bandwidth', async () => {
  const pipe = await openPipe({ delayMs: 2, bytesPerSecond: 20_000_000, loss: 0.001 })
  const socket = await open(pipe)
  const sent = randomBytes(2_000_000)
  const start = performance.now()
  socket.end(sent)
  expect((await buffer(socket)).equals(sent)).toBe(true)
  expect(performance.now() - start).toBeGreaterThan(100)
  expect(pipe.bytes).toBe(4_000_000)
  await waitFor(() => pipe.connections === 0, { description: 'the connection to be closed' })
})

test('holds a sender back when the other side does not read', async () => {
  echo.removeAllListeners('connection').on('connection', (socket: Socket) => void socket.pause())
  const pipe = await openPipe({})
  const socket = await open(pipe)
  const chunk = Buffer.alloc(1024 * 1024)
  for (let sent = 0; sent < 64; sent += 1) socket.write(chunk)
  let before = -1
  await waitFor(
    async () => {
      const stalled = pipe.bytes === before
      before = pipe.bytes
      await new Promise((settle) => setTimeout(settle, 50))
      return stalled
    },
    { description: 'the sender to stall' },
  )
  expect(pipe.bytes).toBeLessThan(32 * 1024 * 1024)
  socket.destroy()
})

test('a cut resets both sides, and the next connection works', async () => {
  const pipe = await openPipe({})
  const socket = await open(pipe)
  await ping(socket)
  const ended = Promise.all([socket, accepted[0]].map((side) => new Promise((settle) => side?.once('close', settle))))
  pipe.cut()
  await ended
  expect(await ping(await open(pipe))).toBeGreaterThan(0)
})

test('a partition hides even that the other side is gone, until it heals', async () => {
  const pipe = await openPipe({})
  const [kept, lost] = [await open(pipe), await open(pipe)]
  await ping(kept)
  await ping(lost)
  pipe.partition()
  const answer = ping(kept)
  let isGone = false
  accepted[1]?.once('close', () => (isGone = true))
  lost.resetAndDestroy()
  await waitFor(() => pipe.bytes === 5, { description: 'the byte to reach the pipe' })
  const outcome = await Promise.race([answer, new Promise((settle) => setTimeout(settle, 60, 'silence'))])
  expect({ outcome, isGone }).toEqual({ outcome: 'silence', isGone: false })
  pipe.heal()
  await answer
  await waitFor(() => isGone, { description: 'the other side to hear of it' })
})
