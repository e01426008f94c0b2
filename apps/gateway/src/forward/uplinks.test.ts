import { randomUUID } from 'node:crypto'
import { formatIdentity, SallyportError, toBase64url, type TrustBundle } from '@sallyport/protocol'
import { waitFor } from '@sallyport/testkit'
import { listenWebSocket, MuxSession, type MuxStream, type TlsIdentity } from '@sallyport/transport'
import { pino } from 'pino'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Authority, makeAuthority, makeIdentity } from '../testing/authority.ts'
import { Uplinks } from './uplinks.ts'

const trustDomain = 'relays.sallyport.example'
const relay = formatIdentity({ trustDomain, kind: 'relay', id: randomUUID() })

let root: Authority
let issuer: Authority
let own: TlsIdentity
beforeAll(async () => {
  root = await makeAuthority('root')
  issuer = await makeAuthority('issuer', root)
  own = await makeIdentity(relay, { root, issuer })
})

interface Gateway {
  readonly id: string
  readonly port: number
  /** The relay's connections, the first one first. */
  readonly muxes: MuxSession[]
  /** Certificates (DER) with which it came. */
  readonly shown: Buffer[]
  close(): Promise<void>
}

const listen = async ({ id, port = 0, name }: { id: string; port?: number; name?: string }): Promise<Gateway> => {
  const [muxes, shown]: [MuxSession[], Buffer[]] = [[], []]
  const listener = await listenWebSocket({
    host: '127.0.0.1',
    port,
    tls: await makeIdentity(name ?? formatIdentity({ trustDomain, kind: 'gateway', id }), { root, issuer }),
    authorize: async ({ certificate }) => {
      shown.push(Buffer.from(certificate))
      return { ok: true, context: null }
    },
    onConnection: (channel) => muxes.push(new MuxSession(channel, { role: 'server' })),
  })
  const gateway = { id, port: listener.port, muxes, shown, close: () => listener.close() }
  listening.push(gateway)
  return gateway
}

const listening: Gateway[] = []
let entries: TrustBundle['gateways']
let revoked: Set<string>
let isIssuer: (der: Uint8Array) => boolean
let uplinks: Uplinks
/** What came through gateways. */
let arrived: { readonly stream: MuxStream; readonly gateway: string }[]
let lines: string[]
beforeEach(() => {
  entries = []
  revoked = new Set()
  arrived = []
  lines = []
  isIssuer = (der) => issuer.der.equals(der)
  const bundle = { trustDomain, issuers: [toBase64url(issuer.der)] } as unknown as TrustBundle
  uplinks = new Uplinks({
    identity: () => own,
    bundle: () => ({ ...bundle, gateways: entries }),
    isIssuer: (der) => isIssuer(der),
    check: (gateway) => {
      if (revoked.has(gateway)) throw new SallyportError('gateway_unknown')
    },
    onStream: (stream, gateway) => arrived.push({ stream, gateway }),
    logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
  })
})
afterEach(async () => {
  uplinks.close()
  for (const gateway of listening.splice(0)) await gateway.close()
})

const name = (...gateways: readonly Gateway[]): void => {
  entries = gateways.map(({ id, port }) => {
    const address = { host: '127.0.0.1', port }
    return { id, kind: 'gateway', name: id, sites: [], address }
  })
  uplinks.update()
}
const come = (gateway: Gateway, count = 1): Promise<MuxSession> =>
  waitFor(() => gateway.muxes[count - 1], { description: `connection ${count} of the relay` })
const isConnected = (...gateways: readonly Gateway[]): Promise<unknown> =>
  waitFor(
    () =>
      uplinks.connected.toSorted().join() ===
      gateways
        .map(({ id }) => id)
        .toSorted()
        .join(),
    {
      description: 'the relay to be connected to these',
    },
  )
const isClosed = (mux: MuxSession): Promise<unknown> => waitFor(() => mux.isClosed, { description: 'a connection to close' })

/** A stream through the gateway's newest connection, and its other end at the relay. */
const forward = async (gateway: Gateway) => {
  const near = gateway.muxes.at(-1)!.openStream()
  near.write('in')
  const count = arrived.length + 1
  const { stream: far, gateway: from } = await waitFor(() => arrived[count - 1], { description: 'a stream at the relay' })
  return { near, far, from }
}
const passes = async ({ near, far }: { readonly near: MuxStream; readonly far: MuxStream }): Promise<void> => {
  far.write('.')
  await waitFor(() => near.read() as Buffer | null, { description: 'a byte' })
}
const tells = (event: string): Promise<string> =>
  waitFor(() => lines.find((line) => line.includes(`"event":"${event}"`)), { description: `the log to say ${event}` })

test('every gateway of the bundle is dialled with the relay’s own certificate, and what comes through one is told from which', async () => {
  const [one, two] = [await listen({ id: randomUUID() }), await listen({ id: randomUUID() })]
  name(one, two)
  await isConnected(one, two)
  await Promise.all([come(one), come(two)])
  expect(String(own.cert)).toContain(one.shown[0]!.toString('base64').slice(0, 60))
  expect((await forward(one)).from).toBe(one.id)
  expect((await forward(two)).from).toBe(two.id)
})

test.each(['is revoked', 'is in the bundle no more'])('a gateway that %s is cut at once, and the other is not', async (how) => {
  const [one, two] = [await listen({ id: randomUUID() }), await listen({ id: randomUUID() })]
  name(one, two)
  await isConnected(one, two)
  await Promise.all([come(one), come(two)])
  const [gone, stays] = [await forward(one), await forward(two)]
  if (how === 'is revoked') revoked.add(one.id)
  else entries = entries.filter(({ id }) => id !== one.id)
  uplinks.update()
  expect(gone.far.destroyed).toBe(true)
  await isClosed(one.muxes[0]!)
  await passes(stays)
  expect(uplinks.connected).toEqual([two.id])
  // It is not dialled again by what changes later.
  uplinks.update()
  uplinks.renew()
  await come(two, 2)
  expect(one.muxes).toHaveLength(1)
})

test('with a new certificate it dials anew before the connection before drains: nothing is cut', async () => {
  const gateway = await listen({ id: randomUUID() })
  name(gateway)
  const first = await come(gateway)
  const before = await forward(gateway)
  own = await makeIdentity(relay, { root, issuer })
  uplinks.renew()
  await come(gateway, 2)
  await waitFor(() => first.goingAway, { description: 'the first connection to drain' })
  expect(gateway.shown[1]).not.toEqual(gateway.shown[0])
  await passes(before)
  expect((await forward(gateway)).from).toBe(gateway.id)
  before.near.destroy()
  await isClosed(first)
})

test('at another address the gateway is dialled there, and what is open at the one before goes on', async () => {
  const old = await listen({ id: randomUUID() })
  name(old)
  const first = await come(old)
  const before = await forward(old)
  const moved = await listen({ id: old.id })
  name(moved)
  await come(moved)
  await waitFor(() => first.goingAway, { description: 'the first connection to drain' })
  await passes(before)
  expect((await forward(moved)).from).toBe(old.id)
  // All of it is cut with the gateway.
  revoked.add(old.id)
  uplinks.update()
  await Promise.all([isClosed(first), isClosed(moved.muxes[0]!)])
})

test('what is lost is dialled again, and so is what a gateway that stops takes nothing new on', async () => {
  const gateway = await listen({ id: randomUUID() })
  name(gateway)
  const first = await come(gateway)
  first.close()
  const second = await come(gateway, 2)
  const open = await forward(gateway)
  const drained = second.drain()
  await come(gateway, 3)
  await passes(open)
  open.near.destroy()
  await drained
  expect(await tells('uplink.lost')).toContain(gateway.id)
})

test.each<[string, (id: string) => Promise<Gateway>]>([
  ['that is another gateway', (id) => listen({ id, name: formatIdentity({ trustDomain, kind: 'gateway', id: randomUUID() }) })],
  ['that is a relay', (id) => listen({ id, name: formatIdentity({ trustDomain, kind: 'relay', id }) })],
  [
    'whose issuer counts no more',
    (id) => {
      isIssuer = () => false
      return listen({ id })
    },
  ],
])('a listener %s is no uplink, and the log says why', async (_, start) => {
  const gateway = await start(randomUUID())
  name(gateway)
  const line = await tells('uplink.failed')
  expect(line).toContain('identity_mismatch')
  expect(line).not.toContain('PRIVATE KEY')
  expect(gateway.muxes).toEqual([])
  expect(uplinks.connected).toEqual([])
})
