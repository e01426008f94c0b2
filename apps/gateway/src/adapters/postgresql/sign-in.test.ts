import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Configuration } from '@sallyport/postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { OpenedCredential, ResourceTarget } from '../adapter.ts'
import { encodeQuery } from './codec/frontend.ts'
import { encodeMessage } from './codec/encode.ts'
import { backend } from './codec/messages.ts'
import { encodeStartupMessage } from './codec/startup.ts'
import { makeCertificate } from './testing/certificates.ts'
import { DEFAULT_PATIENCE } from './serve.ts'
import { startDatabase, type Database } from './testing/database.ts'
import { startGateway, type GatewayOptions, type TestGateway } from './testing/gateway.ts'
import { errorIn, RawClient, typesOf } from './testing/raw-client.ts'

let database: Database
const gateways: TestGateway[] = []
const servers: Server[] = []

beforeAll(async () => {
  database = await startDatabase()
})
afterAll(() => database.stop())
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()))
  for (const server of servers.splice(0)) server.close()
})

const gatewayWith = async (options: Partial<GatewayOptions> = {}): Promise<TestGateway> => {
  const { server, user, password, tls } = database
  const gateway = await startGateway({ port: server.port, userName: user, secret: password, caPem: tls.certPem, ...options })
  gateways.push(gateway)
  return gateway
}

/** Signs in and runs one query; the letters of all messages. */
const attempt = async (gateway: TestGateway): Promise<string> => {
  const client = await RawClient.connect(gateway.port)
  client.send(
    encodeStartupMessage(
      0x0003_0000,
      new Map([
        ['user', 'anybody'],
        ['database', 'shop'],
      ]),
    ),
  )
  const greeting = await client.until('Z')
  if (greeting.at(-1)?.type !== 'Z') return `${errorIn(greeting).sqlstate} ${errorIn(greeting).routine}`
  client.send(encodeQuery('select 1'))
  const answer = typesOf(await client.until('Z'))
  client.socket.destroy()
  return answer
}

const SERVED = 'TDCZ'

/** Replaces access rules and waits until the server has taken them over. */
const reload = async (configuration: Configuration): Promise<void> => {
  const loaded = async () => JSON.stringify(await database.admin('select pg_conf_load_time() as at'))
  const before = await loaded()
  await database.server.reload(configuration)
  await vi.waitFor(async () => expect(await loaded()).not.toBe(before), { timeout: 30_000, interval: 20 })
}

/** Lets the server ask for one way of signing in, with the password stored as that way needs it. */
const serverAsksFor = async (method: string, encryption = 'scram-sha-256', extra: Configuration = {}): Promise<void> => {
  await database.admin(`set password_encryption = '${encryption}'; alter role app password '${database.password}'`)
  await reload({ hba: [`hostssl all app 127.0.0.1/32 ${method}`, 'host all all 127.0.0.1/32 scram-sha-256'], ...extra })
}

describe('SCRAM', () => {
  test('signs in, bound to the channel where the certificate is known', async () => {
    expect(await attempt(await gatewayWith())).toBe(SERVED)
  })

  test('signs in without binding where it is not', async () => {
    expect(await attempt(await gatewayWith({ hideCertificate: true, target: { plaintextAllowed: true } }))).toBe(SERVED)
  })

  test('fails where another certificate is between us and the server: the binding is checked', async () => {
    // The adapter is told of another certificate than the server's own, as with a TLS proxy in between.
    const other = makeCertificate('someone-else')
    const gateway = await gatewayWith({ serverCertificatePem: other.certPem })
    expect(await attempt(gateway)).toBe('28000 resource_sign_in_failed')
  })

  test('a wrong password is told without naming any password', async () => {
    const gateway = await gatewayWith({ secret: 'canary-password' })
    const client = await RawClient.connect(gateway.port)
    client.send(
      encodeStartupMessage(
        0x0003_0000,
        new Map([
          ['user', 'anybody'],
          ['database', 'shop'],
        ]),
      ),
    )
    const messages = await client.rest()
    const error = errorIn(messages)
    expect(error).toMatchObject({ severity: 'FATAL', sqlstate: '28000', routine: 'resource_sign_in_failed' })
    expect(error.hint).toContain('administrator')
    expect(Buffer.concat(messages.map(({ body }) => body)).toString('latin1')).not.toContain('canary')
    expect(gateway.ends).toEqual([expect.objectContaining({ reason: 'resource_sign_in_failed' })])
  })

  test('the secret is overwritten once it was used', async () => {
    const password = Buffer.from(database.password)
    const credential: OpenedCredential = { credentialId: 'c', userName: 'app', secret: { kind: 'password', password } }
    expect(await attempt(await gatewayWith({ openCredential: () => Promise.resolve(credential) }))).toBe(SERVED)
    expect(password.every((byte) => byte === 0)).toBe(true)
  })

  test('a password beyond ASCII is prepared as the server prepares it', async () => {
    const password = 'p\u00adä\u2168 \ufb01'
    await database.admin(`create role unicode login password '${password}'; grant connect on database shop to unicode`)
    expect(await attempt(await gatewayWith({ userName: 'unicode', secret: password }))).toBe(SERVED)
  })
})

describe('weaker ways of signing in', () => {
  afterAll(() => serverAsksFor('scram-sha-256'))

  test.each([
    ['md5', 'md5', 'scram', '28000 resource_authentication_weak'],
    ['md5', 'md5', 'md5', SERVED],
    ['password', 'scram-sha-256', 'scram', '28000 resource_authentication_weak'],
    ['password', 'scram-sha-256', 'md5', '28000 resource_authentication_weak'],
    ['password', 'scram-sha-256', 'cleartext', SERVED],
    ['trust', 'scram-sha-256', 'scram', '28000 resource_authentication_weak'],
    ['trust', 'scram-sha-256', 'cleartext', SERVED],
    ['scram-sha-256', 'scram-sha-256', 'certificate', '28000 resource_authentication_weak'],
    ['scram-sha-256', 'scram-sha-256', 'cleartext', SERVED],
  ] as const)('%s (stored as %s) where %s is the weakest allowed: %s', async (...[method, encryption, weakest, outcome]) => {
    await serverAsksFor(method, encryption)
    expect(await attempt(await gatewayWith({ target: { weakestAuthentication: weakest } }))).toBe(outcome)
  })

  test('a token goes in clear under TLS alone, where no certificate is demanded; to no other question, and is overwritten', async () => {
    const tokens: Buffer[] = []
    const withToken = (change: Partial<GatewayOptions> = {}) =>
      gatewayWith({
        ...change,
        openCredential: () => {
          tokens.push(Buffer.from(database.password))
          return Promise.resolve({ credentialId: 'c', userName: 'app', secret: { kind: 'token', token: tokens.at(-1)! } })
        },
      })
    await serverAsksFor('password')
    expect(await attempt(await withToken())).toBe(SERVED)
    expect(await attempt(await withToken({ target: { weakestAuthentication: 'certificate' } }))).toBe(
      '28000 resource_authentication_weak',
    )
    expect(await attempt(await withToken({ hideCertificate: true, target: { plaintextAllowed: true } }))).toBe(
      '08001 resource_tls_refused',
    )
    await serverAsksFor('scram-sha-256')
    expect(await attempt(await withToken())).toBe('28000 resource_authentication_unsupported')
    expect(tokens.map((token) => token.every((byte) => byte === 0))).toEqual([true, true, true, true])
  })

  test('a certificate signs in where the server asks for one, and is refused where the server asks for a password', async () => {
    const identity = makeCertificate('app')
    const secret = { certificatePem: identity.certPem, privateKeyPem: identity.keyPem }
    const tls = { ...database.tls, caPem: `${database.tls.certPem}${identity.certPem}` }
    await serverAsksFor('cert', 'scram-sha-256', { tls })
    expect(await attempt(await gatewayWith({ secret, target: { weakestAuthentication: 'certificate' } }))).toBe(SERVED)
    await serverAsksFor('scram-sha-256')
    expect(await attempt(await gatewayWith({ secret }))).toBe('28000 resource_authentication_unsupported')
  })
})

/** A resource of our own making: answers each connection with a script. */
const fakeResource = async (script: (socket: Socket) => void): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    script(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const sasl = (kind: number, data: string): Buffer => {
  const body = Buffer.alloc(4 + data.length)
  body.writeInt32BE(kind)
  body.write(data, 4, 'latin1')
  return encodeMessage(backend.authentication, body)
}

describe('TLS towards the resource', () => {
  test('a man in the middle who answers that there is none gets nothing', async () => {
    let came = ''
    const port = await fakeResource((socket) =>
      socket.on('data', (chunk) => {
        came += chunk.toString('hex')
        socket.write('N')
      }),
    )
    expect(await attempt(await gatewayWith({ port }))).toBe('08001 resource_tls_refused')
    expect(came).toBe('0000000804d2162f')
  })

  test('a resource without TLS is used where that is allowed', async () => {
    const port = await fakeResource((socket) => {
      const through = connect({ host: '127.0.0.1', port: database.server.port })
      through.on('error', () => undefined)
      socket.once('data', () => {
        socket.write('N')
        socket.pipe(through).pipe(socket)
      })
    })
    await reload({ hba: ['host all all 127.0.0.1/32 scram-sha-256'] })
    expect(await attempt(await gatewayWith({ port, target: { plaintextAllowed: true } }))).toBe(SERVED)
  })

  test('bytes behind the agreement to TLS are refused', async () => {
    const port = await fakeResource((socket) => socket.once('data', () => socket.write('Sinjected')))
    expect(await attempt(await gatewayWith({ port }))).toBe('08001 resource_tls_refused')
  })

  test('an error in the place of the agreement is not shown', async () => {
    const port = await fakeResource((socket) => socket.once('data', () => socket.end('E')))
    expect(await attempt(await gatewayWith({ port }))).toBe('08001 resource_tls_refused')
  })

  test('a resource that is not there is told as such', async () => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    expect(await attempt(await gatewayWith({ port }))).toBe('08001 resource_unreachable')
  })
})

describe('a resource that lies', () => {
  const lying = (script: (socket: Socket) => void, target: Partial<ResourceTarget> = {}) =>
    fakeResource(script).then((port) => gatewayWith({ port, caPem: null, target }))

  test('about knowing the password is refused', async () => {
    const gateway = await lying((socket) => {
      const steps = [
        () => socket.write(sasl(10, 'SCRAM-SHA-256\0\0')),
        (chunk: Buffer) => {
          const nonce = /r=([^,]+)/.exec(chunk.toString('latin1'))?.[1]
          socket.write(sasl(11, `r=${nonce}more,s=c2FsdHNhbHQ=,i=4096`))
        },
        () =>
          socket.write(
            Buffer.concat([
              sasl(12, `v=${Buffer.alloc(32).toString('base64')}`),
              sasl(0, ''),
              encodeMessage(backend.readyForQuery, Buffer.from('I')),
            ]),
          ),
      ]
      socket.on('data', (chunk) => steps.shift()?.(chunk))
    })
    expect(await attempt(gateway)).toBe('28000 resource_not_proven')
  })

  test('by letting us in before the exchange is finished is refused', async () => {
    const gateway = await lying((socket) => {
      const steps = [() => socket.write(sasl(10, 'SCRAM-SHA-256\0\0')), () => socket.write(sasl(0, ''))]
      socket.on('data', () => steps.shift()?.())
    })
    expect(await attempt(gateway)).toBe('28000 resource_not_proven')
  })

  test('about the length of a message is refused before it is kept', async () => {
    const gateway = await lying((socket) => socket.once('data', () => socket.write(Buffer.from([0x52, 0x7f, 0xff, 0xff, 0xff]))))
    expect(await attempt(gateway)).toBe('08P01 resource_protocol_error')
  })

  test('by asking twice is refused', async () => {
    const gateway = await lying((socket) => socket.on('data', () => socket.write(sasl(3, ''))), {
      weakestAuthentication: 'cleartext',
    })
    expect(await attempt(gateway)).toBe('08P01 resource_protocol_error')
  })

  test('by never answering is given up', async () => {
    const port = await fakeResource(() => undefined)
    const gateway = await gatewayWith({ port, caPem: null, patience: { ...DEFAULT_PATIENCE, signIn: 150 } })
    expect(await attempt(gateway)).toBe('08001 resource_timeout')
  })

  test('by closing at once is told as such', async () => {
    const gateway = await lying((socket) => socket.destroy())
    expect(await attempt(gateway)).toBe('08006 resource_closed')
  })
})
