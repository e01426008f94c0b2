import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type ControlFromApi,
  type ControlFromGateway,
  controlSubprotocols,
  MAX_PROBES,
  SallyportError,
} from '@sallyport/protocol'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { takeConnectionReport } from '../../domains/connections/index.ts'
import { answerProbe, waitingProbes } from '../../domains/probes/index.ts'
import { bumpTrustBundle } from '../../domains/authority/index.ts'
import { beginLink, endLink, findGateway, keepLink } from '../../domains/gateways/index.ts'
import { readRevocationsAfter, readSnapshot, revoke } from '../../domains/revocations/index.ts'
import { makeLease } from '../../testing/make-lease.ts'
import { makeGateway, type MadeGateway } from '../../testing/make-gateway.ts'
import { type MadeOrganization, makeOrganization } from '../../testing/make-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { type Inbox, inbox, until } from '../../testing/waiting.ts'
import { serveControlLink } from './control-link.ts'
import { type LiveServices, startLiveServices } from './services.ts'
import { acceptUpgrades, upgradeEndpoint } from './upgrades.ts'

let database: TestDatabase
let organization: MadeOrganization
let gateway: MadeGateway
const closers: (() => unknown)[] = []

beforeAll(async () => {
  database = await testDatabase()
  await openedOutbox(database)
})
beforeEach(async () => {
  organization = await makeOrganization(database.pools.api)
  gateway = await makeGateway(database.pools.api, organization.id)
})
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})
afterAll(() => database.stop())

const vault = { activityKey: () => Promise.reject(new SallyportError('vault_unavailable')) }

interface Replica {
  readonly origin: string
  readonly services: LiveServices
}

/** A replica whose listener believes whoever comes; how callers prove who they are is tested with the listeners. */
const replica = async (
  options: { certificateExpiresAt?: number; refuse?: SallyportError; gateway?: MadeGateway } = {},
): Promise<Replica> => {
  const pool = database.openPool('api')
  const services = startLiveServices({ pool, login: database.login('api'), vault, clock: Date.now, logger: quietLogger() })
  const server = createServer()
  const link = (): string => randomUUID()
  const upgrades = acceptUpgrades({
    server,
    logger: quietLogger(),
    endpoints: [
      upgradeEndpoint({
        path: '/v1/gateway/control',
        subprotocol: controlSubprotocols.gateway,
        maxMessage: 4096,
        authenticate: () =>
          options.refuse === undefined ? Promise.resolve((options.gateway ?? gateway).id) : Promise.reject(options.refuse),
        accept: (socket, id) => {
          const own = { gateway: id, link: link() }
          const run = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
            withOrganization(pool, organization.id, work)
          const served = serveControlLink({
            socket,
            gateway: {
              id,
              organization: organization.id,
              certificateExpiresAt: options.certificateExpiresAt ?? Date.now() + 3_600_000,
            },
            feed: services.feed,
            store: {
              after: (since) => run((within) => readRevocationsAfter(within, organization.id, since)),
              snapshot: () => run((within) => readSnapshot(within, { organization: organization.id, now: Date.now() })),
              begin: () => run((within) => beginLink(within, { ...own, now: Date.now() })),
              keep: (version, load) => run((within) => keepLink(within, { ...own, now: Date.now(), version, load })),
              connections: (report) => run((within) => takeConnectionReport(within, report, { gateway: id, now: Date.now() })),
              probes: () => run((within) => waitingProbes(within, id, Date.now())),
              hasJobs: () => Promise.resolve(false),
              probed: (probe, steps) => run((within) => answerProbe(within, { id: probe, gateway: id, steps })),
              end: () => run((within) => endLink(within, { ...own, now: Date.now() })),
            },
            clock: Date.now,
            logger: quietLogger(),
          })
          const leave = services.probes.follow(id, () => served.lookForWork())
          socket.once('close', leave)
        },
      }),
    ],
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    await upgrades.close()
    await new Promise((resolve) => server.close(resolve))
    await services.close()
  })
  return { origin: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, services }
}

interface Link {
  readonly socket: WebSocket
  readonly messages: Inbox<ControlFromApi>
  readonly closed: Promise<{ code: number; reason: string }>
  readonly say: (message: ControlFromGateway | object) => void
}

const connect = async ({ origin }: Replica): Promise<Link> => {
  const socket = new WebSocket(`${origin}/v1/gateway/control`, [controlSubprotocols.gateway])
  const messages = inbox<ControlFromApi>()
  socket.on('message', (data: Buffer) => messages.put(JSON.parse(data.toString())))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  closers.push(() => socket.terminate())
  return { socket, messages, closed, say: (message) => socket.send(JSON.stringify(message)) }
}

const hello = (since: number | null, trustBundle = 1) => ({ type: 'hello', since, version: '1.2.3', trustBundle }) as const

const revokeOne = (kind: 'session' | 'gateway' = 'session', id: string = randomUUID()): Promise<number> =>
  withOrganization(database.pools.api, organization.id, (transaction) =>
    revoke(transaction, {
      organization: organization.id,
      subject: { kind, id },
      code: kind === 'session' ? 'session_revoked' : 'gateway_unknown',
    }),
  )

const ofType = <Type extends ControlFromApi['type']>(link: Link, type: Type) =>
  link.messages.take((message) => message.type === type) as Promise<Extract<ControlFromApi, { type: Type }>>

/** Takes revocations until this number, and returns all their numbers. */
const numbersUntil = async (link: Link, last: number): Promise<number[]> => {
  const numbers: number[] = []
  while (numbers.at(-1) !== last) numbers.push(...(await ofType(link, 'revocations')).revocations.map(({ number }) => number))
  return numbers
}

const found = () => withOrganization(database.pools.api, organization.id, (transaction) => findGateway(transaction, gateway.id))

describe('hello', () => {
  test('after a start gets a snapshot, then what is revoked', async () => {
    await revokeOne()
    const link = await connect(await replica())
    link.say(hello(null))
    const snapshot = await ofType(link, 'snapshot')
    expect(snapshot).toMatchObject({ head: 1 })
    expect(snapshot.revocations.map(({ number }) => number)).toEqual([1])
    const session = randomUUID()
    await revokeOne('session', session)
    const { revocations } = await ofType(link, 'revocations')
    expect(revocations).toMatchObject([{ number: 2, subject: { kind: 'session', id: session }, code: 'session_revoked' }])
  })

  test('after a gap gets exactly what was missed', async () => {
    for (let count = 0; count < 5; count++) await revokeOne()
    const link = await connect(await replica())
    link.say(hello(2))
    expect(await numbersUntil(link, 5)).toEqual([3, 4, 5])
  })

  test('from another history, or from before what is kept, gets a snapshot', async () => {
    await revokeOne()
    const api = await replica()
    const ahead = await connect(api)
    ahead.say(hello(77))
    expect((await ofType(ahead, 'snapshot')).head).toBe(1)
    await withOrganization(database.pools.api, organization.id, async (transaction) => {
      await transaction.deleteFrom('revocations').execute()
    })
    await revokeOne()
    const behind = await connect(api)
    behind.say(hello(0))
    expect((await ofType(behind, 'snapshot')).head).toBe(2)
  })

  test('with an old trust bundle is told of the new one', async () => {
    const link = await connect(await replica())
    link.say(hello(0, 0))
    expect(await ofType(link, 'trust-bundle')).toEqual({ type: 'trust-bundle', number: 1 })
    await withOrganization(database.pools.api, organization.id, (transaction) => bumpTrustBundle(transaction, organization.id))
    await revokeOne()
    expect((await ofType(link, 'trust-bundle')).number).toBe(2)
  })

  test('is answered with a heartbeat that has the head', async () => {
    await revokeOne()
    const link = await connect(await replica())
    link.say(hello(1))
    expect(await ofType(link, 'heartbeat')).toMatchObject({ head: 1, trustBundle: 1 })
  })
})

describe('revocations', () => {
  test('made on one replica reach the links of another, in order, without gaps', async () => {
    const other = await makeGateway(database.pools.api, organization.id)
    const [one, two] = [await replica(), await replica({ gateway: other })]
    const links = [await connect(one), await connect(two)]
    for (const link of links) link.say(hello(null))
    for (const link of links) await ofType(link, 'snapshot')
    await Promise.all(Array.from({ length: 30 }, () => revokeOne()))
    for (const link of links) expect(await numbersUntil(link, 30)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1))
  })

  test('that come while a gateway says hello are neither lost nor doubled', async () => {
    const api = await replica()
    const link = await connect(api)
    const racing = Array.from({ length: 20 }, () => revokeOne())
    link.say(hello(0))
    await Promise.all(racing)
    expect(await numbersUntil(link, 20)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
  })

  test('of thousands that were missed come in frames of a thousand', async () => {
    await withOrganization(database.pools.api, organization.id, async (transaction) => {
      const rows = Array.from({ length: 2500 }, (_, index) => ({
        number: index + 1,
        subject_kind: 'lease' as const,
        subject_id: randomUUID(),
        code: 'lease_revoked',
      }))
      await transaction.insertInto('revocations').values(rows).execute()
      await transaction.updateTable('organizations').set({ revocation_number: 2500 }).execute()
    })
    const link = await connect(await replica())
    link.say(hello(0))
    const sizes: number[] = []
    while (sizes.reduce((sum, size) => sum + size, 0) < 2500) sizes.push((await ofType(link, 'revocations')).revocations.length)
    expect(sizes).toEqual([1000, 1000, 500])
  })

  test('of the gateway itself make it stop, and close its link', async () => {
    const link = await connect(await replica())
    link.say(hello(null))
    await ofType(link, 'snapshot')
    await revokeOne('gateway', gateway.id)
    expect(await ofType(link, 'stop')).toEqual({ type: 'stop', code: 'gateway_unknown' })
    expect(await link.closed).toEqual({ code: 4401, reason: 'gateway_unknown' })
  })
})

describe('open connections', () => {
  const told = (lease: string, ago = 0) => ({
    id: randomUUID(),
    lease,
    caller: { program: 'psql', user: 'ada', pid: 7 },
    openedAt: Date.now() - ago,
  })
  const rows = () =>
    withOrganization(database.pools.api, organization.id, (transaction) =>
      transaction.selectFrom('open_connections').select(['id', 'lease_id', 'bytes_up']).orderBy('opened_at').execute(),
    )
  const leaseOf = async (of: string) =>
    (await makeLease(database.pools.vault, { organization: organization.id, gateway: of, now: Date.now() })).lease
  const settled = async (link: Link, api: Replica): Promise<void> => {
    // Frames are handled in their order: what answers a later one has seen those before.
    await link.messages.take(({ type }) => type === 'snapshot' || type === 'heartbeat')
    api.services.feed.wake(organization.id)
  }

  test('are known from what the gateway says: opened, bytes, closed, and all anew', async () => {
    const api = await replica()
    const link = await connect(api)
    link.say(hello(0))
    await settled(link, api)
    const [one, two] = [told(await leaseOf(gateway.id), 60_000), told(await leaseOf(gateway.id))]
    const frame = { type: 'connections', reset: false, opened: [], bytes: [], closed: [] } as const
    link.say({ ...frame, reset: true, opened: [one, two] })
    link.say({ ...frame, bytes: [{ id: one.id, bytesUp: 5, bytesDown: 0 }] })
    await until(async () => (await rows()).some((row) => row.bytes_up === '5'))
    expect(await rows()).toMatchObject([
      { id: one.id, lease_id: one.lease },
      { id: two.id, bytes_up: '0' },
    ])
    link.say({ ...frame, closed: [one.id] })
    await until(async () => (await rows()).length === 1)
    link.say({ ...frame, reset: true, opened: [one] })
    await until(async () => (await rows())[0]?.id === one.id)
  })

  test('are believed only under leases of the gateway that tells of them', async () => {
    const other = await makeGateway(database.pools.api, organization.id)
    const api = await replica()
    const link = await connect(api)
    link.say(hello(0))
    await settled(link, api)
    const own = told(await leaseOf(gateway.id))
    const opened = [told(await leaseOf(other.id)), told(randomUUID()), own]
    link.say({ type: 'connections', reset: true, opened, bytes: [], closed: [] })
    await until(async () => (await rows()).length > 0)
    expect((await rows()).map(({ id }) => id)).toEqual([own.id])
  })
})

describe('a test of an endpoint', () => {
  const endpoint = {
    protocol: 'postgresql',
    host: 'shop.internal',
    port: 5432,
    tls: { kind: 'authority', certificates: '', serverName: null },
    plaintextAllowed: false,
    weakestAuthentication: 'scram',
  } as const
  const steps = [{ step: 'name', ok: true, code: null, detail: '10.0.0.1', milliseconds: 1 }] as const
  const run = <Result>(work: Parameters<typeof withOrganization<Result>>[2]) =>
    withOrganization(database.pools.api, organization.id, work)

  test('reaches the gateway and comes back, from whichever replica it is asked', async () => {
    const [asked, holding] = [await replica(), await replica()]
    const link = await connect(holding)
    link.say(hello(0))
    await ofType(link, 'heartbeat')
    const answer = asked.services.probes.ask({ gateway: gateway.id, endpoint, run })
    const probe = await until(async () => (await run((within) => waitingProbes(within, gateway.id, Date.now())))[0])
    await run((transaction) => answerProbe(transaction, { id: probe.id, gateway: randomUUID(), steps: [] }))
    await run((transaction) => answerProbe(transaction, { id: probe.id, gateway: gateway.id, steps }))
    expect(await answer).toEqual(steps)
    expect(await run((transaction) => transaction.selectFrom('gateway_probes').selectAll().execute())).toEqual([])
  })

  test('is sent over the link of the gateway, once, and its answer is taken from there', async () => {
    const api = await replica()
    const link = await connect(api)
    const answer = api.services.probes.ask({ gateway: gateway.id, endpoint, run })
    link.say(hello(0))
    const probe = await ofType(link, 'probe')
    expect(probe).toMatchObject({ endpoint })
    link.say({ type: 'probed', id: probe.id, steps: [...steps] })
    expect(await answer).toEqual(steps)
  })

  test('of which a gateway has as many as it runs waits for none more', async () => {
    const api = await replica()
    const waiting = Array.from({ length: MAX_PROBES }, () => api.services.probes.ask({ gateway: gateway.id, endpoint, run }))
    await until(async () => (await run((within) => waitingProbes(within, gateway.id, Date.now()))).length === MAX_PROBES)
    await expect(api.services.probes.ask({ gateway: gateway.id, endpoint, run })).rejects.toMatchObject({ code: 'limit_reached' })
    const ended = Promise.allSettled(waiting)
    api.services.probes.close()
    for (const each of await ended) expect(each).toMatchObject({ status: 'rejected', reason: { code: 'gateway_unreachable' } })
  })
})

describe('a link', () => {
  test('shows the gateway as connected while it lasts, with its version', async () => {
    const link = await connect(await replica())
    link.say(hello(null))
    await ofType(link, 'snapshot')
    await ofType(link, 'heartbeat')
    await expect.poll(found).toMatchObject({ version: '1.2.3', linkId: expect.any(String) })
    link.socket.close()
    await link.closed
    await expect.poll(async () => (await found())?.linkId).toBe(null)
  })

  test('gives way to a newer one of the same gateway on another replica', async () => {
    const first = await connect(await replica())
    first.say(hello(null))
    await ofType(first, 'heartbeat')
    const second = await connect(await replica())
    second.say(hello(null))
    await ofType(second, 'heartbeat')
    // The first learns it when it next says that it is there.
    first.say(hello(null))
    expect(await first.closed).toEqual({ code: 4409, reason: 'conflict' })
    expect(second.socket.readyState).toBe(WebSocket.OPEN)
  })

  test('of a revoked gateway is told to stop at once', async () => {
    await withOrganization(database.pools.api, organization.id, (transaction) =>
      transaction.updateTable('gateways').set({ status: 'revoked', revoked_at: new Date() }).execute(),
    )
    const link = await connect(await replica())
    expect(await ofType(link, 'stop')).toEqual({ type: 'stop', code: 'gateway_unknown' })
    expect((await link.closed).code).toBe(4401)
  })

  test('closes when the certificate ends with which it was opened', async () => {
    const link = await connect(await replica({ certificateExpiresAt: Date.now() + 300 }))
    link.say(hello(null))
    expect(await link.closed).toEqual({ code: 4401, reason: 'certificate_expired' })
  })

  test.each([
    ['something else than hello first', JSON.stringify({ type: 'applied', revocation: 1 })],
    ['no JSON', 'hello'],
    ['an unknown message', JSON.stringify({ type: 'shutdown' })],
    ['unknown fields', JSON.stringify({ ...hello(null), more: 1 })],
    ['binary data', Buffer.from(JSON.stringify(hello(null)))],
  ])('closes on %s', async (_name, data) => {
    const link = await connect(await replica())
    link.socket.send(data)
    expect(await link.closed).toEqual({ code: 4400, reason: 'protocol_error' })
  })

  test('closes on a message that is too long, before it is read', async () => {
    const link = await connect(await replica())
    link.socket.send('x'.repeat(5000))
    expect((await link.closed).code).toBe(1009)
  })
})

describe('an upgrade', () => {
  const refusalOf = (url: string, protocols: string[]): Promise<{ status: number; code: string }> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols)
      socket.on('open', () => reject(new Error('it was accepted')))
      socket.on('error', () => undefined)
      socket.on('unexpected-response', (_request, response) => {
        let body = ''
        response.on('data', (data: Buffer) => (body += data.toString()))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, code: JSON.parse(body).error.code }))
      })
    })

  test('that is refused is answered with its code before it is one', async () => {
    const { origin } = await replica({ refuse: new SallyportError('certificate_revoked') })
    const refusal = await refusalOf(`${origin}/v1/gateway/control`, [controlSubprotocols.gateway])
    expect(refusal).toEqual({ status: 401, code: 'certificate_revoked' })
  })

  test('of another path or subprotocol is refused', async () => {
    const { origin } = await replica()
    expect(await refusalOf(`${origin}/v1/other`, [controlSubprotocols.gateway])).toEqual({ status: 404, code: 'not_found' })
    expect(await refusalOf(`${origin}/v1/gateway/control`, ['sallyport.control.v9'])).toEqual({
      status: 400,
      code: 'unsupported_version',
    })
  })

  test('tells nothing of what went wrong inside', async () => {
    const { origin } = await replica({ refuse: new Error('password of the database') as SallyportError })
    const refusal = await refusalOf(`${origin}/v1/gateway/control`, [controlSubprotocols.gateway])
    expect(refusal).toEqual({ status: 500, code: 'internal' })
  })
})
