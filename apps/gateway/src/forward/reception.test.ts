import { randomUUID } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { text } from 'node:stream/consumers'
import { encodeFramedJson, formatIdentity, SallyportError } from '@sallyport/protocol'
import { waitFor } from '@sallyport/testkit'
import { type ByteChannel, connectTls, duplexChannel, MuxSession, type MuxStream, type TlsIdentity } from '@sallyport/transport'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Reception } from '../edge/edge.ts'
import type { EdgePeer } from '../edge/peer-identity.ts'
import { type Authority, type Issuing, makeAuthority, makeIdentity } from '../testing/authority.ts'
import { readAnswer } from '../testing/played-agent.ts'
import { ForwardedClients, type ReceptionLimits } from './reception.ts'

const trustDomain = 'relays.sallyport.example'
const relayName = formatIdentity({ trustDomain, kind: 'relay', id: randomUUID() })
const session = randomUUID()
const sessionName = formatIdentity({ trustDomain, kind: 'session', id: session })
const gateway = randomUUID()
const HOUR = 3_600_000
const MEBIBYTE = 1_048_576
/** Of the client, as the gateway in between saw it. */
const client = '192.0.2.7'
const head = encodeFramedJson({ client })

let root: Authority
let issuer: Authority
let own: TlsIdentity
let person: TlsIdentity
beforeAll(async () => {
  root = await makeAuthority('root')
  issuer = await makeAuthority('issuer', root)
  own = await identityOf(relayName)
  person = await identityOf(sessionName)
})

const identityOf = (name: string, change: Partial<Issuing> = {}): Promise<TlsIdentity> =>
  makeIdentity(name, { root, issuer, ...change })

/** Gateway and relay, as the relay dialled the gateway. */
let near: MuxSession
let far: MuxSession
let refused: Parameters<Reception['onRefused']>[0][]
let accepted: { readonly channel: ByteChannel; readonly peer: EdgePeer }[]
let check: Reception['check']
beforeEach(() => {
  refused = []
  accepted = []
  check = () => {}
  start()
})
afterEach(() => {
  near.close()
  far.close()
})

const start = (limits: Partial<ReceptionLimits> = {}): void => {
  const clients = new ForwardedClients(
    {
      identity: () => own,
      trustDomain: () => trustDomain,
      isIssuer: (der) => issuer.der.equals(der),
      check: (peer) => check(peer),
      accept: (channel, peer) => accepted.push({ channel, peer }),
      onRefused: (each) => refused.push(each),
      now: Date.now,
    },
    limits,
  )
  const [left, right] = duplexPair()
  near = new MuxSession(duplexChannel(left), { role: 'server' })
  far = new MuxSession(duplexChannel(right), {
    role: 'client',
    onStream: (stream) => void clients.receive(stream, gateways.shift() ?? gateway),
  })
}
/** Of the streams to come, where it is not always the same. */
const gateways: string[] = []

const forwarded = (bytes: Uint8Array = head): MuxStream => {
  const stream = near.openStream()
  stream.write(bytes)
  return stream
}

const enter = async (tls: TlsIdentity = person, stream = forwarded()) => {
  const socket = await connectTls(stream, { tls, expectedIdentity: relayName })
  const answer = await readAnswer(socket)
  return { socket, code: answer.ok ? 'ok' : answer.error.code }
}
const isReset = (stream: MuxStream): Promise<unknown> =>
  waitFor(() => stream.closed, { description: 'the stream to be reset', timeoutMs: 30_000 })
const codes = (): string[] => refused.map(({ code }) => code)
const isRefused = (count = 1): Promise<unknown> =>
  waitFor(() => refused.length >= count, { description: 'a refusal', timeoutMs: 30_000 })

test('a session of the organization is accepted, from where its gateway saw it', async () => {
  const { code } = await enter()
  expect(code).toBe('ok')
  expect(accepted.map(({ peer }) => peer)).toEqual([expect.objectContaining({ kind: 'session', session, address: client })])
  expect(refused).toEqual([])
})

test('who reads nothing is sent no more than the windows, and holds up none of its own streams', async () => {
  const { socket } = await enter()
  const streams: MuxStream[] = []
  const inside = new MuxSession(accepted[0]!.channel, { role: 'server', onStream: (stream) => streams.push(stream) })
  const mux = new MuxSession(duplexChannel(socket), { role: 'client' })
  const opened = Array.from({ length: 5 }, () => mux.openStream())
  const [, ...floods] = await waitFor(() => streams.length === 5 && streams, { description: 'the streams', timeoutMs: 30_000 })
  for (const flood of floods) flood.write(Buffer.alloc(16 * MEBIBYTE))
  streams[0]!.end('quick')
  expect(await text(opened[0]!)).toBe('quick')
  for (const flood of floods) expect(flood.bytesWritten).toBeLessThan(MEBIBYTE)
  expect(near.stats().buffered).toBeLessThan(4 * MEBIBYTE)
  mux.close()
  await inside.closed
})

describe('what is refused inside is told inside', () => {
  test.each<[string, () => Promise<TlsIdentity>, string]>([
    ['a relay', () => identityOf(relayName), 'identity_mismatch'],
    ['a gateway', () => identityOf(formatIdentity({ trustDomain, kind: 'gateway', id: gateway })), 'identity_mismatch'],
    [
      'somebody of another organization',
      () => identityOf(formatIdentity({ trustDomain: 'other.sallyport.example', kind: 'session', id: session })),
      'identity_mismatch',
    ],
    ['whom the root itself certified', () => identityOf(sessionName, { issuer: root }), 'certificate_invalid'],
    [
      'whom an issuer certified that counts no more',
      async () => identityOf(sessionName, { issuer: await makeAuthority('withdrawn', root) }),
      'certificate_invalid',
    ],
  ])('%s', async (_, make, code) => {
    const entered = await enter(await make())
    expect(entered.code).toBe(code)
    expect(await text(entered.socket)).toBe('')
    expect(accepted).toEqual([])
    expect(refused).toEqual([expect.objectContaining({ remoteAddress: client, code })])
  })

  test.each(['session_revoked', 'gateway_draining', 'gateway_isolated', 'limit_reached'] as const)('%s', async (code) => {
    check = () => {
      throw new SallyportError(code)
    }
    const entered = await enter()
    expect(entered.code).toBe(code)
    expect(await text(entered.socket)).toBe('')
    expect(accepted).toEqual([])
    expect(codes()).toEqual([code])
  })
})

describe('a stream is reset, and the others go on', () => {
  test.each<[string, Uint8Array]>([
    ['that begins with no head', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['whose head is too long', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['whose head says something else', encodeFramedJson({ type: 'forward', relay: gateway })],
    ['whose client has too long an address', encodeFramedJson({ client: 'x'.repeat(65) })],
    ['behind whose head comes no TLS', Buffer.concat([head, Buffer.from('no ClientHello at all')])],
  ])('%s', async (_, bytes) => {
    const other = await enter()
    await isReset(forwarded(bytes))
    await isRefused()
    expect(codes()).toEqual([expect.stringMatching(/^(protocol_error|tls_failed)$/)])
    expect(other.socket.destroyed).toBe(false)
    expect((await enter()).code).toBe('ok')
  })

  test.each<[string, () => Promise<TlsIdentity>]>([
    ['whose certificate has ended', () => identityOf(sessionName, { validity: { notBefore: ago(2), notAfter: ago(1) } })],
    [
      'whose certificate another organization made',
      async () => identityOf(sessionName, { issuer: await makeAuthority('another') }),
    ],
  ])('%s', async (_, make) => {
    await expect(enter(await make())).rejects.toThrow('the stream closed without an answer')
    await isRefused()
    expect(accepted).toEqual([])
  })

  test.each<[string, Uint8Array]>([
    ['that says nothing', Buffer.alloc(0)],
    ['that stops in its head', head.subarray(0, 3)],
    ['that stops behind its head', head],
    ['that stops in its handshake', Buffer.concat([head, Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])])],
  ])('%s in time', async (_, bytes) => {
    near.close()
    start({ deadlineMs: 50 })
    await isReset(forwarded(bytes))
    await isRefused()
    expect(codes()).toEqual([expect.stringMatching(/^(protocol_error|tls_failed)$/)])
  })
})

const ago = (hours: number): Date => new Date(Date.now() - hours * HOUR)

describe('bounds', () => {
  test('who stalls makes room for who does not', async () => {
    near.close()
    start({ handshakes: 2 })
    const stalled = [forwarded(), forwarded()]
    const { code } = await enter()
    expect(code).toBe('ok')
    await isReset(stalled[0]!)
    expect(stalled[1]!.destroyed).toBe(false)
  })

  test('beyond so many clients another one is told so, until one leaves', async () => {
    near.close()
    start({ clients: 1 })
    const first = await enter()
    expect((await enter()).code).toBe('limit_reached')
    first.socket.destroy()
    await waitFor(async () => (await enter()).code === 'ok', { description: 'room', timeoutMs: 30_000 })
  })

  test('a gateway that forwards too fast is not served for a while, others are', async () => {
    near.close()
    start({ perSecond: 0.001, atOnce: 1 })
    expect((await enter()).code).toBe('ok')
    await isReset(forwarded())
    expect(codes()).toEqual(['limit_reached'])
    gateways.push(randomUUID())
    expect((await enter()).code).toBe('ok')
  })
})
