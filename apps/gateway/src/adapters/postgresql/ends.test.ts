/** How connections begin badly and how they end: refusals, revocation, failing records, nonsense. */
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { SallyportError } from '@sallyport/protocol'
import { encodeQuery } from './codec/frontend.ts'
import { VERSION_3_0, VERSION_3_2 } from './codec/messages.ts'
import { encodeCancelRequest, encodeGssEncryptionRequest, encodeSslRequest, encodeStartupMessage } from './codec/startup.ts'
import { decodeNegotiateProtocolVersion } from './codec/backend.ts'
import { DEFAULT_PATIENCE } from './serve.ts'
import { startDatabase, type Database } from './testing/database.ts'
import { queriesIn } from './testing/facts.ts'
import { startGateway, type GatewayOptions, type TestGateway } from './testing/gateway.ts'
import { errorIn, keyIn, RawClient, typesOf, type RawMessage } from './testing/raw-client.ts'

let database: Database
const gateways: TestGateway[] = []

beforeAll(async () => {
  database = await startDatabase()
})
afterAll(() => database.stop())
afterEach(() => Promise.all(gateways.splice(0).map((gateway) => gateway.stop())))

const gatewayWith = async (options: Partial<GatewayOptions> = {}): Promise<TestGateway> => {
  const { server, user, password, tls } = database
  const gateway = await startGateway({ port: server.port, userName: user, secret: password, caPem: tls.certPem, ...options })
  gateways.push(gateway)
  return gateway
}

const startup = (version = VERSION_3_0): Buffer =>
  encodeStartupMessage(
    version,
    new Map([
      ['user', 'anybody'],
      ['database', 'shop'],
    ]),
  )

/** Sends bytes and returns what came until the connection closed. */
const exchange = async (gateway: TestGateway, ...packets: Buffer[]): Promise<readonly RawMessage[]> => {
  const client = await RawClient.connect(gateway.port)
  client.send(...packets)
  return client.rest()
}

const promiseOfNothing = <T = void>() => Promise.withResolvers<T>()

describe('the first packets', () => {
  test('requests for encryption are answered with N, once each', async () => {
    const gateway = await gatewayWith()
    const client = await RawClient.connect(gateway.port)
    client.socket.removeAllListeners('data')
    const answer = () => new Promise<string>((resolve) => client.socket.once('data', (chunk) => resolve(chunk.toString())))
    client.send(encodeGssEncryptionRequest())
    expect(await answer()).toBe('N')
    client.send(encodeSslRequest())
    expect(await answer()).toBe('N')
    client.send(encodeSslRequest())
    expect(await answer()).toContain('08P01')
  })

  test.each([
    ['SSLRequest', encodeSslRequest()],
    ['GSSENCRequest', encodeGssEncryptionRequest()],
  ])('bytes that come with %s, before it is answered, end the connection', async (_, request) => {
    const gateway = await gatewayWith()
    expect(errorIn(await exchange(gateway, request, startup())).sqlstate).toBe('08P01')
    expect(gateway.records).toEqual([])
  })

  test.each([
    ['too short', Buffer.from([0, 0, 0, 4])],
    ['too long', Buffer.from([0, 0, 0x27, 0x11])],
    ['of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['of TLS', Buffer.from('1603010200010001fc0303', 'hex')],
    ['without an end', Buffer.from([0, 0, 0, 13, 0, 3, 0, 0, 0x75, 0, 0x78, 0x79, 0x7a])],
  ])('a packet %s is refused with an error', async (_, packet) => {
    const gateway = await gatewayWith()
    expect(errorIn(await exchange(gateway, packet))).toMatchObject({
      severity: 'FATAL',
      sqlstate: '08P01',
      routine: 'protocol_error',
    })
  })

  test('another major version is refused', async () => {
    expect(errorIn(await exchange(await gatewayWith(), startup(0x0002_0000))).sqlstate).toBe('0A000')
  })

  test('a tool that says nothing is told and let go', async () => {
    const gateway = await gatewayWith({ patience: { ...DEFAULT_PATIENCE, startup: 100 } })
    const client = await RawClient.connect(gateway.port)
    client.send(Buffer.from([0, 0]))
    expect(errorIn(await client.rest()).routine).toBe('startup_timeout')
    expect(gateway.ends[0]?.reason).toBe('startup_timeout')
  })

  test('a tool that leaves is let go', async () => {
    const gateway = await gatewayWith()
    const client = await RawClient.connect(gateway.port)
    client.socket.end(Buffer.from([0, 0, 0]))
    await gateway.ended(1)
    expect(gateway.ends[0]?.reason).toBe('tool_closed')
  })
})

describe('protocol versions', () => {
  const negotiated = (greeting: readonly RawMessage[]) => {
    const found = greeting.find(({ type }) => type === 'v')
    return found === undefined ? null : decodeNegotiateProtocolVersion({ buffer: found.body, start: 0, end: found.body.length })
  }

  test.each([
    ['3.0', VERSION_3_0, 4, null],
    ['3.2', VERSION_3_2, 32, null],
    ['3.1, which never was', 0x0003_0001, 4, { version: VERSION_3_0, options: [] }],
    ['a later one', 0x0003_270f, 32, { version: VERSION_3_2, options: [] }],
  ])('%s', async (...[, version, secretLength, negotiation]) => {
    const { greeting } = await RawClient.signIn((await gatewayWith()).port, { version })
    expect(keyIn(greeting).secret).toHaveLength(secretLength)
    expect(negotiated(greeting)).toEqual(negotiation)
  })

  test('protocol options that are not known are named and not passed on', async () => {
    const { greeting } = await RawClient.signIn((await gatewayWith()).port, {
      parameters: { '_pq_.compression': 'zstd', '_pq_.x': '1' },
    })
    expect(negotiated(greeting)).toEqual({ version: VERSION_3_0, options: ['_pq_.compression', '_pq_.x'] })
    expect(greeting[0]?.type).toBe('v')
  })

  test('the tool sees the parameters of the real server', async () => {
    const { greeting } = await RawClient.signIn((await gatewayWith()).port)
    const parameters = greeting.filter(({ type }) => type === 'S').map(({ body }) => body.toString().split('\0').slice(0, 2))
    const [{ version } = {}] = await database.admin("select current_setting('server_version') as version")
    expect(Object.fromEntries(parameters)).toMatchObject({
      server_version: version,
      session_authorization: 'app',
      client_encoding: 'UTF8',
    })
  })
})

describe('cancel secrets', () => {
  test('are minted: the process ID is the real one, the secret works here and not at the server', async () => {
    const gateway = await gatewayWith()
    const { client, greeting } = await RawClient.signIn(gateway.port, { version: VERSION_3_2 })
    const key = keyIn(greeting)
    client.send(encodeQuery('select pg_backend_pid()'))
    const row = (await client.until('Z')).find(({ type }) => type === 'D')
    expect(row?.body.subarray(6).toString()).toBe(String(key.processId))

    client.send(encodeQuery('select pg_sleep(601)'))
    await expect
      .poll(() => database.admin("select 1 from pg_stat_activity where query = 'select pg_sleep(601)' and state = 'active'"))
      .toHaveLength(1)
    const atServer = await RawClient.connect(database.server.port)
    atServer.send(encodeCancelRequest(key.processId, key.secret))
    await atServer.rest()
    await exchange(gateway, encodeCancelRequest(key.processId, randomBytes(32)))
    await exchange(gateway, encodeCancelRequest(key.processId + 1, key.secret))
    expect(
      gateway.records.filter(({ kind }) => kind === 'cancel').map((record) => 'matched' in record && record.matched),
    ).toEqual([false, false])

    expect(await exchange(gateway, encodeCancelRequest(key.processId, key.secret))).toEqual([])
    expect(errorIn(await client.until('Z')).sqlstate).toBe('57014')
    expect(gateway.records.filter(({ kind }) => kind === 'cancel')).toHaveLength(3)
  })

  test('end with their connection', async () => {
    const gateway = await gatewayWith()
    const { client, greeting } = await RawClient.signIn(gateway.port)
    client.socket.end()
    await gateway.ended(1)
    const { processId, secret } = keyIn(greeting)
    await exchange(gateway, encodeCancelRequest(processId, secret))
    expect(gateway.records.at(-1)).toMatchObject({ kind: 'cancel', matched: false })
  })

  test('lease nothing', async () => {
    const gateway = await gatewayWith({ openCredential: () => Promise.reject(new Error('must not be called')) })
    await exchange(gateway, encodeCancelRequest(1, randomBytes(4)))
    expect(gateway.ends[0]?.reason).toBe('cancel_unknown')
  })
})

describe('records come first', () => {
  test('the end of an answer is held back until its record is kept, and other connections are not', async () => {
    const held = promiseOfNothing()
    const gateway = await gatewayWith({
      record: (activity) =>
        activity.kind === 'query' && activity.statement.text === 'select 1' ? held.promise : Promise.resolve(),
    })
    const [{ client: slow }, { client: other }] = [await RawClient.signIn(gateway.port), await RawClient.signIn(gateway.port)]
    let answered = false
    slow.send(encodeQuery('select 1'))
    const answer = slow.until('Z').then((messages) => {
      answered = true
      return messages
    })
    other.send(encodeQuery('select 2'))
    await other.until('Z')
    other.send(encodeQuery('select 3'))
    await other.until('Z')
    expect(answered).toBe(false)
    held.resolve()
    expect(typesOf(await answer)).toBe('TDCZ')
  })

  test('a pipeline goes on meanwhile: later statements are recorded before the first is answered', async () => {
    const held = promiseOfNothing()
    const seen: string[] = []
    const gateway = await gatewayWith({
      record: (activity) => {
        if (activity.kind !== 'query') return Promise.resolve()
        seen.push(activity.statement.text)
        return activity.statement.text === 'select 1' ? held.promise : Promise.resolve()
      },
    })
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select 1'), encodeQuery('select 2'))
    await expect.poll(() => seen).toEqual(['select 1', 'select 2'])
    held.resolve()
    expect(typesOf([...(await client.until('Z')), ...(await client.until('Z'))])).toBe('TDCZTDCZ')
  })

  test('the last words of the resource wait for the record, too, and are not lost', async () => {
    const held = promiseOfNothing()
    const gateway = await gatewayWith({ record: (activity) => (activity.kind === 'query' ? held.promise : Promise.resolve()) })
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select pg_terminate_backend(pg_backend_pid())'))
    await expect.poll(() => database.admin("select 1 from pg_stat_activity where usename = 'app'")).toEqual([])
    held.resolve()
    expect(errorIn(await client.rest()).sqlstate).toBe('57P01')
  })

  test('when a record cannot be kept the answer is never shown and the connection ends', async () => {
    const gateway = await gatewayWith({
      record: (activity) => (activity.kind === 'query' ? Promise.reject(new Error('disk full')) : Promise.resolve()),
    })
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery("select 'secret row'"))
    const messages = await client.rest()
    expect(errorIn(messages)).toMatchObject({ severity: 'FATAL', sqlstate: '58030', routine: 'recording_unavailable' })
    expect(typesOf(messages)).toBe('E')
    await gateway.ended(1)
    expect(gateway.ends[0]?.reason).toBe('recording_unavailable')
  })

  test('when the opening cannot be recorded nobody is let in', async () => {
    const gateway = await gatewayWith({ record: () => Promise.reject(new Error('disk full')) })
    expect(errorIn(await exchange(gateway, startup())).sqlstate).toBe('58030')
  })
})

describe('the end from outside', () => {
  const reason = { code: 'lease_revoked', message: 'Access to this credential was withdrawn.' }

  test('reaches an idle tool as an error with the reason, and closes both sides', async () => {
    const gateway = await gatewayWith()
    const { client } = await RawClient.signIn(gateway.port)
    gateway.revoke(reason)
    const error = errorIn(await client.rest())
    expect(error).toMatchObject({ severity: 'FATAL', sqlstate: '57P01', routine: 'lease_revoked' })
    expect(error.message).toBe('Access to this credential was withdrawn. (lease_revoked)')
    await gateway.ended(1)
    expect(gateway.records.at(-1)).toMatchObject({ kind: 'connection.closed', reason: 'lease_revoked' })
    await expect.poll(() => database.admin("select 1 from pg_stat_activity where usename = 'app'")).toEqual([])
  })

  test('stops what is running, at the resource too', async () => {
    const gateway = await gatewayWith()
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery('select pg_sleep(600)'))
    const running = "select 1 from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'"
    await expect.poll(() => database.admin(running)).toHaveLength(1)
    gateway.revoke(reason)
    expect(errorIn(await client.rest()).routine).toBe('lease_revoked')
    await expect.poll(() => database.admin(running)).toEqual([])
    await gateway.ended(1)
    expect(queriesIn(gateway.records)[0]?.error?.code).toBe('unanswered')
  })

  test('waits for the end of the message under way, so that the tool can read the error', async () => {
    const gateway = await gatewayWith({ patience: { ...DEFAULT_PATIENCE, lastMessage: 60_000 } })
    const { client } = await RawClient.signIn(gateway.port)
    client.send(encodeQuery("select repeat('x', 200000) from generate_series(1, 100000)"))
    for (let index = 0; index < 20; index++) await client.next()
    gateway.revoke(reason)
    const messages = await client.rest()
    expect(messages.at(-1)?.type).toBe('E')
    expect(errorIn(messages).routine).toBe('lease_revoked')
  })

  test('also comes while the tool is signing in', async () => {
    const opening = promiseOfNothing<never>()
    const gateway = await gatewayWith({ openCredential: () => opening.promise })
    const client = await RawClient.connect(gateway.port)
    client.send(startup())
    await new Promise((resolve) => setImmediate(resolve))
    const messages = client.rest()
    gateway.revoke(reason)
    expect(errorIn(await messages)).toMatchObject({ severity: 'FATAL', sqlstate: '28000', routine: 'lease_revoked' })
  })
})

describe('other ends', () => {
  test('a lease that is refused is told with its code', async () => {
    const gateway = await gatewayWith({ openCredential: () => Promise.reject(new SallyportError('grant_expired')) })
    const error = errorIn(await exchange(gateway, startup()))
    expect(error).toMatchObject({ severity: 'FATAL', sqlstate: '28000', routine: 'grant_expired' })
    expect(error.message).toContain('Ask for it again')
  })

  test('what goes wrong inside is not shown', async () => {
    const gateway = await gatewayWith({ openCredential: () => Promise.reject(new Error('canary')) })
    const error = errorIn(await exchange(gateway, startup()))
    expect(JSON.stringify(error)).not.toContain('canary')
    expect(error.routine).toBe('internal')
  })

  test("the resource's own last words come through", async () => {
    const gateway = await gatewayWith()
    const { client, greeting } = await RawClient.signIn(gateway.port)
    await database.admin(`select pg_terminate_backend(${keyIn(greeting).processId})`)
    const messages = await client.rest()
    expect(typesOf(messages)).toBe('E')
    expect(errorIn(messages)).toMatchObject({ sqlstate: '57P01', message: 'terminating connection due to administrator command' })
    await gateway.ended(1)
    expect(gateway.ends[0]?.reason).toBe('resource_closed')
  })

  test('nonsense from a tool that is connected ends that connection only', async () => {
    const gateway = await gatewayWith()
    const { client: bystander } = await RawClient.signIn(gateway.port)
    for (const nonsense of [
      Buffer.from('!\0\0\0\x04'),
      Buffer.from('Q\0\0\0\x03'),
      Buffer.from('Q\x7f\xff\xff\xff', 'latin1'),
      Buffer.from('S\0\0\0\x05x'),
      Buffer.from('Q\0\0\0\x07abc'),
      Buffer.from('B\0\0\0\x08abcd'),
      Buffer.from('p\0\0\0\x05\0'),
      randomBytes(500).fill(0xff, 0, 1),
    ]) {
      const { client } = await RawClient.signIn(gateway.port)
      client.send(nonsense)
      expect(errorIn(await client.rest())).toMatchObject({ severity: 'FATAL', sqlstate: '08P01' })
    }
    bystander.send(encodeQuery('select 1'))
    expect(typesOf(await bystander.until('Z'))).toBe('TDCZ')
  })

  test('a tool that breaks off leaves nothing behind', async () => {
    const gateway = await gatewayWith()
    const { client } = await RawClient.signIn(gateway.port)
    client.socket.resetAndDestroy()
    await gateway.ended(1)
    await expect.poll(() => database.admin("select 1 from pg_stat_activity where usename = 'app'")).toEqual([])
    expect(gateway.ends[0]?.reason).toBe('tool_closed')
  })
})
