import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ErrorCode, leaseRenewal, parseStatement, SallyportError, ticket } from '@sallyport/protocol'
import { waitFor } from '@sallyport/testkit'
import type { MuxStream } from '@sallyport/transport'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { granted, type StubGateway, StubOrganization } from './testing.ts'
import { type Tunnel, Tunnels, type TunnelsOptions } from './tunnels.ts'

let organization: StubOrganization
let tunnels: Tunnels | null = null
beforeEach(async () => {
  organization = await StubOrganization.make()
})
afterEach(async () => {
  tunnels?.close()
  await organization.stop()
})

const start = async (): Promise<Awaited<ReturnType<StubOrganization['session']>>> => {
  const session = await organization.session()
  tunnels = new Tunnels({ session: session as TunnelsOptions['session'], logger: pino({ level: 'silent' }), onChange: () => {} })
  return session
}
const first = Buffer.from('first words')
const open = (credential = organization.credential(), signal = new AbortController().signal): Promise<Tunnel> =>
  tunnels!.open({ credential, caller: null, first, signal })
const echoed = async (tunnel: Tunnel): Promise<string> => ((await once(tunnel.stream, 'data')) as [Buffer])[0].toString()

test('the first connection opens a lease with a ticket for this gateway, and its bytes get through', async () => {
  const gateway = await organization.addGateway()
  const { live } = await start()
  const credential = organization.credential()
  const tunnel = await open(credential)
  expect(await echoed(tunnel)).toBe('first words')
  const [head] = gateway.heads
  expect(head!.type).toBe('open')
  const { payload } = parseStatement(ticket, head!.type === 'open' ? head!.ticket : '')
  expect(payload).toMatchObject({
    purpose: 'connect',
    gateway: gateway.id,
    credential: credential.credential,
    session: live.stored.id,
    device: live.device,
    deviceState: { counter: 1 },
  })
  expect(tunnel.bytes()).toEqual({ up: first.length, down: first.length })
})

test('a connection tells its path: the gateway by the name in its certificate, and how that reached the resource', async () => {
  const gateway = await organization.addGateway()
  const lease = randomUUID()
  const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: null }
  const path = { host: 'db.example', port: 5432, connectMs: 6.5, tls, reachedAt: 1_800_000_000_000 }
  gateway.answer = (head) => (head.type === 'path' ? { ok: true, path } : granted(lease))
  await start()
  const tunnel = await open()
  expect(await tunnel.path()).toEqual({
    gateway: {
      name: 'gateway 1',
      identity: expect.stringMatching(new RegExp(`^spiffe://.*/gateway/${gateway.id}$`)) as string,
      host: '127.0.0.1',
      port: expect.any(Number) as number,
      roundTripMs: expect.toSatisfy((value) => value === null || typeof value === 'number') as number,
      tls: expect.objectContaining({ version: 'TLSv1.3' }) as object,
    },
    relay: null,
    resource: path,
  })
  expect(gateway.heads.at(-1)).toEqual({ type: 'path', lease })
})

test('a gateway that does not know the question leaves the end of the path open', async () => {
  const gateway = await organization.addGateway()
  await start()
  const tunnel = await open()
  gateway.answer = () => ({ ok: false, error: { code: 'protocol_error', message: '' } })
  expect(await tunnel.path()).toMatchObject({ gateway: { name: 'gateway 1' }, resource: null })
})

test('further connections resume the lease', async () => {
  const gateway = await organization.addGateway()
  gateway.answer = () => granted(lease)
  const lease = randomUUID()
  await start()
  const credential = organization.credential()
  await open(credential)
  expect(await echoed(await open(credential))).toBe('first words')
  expect(gateway.heads.map(({ type }) => type)).toEqual(['open', 'resume'])
  expect(gateway.heads[1]).toMatchObject({ lease })
})

test('connections that begin together cost one unlock', async () => {
  const gateway = await organization.addGateway()
  const lease = randomUUID()
  gateway.answer = async (head) => {
    if (head.type === 'open') await new Promise((resolve) => setTimeout(resolve, 50))
    return granted(lease)
  }
  await start()
  const credential = organization.credential()
  await Promise.all(Array.from({ length: 20 }, () => open(credential)))
  expect(gateway.heads.filter(({ type }) => type === 'open')).toHaveLength(1)
  expect(gateway.heads.filter(({ type }) => type === 'resume')).toHaveLength(19)
})

test.for(['lease_unknown', 'lease_ended'] as const)(
  'a resume refused with %s opens anew, without the tool knowing',
  async (code) => {
    const gateway = await organization.addGateway()
    gateway.answer = (head) => (head.type === 'resume' ? { ok: false, error: { code, message: 'gone' } } : granted(randomUUID()))
    await start()
    const credential = organization.credential()
    await open(credential)
    expect(await echoed(await open(credential))).toBe('first words')
    expect(gateway.heads.map(({ type }) => type)).toEqual(['open', 'resume', 'open'])
  },
)

test('a refusal of the person is not asked of another gateway', async () => {
  const gateways = [await organization.addGateway(), await organization.addGateway()]
  for (const gateway of gateways) gateway.answer = () => ({ ok: false, error: { code: 'not_granted', message: 'no access' } })
  await start()
  await expect(open()).rejects.toMatchObject({ code: 'not_granted', message: 'no access' })
  expect(gateways.flatMap(({ heads }) => heads)).toHaveLength(1)
})

test('a gateway that is gone is passed over for the next', async () => {
  const gateways = [await organization.addGateway(), await organization.addGateway()]
  await start()
  const gone = tunnels!.pool.candidates(organization.site)[0]!.entry.id
  await gateways.find(({ id }) => id === gone)!.close()
  const tunnel = await open()
  expect(tunnel.gateway.id).not.toBe(gone)
})

test('a gateway that drains is passed over for the next', async () => {
  const gateways = [await organization.addGateway(), await organization.addGateway()]
  await start()
  const draining = gateways.find(({ id }) => id === tunnels!.pool.candidates(organization.site)[0]!.entry.id)!
  draining.answer = () => ({ ok: false, error: { code: 'gateway_draining', message: 'stopping' } })
  expect((await open()).gateway.id).not.toBe(draining.id)
})

test('without a gateway that can be reached the error says so', async () => {
  const gateway = await organization.addGateway()
  await start()
  await gateway.close()
  await expect(open()).rejects.toMatchObject({ code: 'gateway_unreachable' })
})

describe('a gateway that cuts the session off while a connection is asked for', () => {
  const cutOff = async (): Promise<StubGateway> => {
    const gateway = await organization.addGateway()
    gateway.answer = () => {
      for (const session of gateway.sessions) session.close()
      return new Promise(() => {})
    }
    return gateway
  }

  test('is dialled once more, so that the tool is told why', async () => {
    const gateway = await cutOff()
    await start()
    const opening = open()
    await waitFor(() => gateway.sessions.length === 1, { description: 'the connection to the gateway' })
    gateway.refusal = { code: 'device_state_stale', message: 'a copy was seen' }
    await expect(opening).rejects.toMatchObject({ code: 'device_state_stale', message: 'a copy was seen' })
  })

  test('is not named as the reason where the API told it first', async () => {
    const gateway = await cutOff()
    const session = await start()
    const cut = gateway.answer
    gateway.answer = (head) => {
      session.end.abort(new SallyportError('session_revoked'))
      return cut(head)
    }
    await expect(open()).rejects.toMatchObject({ code: 'session_revoked' })
  })
})

test('another gateway’s certificate is not taken for the chosen one', async () => {
  const gateway = await organization.addGateway({ identity: `spiffe://tests.sallyport.internal/gateway/${randomUUID()}` })
  await start()
  await expect(open()).rejects.toMatchObject({ code: 'identity_mismatch' })
  expect(gateway.heads).toEqual([])
})

test('a gateway under an issuer that counts no more is refused', async () => {
  const gateway = await organization.addGateway()
  const session = await start()
  ;(session.live.trust.issuers as string[])[0] = 'AAAA'
  await expect(open()).rejects.toMatchObject({ code: 'identity_mismatch' })
  expect(gateway.heads).toEqual([])
})

test('a new certificate moves new connections to a new link, and cuts none of the old', async () => {
  const gateway = await organization.addGateway()
  gateway.answer = () => granted(lease)
  const lease = randomUUID()
  await start()
  const credential = organization.credential()
  const before = await open(credential)
  expect(await echoed(before)).toBe('first words')
  tunnels!.materialChanged()
  // The old link is told to go once the new one stands.
  await waitFor(() => gateway.sessions.length === 2 && gateway.sessions[0]!.goingAway, { description: 'the new link' })
  await open(credential)
  expect(gateway.sessions[1]!.stats().openStreams).toBe(1)
  before.stream.write('still here')
  expect(await echoed(before)).toBe('still here')
  before.stream.end()
  await waitFor(() => gateway.sessions[0]!.isClosed, { description: 'the old link to end with its last stream' })
})

test('a stream that the gateway resets is an error at the tool’s side', async () => {
  const gateway = await organization.addGateway()
  await start()
  const tunnel = await open()
  const failed = once(tunnel.stream, 'error')
  for (const session of gateway.sessions) session.close()
  expect(await failed).toHaveLength(1)
})

test('leases that carry connections are renewed at half of their time with one message, others not', async () => {
  const gateway = await organization.addGateway()
  const leases = [randomUUID(), randomUUID(), randomUUID()]
  let next = 0
  gateway.answer = (head) => {
    if (head.type !== 'renew') return granted(leases[next++]!, 20)
    const { payload } = parseStatement(leaseRenewal, head.renewal)
    const renewed = payload.leases.map((id) => ({ id, state: 'renewed' as const, expiresAt: Date.now() + 300_000 }))
    return { ok: true, renewal: { leases: renewed, revocation: 1 } }
  }
  await start()
  // A lease that seems to end at once is given ten seconds: the gateway's clock may be behind.
  await Promise.all([open(), open()])
  const idle = await open()
  idle.stream.destroy()
  const renewal = await waitFor(() => gateway.heads.find(({ type }) => type === 'renew'), {
    description: 'a renewal',
  })
  const { payload } = parseStatement(leaseRenewal, renewal.type === 'renew' ? renewal.renewal : '')
  expect([...payload.leases].sort()).toEqual(leases.slice(0, 2).sort())
  expect(payload.gateway).toBe(gateway.id)
})

test('a message for open connections goes under their lease to each gateway that has some', async () => {
  const gateway = await organization.addGateway()
  const other = await organization.addGateway()
  gateway.answer = other.answer = () => granted(lease)
  const lease = randomUUID()
  await start()
  const credential = organization.credential()
  const { gateway: used } = await open(credential)
  await tunnels!.tell(randomUUID(), Buffer.from('cancel of somebody else'))
  const told = tunnels!.tell(credential.credential, Buffer.from('cancel'))
  const user = [gateway, other].find(({ id }) => id === used.id)!
  await waitFor(() => user.heads.length === 2, { description: 'the message' })
  await told
  expect(user.heads.map(({ type }) => type)).toEqual(['open', 'resume'])
  expect([gateway, other].flatMap(({ heads }) => heads)).toHaveLength(2)
})

describe('a relay', () => {
  let credential: ReturnType<StubOrganization['credentialBehindRelay']>
  beforeEach(() => {
    credential = organization.credentialBehindRelay()
  })
  const openBehind = (): Promise<Tunnel> => open(credential)
  const forwards = ({ heads }: StubGateway): number => heads.filter(({ type }) => type === 'forward').length

  test('is reached through the gateway that has it, under tickets of its own, over one connection inside', async () => {
    const [without, having] = [await organization.addGateway(), await organization.addGateway()]
    const relay = await organization.addRelay([having])
    await start()
    const tunnel = await openBehind()
    expect(await echoed(tunnel)).toBe('first words')
    const [head] = relay.heads
    const { payload } = parseStatement(ticket, head!.type === 'open' ? head!.ticket : '')
    expect(payload).toMatchObject({ gateway: relay.id })
    await openBehind()
    expect(relay.heads.map(({ type }) => type)).toEqual(['open', 'resume'])
    expect(forwards(having)).toBe(1)
    expect([...having.heads, ...without.heads].every(({ type }) => type === 'forward')).toBe(true)

    relay.answer = (asked) => (asked.type === 'path' ? { ok: true, path: null } : granted(randomUUID()))
    expect(await tunnel.path()).toMatchObject({
      gateway: { name: 'gateway 2', host: '127.0.0.1', identity: expect.stringContaining(`/gateway/${having.id}`) as string },
      relay: { name: 'relay', identity: expect.stringContaining(`/relay/${relay.id}`) as string, tls: { version: 'TLSv1.3' } },
    })
  })

  test('that no gateway has is unavailable', async () => {
    await organization.addGateway()
    await organization.addRelay([])
    await start()
    await expect(openBehind()).rejects.toMatchObject({ code: 'relay_unavailable' })
  })

  test.each<[string, (stream: MuxStream) => void]>([
    ['resets what it forwards', (stream) => stream.destroy()],
    ['ends what it forwards', (stream) => stream.end()],
    ['says something that is no TLS', (stream) => stream.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is reached through another gateway when one %s', async (_, forward) => {
    const gateways = [await organization.addGateway(), await organization.addGateway()]
    const relay = await organization.addRelay(gateways)
    await start()
    const { id } = tunnels!.pool.candidates(organization.site)[0]!.entry
    gateways.find((gateway) => gateway.id === id)!.forward = async (stream) => forward(stream)
    expect(await echoed(await openBehind())).toBe('first words')
    expect(gateways.map(forwards)).toEqual([1, 1])
    expect(relay.heads).toHaveLength(1)
  })

  test.each<[string, string, ErrorCode]>([
    ['an answer that is none', 'garbage instead of an answer', 'protocol_error'],
    ['an answer too long', '\uffff\uffff\uffff\uffff', 'protocol_error'],
  ])('that gives %s is an error with a code, not a connection', async (_, said, code) => {
    const relay = await organization.addRelay([await organization.addGateway()])
    relay.says = Buffer.from(said)
    await start()
    await expect(openBehind()).rejects.toMatchObject({ code })
    expect(relay.heads).toEqual([])
  })

  test('with the certificate of something else is not spoken to', async () => {
    const gateway = await organization.addGateway()
    const identity = `spiffe://tests.sallyport.internal/gateway/${gateway.id}`
    const relay = await organization.addRelay([gateway], { identity })
    await start()
    await expect(openBehind()).rejects.toMatchObject({ code: 'identity_mismatch' })
    expect(relay.heads).toEqual([])
  })

  test('says itself why it refuses somebody', async () => {
    const relay = await organization.addRelay([await organization.addGateway()])
    relay.refusal = { code: 'session_revoked', message: 'Your sign-in was ended.' }
    await start()
    await expect(openBehind()).rejects.toMatchObject({ code: 'session_revoked', message: 'Your sign-in was ended.' })
  })

  test('is reached through another gateway when the one in between takes nothing new; what is open goes on', async () => {
    const gateways = [await organization.addGateway(), await organization.addGateway()]
    const relay = await organization.addRelay(gateways)
    relay.answer = () => granted(lease)
    const lease = randomUUID()
    await start()
    const tunnel = await openBehind()
    const used = gateways.find((gateway) => forwards(gateway) > 0)!
    const other = gateways.find((gateway) => gateway !== used)!
    used.refusal = { code: 'gateway_draining', message: '' }
    const drained = used.sessions.at(-1)!.drain()
    const [link] = tunnels!.pool.candidates(organization.behind)
    await waitFor(() => link!.via?.entry.id === other.id, { description: 'the relay to be reached through the other gateway' })
    expect(await echoed(tunnel)).toBe('first words')
    await openBehind()
    expect(relay.heads.map(({ type }) => type)).toEqual(['open', 'resume'])
    tunnel.stream.destroy()
    await drained
  })
})
