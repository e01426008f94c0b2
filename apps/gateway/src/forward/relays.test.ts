import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { forwardedHead, SallyportError, type StreamAnswer } from '@sallyport/protocol'
import { waitFor } from '@sallyport/testkit'
import { duplexChannel, MuxSession, type MuxStream } from '@sallyport/transport'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ClientConnection } from '../session/client-connection.ts'
import { readFramed } from '../session/head-exchange.ts'
import { openStream } from '../testing/played-agent.ts'
import { Relays } from './relays.ts'

const logger = pino({ level: 'silent' })
const relay = randomUUID()
const HOUR = 3_600_000
const MEBIBYTE = 1_048_576
const unasked = (): never => {
  throw new Error('nobody asks for this here')
}

let counts: boolean
let relays: Relays
let client: MuxSession
const muxes: MuxSession[] = []

beforeEach(() => {
  counts = true
  const check = (): void => {
    if (!counts) throw new SallyportError('gateway_unknown')
  }
  relays = new Relays({ check, now: Date.now, logger })
  client = connectClient(randomUUID())
})
afterEach(() => {
  for (const mux of muxes.splice(0)) mux.close()
})

const dialled = (duplex: Parameters<typeof duplexChannel>[0], onStream?: (stream: MuxStream) => void): MuxSession => {
  const mux = new MuxSession(duplexChannel(duplex), { role: 'client', ...(onStream ? { onStream } : {}) })
  muxes.push(mux)
  return mux
}

const connectClient = (session: string): MuxSession => {
  const [near, far] = duplexPair()
  const peer = { session, publicKey: new Uint8Array(), certificateEndsAt: Date.now() + HOUR, address: '192.0.2.7' }
  const forward = relays.open.bind(relays)
  const others = { open: unasked, resume: unasked, renew: unasked, path: unasked, serve: unasked, onIdle: unasked }
  void new ClientConnection(duplexChannel(far), peer, { ...others, forward, now: Date.now, logger, onClosed: () => {} })
  return dialled(near)
}

/** A relay dials: what it is sent comes to `streams`. */
const connectRelay = (certificateEndsAt = Date.now() + HOUR) => {
  const [near, far] = duplexPair()
  const streams: MuxStream[] = []
  const mux = dialled(near, (stream) => streams.push(stream))
  relays.check(relay)
  relays.accept(duplexChannel(far), { relay, certificateEndsAt, address: '192.0.2.1' })
  return { mux, streams }
}

const forward = (from = client) => openStream(from, { type: 'forward', relay })
const codeOf = (answer: StreamAnswer): string => (answer.ok ? 'ok' : answer.error.code)
const arrivedAt = ({ streams }: { readonly streams: readonly MuxStream[] }, count = 1): Promise<MuxStream> =>
  waitFor(() => streams[count - 1], { description: 'a stream at the relay' })

test('bytes pass both ways behind the address of the client, and the end of one side is that of one side', async () => {
  const uplink = connectRelay()
  const { stream, answer } = await forward()
  expect(codeOf(answer)).toBe('ok')
  const inner = await arrivedAt(uplink)
  expect(await readFramed(inner, forwardedHead)).toEqual({ client: '192.0.2.7' })
  const sent = Buffer.alloc(3_000_000, 'forward')
  stream.end(sent)
  expect((await buffer(inner)).equals(sent)).toBe(true)
  inner.end('and back')
  expect(await text(stream)).toBe('and back')
})

test('a client that reads nothing holds up the relay, and nobody else', async () => {
  const uplink = connectRelay()
  const [slow, quick] = [await forward(), await forward()]
  const flood = await arrivedAt(uplink)
  flood.write(Buffer.alloc(32 * MEBIBYTE))
  const other = await arrivedAt(uplink, 2)
  other.end('quick')
  expect(await text(quick.stream)).toBe('quick')
  // What is under way is no more than the windows on it, which do not grow for who reads nothing.
  expect(slow.stream.bytesRead).toBeLessThan(MEBIBYTE)
  expect(flood.bytesWritten).toBeLessThan(4 * MEBIBYTE)
  slow.stream.destroy()
})

test('a relay that is not there is said to be unavailable', async () => {
  expect(codeOf((await forward()).answer)).toBe('relay_unavailable')
  const { mux } = connectRelay()
  mux.close()
  await mux.closed
  await waitFor(async () => codeOf((await forward()).answer) === 'relay_unavailable', { description: 'the end of the uplink' })
})

test('a newer uplink takes what begins, also while the older one drains', async () => {
  const older = connectRelay()
  const begun = await forward()
  const newer = connectRelay()
  older.mux.drain().catch(unasked)
  expect(codeOf((await forward()).answer)).toBe('ok')
  await arrivedAt(newer)
  const inner = await arrivedAt(older)
  inner.end('still there')
  expect(await text(begun.stream)).toContain('still there')
  begun.stream.end()
})

test('at the end of its certificate an uplink takes nothing new', async () => {
  connectRelay(Date.now() - 1)
  await expect.poll(async () => codeOf((await forward()).answer)).toBe('relay_unavailable')
})

test('who counts no more is cut, with what passes', async () => {
  const uplink = connectRelay()
  const { stream } = await forward()
  await arrivedAt(uplink)
  counts = false
  relays.cut()
  await expect(text(stream)).rejects.toMatchObject({ code: 'stream_reset' })
  await uplink.mux.closed
  expect(() => relays.check(relay)).toThrow(SallyportError)
})

test('one relay has four uplinks at most', () => {
  for (let count = 0; count < 4; count += 1) connectRelay()
  expect(() => relays.check(relay)).toThrow(expect.objectContaining({ code: 'limit_reached' }) as Error)
})

test('one session has 128 streams to relays at most, over all of its connections; others have their own', async () => {
  connectRelay()
  const session = randomUUID()
  const [one, two] = [connectClient(session), connectClient(session)]
  const opened = await Promise.all(Array.from({ length: 128 }, (_, index) => forward(index % 2 === 0 ? one : two)))
  expect(opened.map(({ answer }) => codeOf(answer))).toEqual(Array.from({ length: 128 }, () => 'ok'))
  expect(codeOf((await forward(one)).answer)).toBe('limit_reached')
  expect(codeOf((await forward()).answer)).toBe('ok')
  opened[1]!.stream.destroy()
  await waitFor(async () => codeOf((await forward(one)).answer) === 'ok', { description: 'room for another', timeoutMs: 30_000 })
})

test('a relay that opens streams, floods, or breaks the protocol loses its uplink at most', async () => {
  const uplink = connectRelay()
  const { stream } = await forward()
  const inner = await arrivedAt(uplink)
  await readFramed(inner, forwardedHead)
  const own = uplink.mux.openStream()
  own.write('what a relay has no business with')
  await waitFor(() => own.closed, { description: 'its stream to be reset', timeoutMs: 30_000 })
  inner.write('still there')
  expect(String(await once(stream, 'data').then(([chunk]) => chunk as Buffer))).toBe('still there')

  const [near, far] = duplexPair()
  relays.accept(duplexChannel(far), { relay, certificateEndsAt: Date.now() + HOUR, address: '192.0.2.1' })
  const lost = await forward()
  expect(codeOf(lost.answer)).toBe('ok')
  near.resume().write(Buffer.from('no frame of ours at all'))
  await waitFor(() => lost.stream.closed, { description: 'the uplink to be closed', timeoutMs: 30_000 })
  // The one before does again.
  expect(codeOf((await forward()).answer)).toBe('ok')
  await arrivedAt(uplink, 2)
})
