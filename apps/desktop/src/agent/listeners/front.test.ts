/** The front of PostgreSQL with real psql; a real PostgreSQL stands in place of gateway and tunnel. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Caller, SallyportError } from '@sallyport/protocol'
import {
  freePort,
  makeTemporaryDirectory,
  runProgram,
  type TemporaryDirectory,
  temporaryPostgres,
  waitFor,
} from '@sallyport/testkit'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { join } from 'node:path'
import { toPem } from '../identity/certificates.ts'
import { openIdentity } from '../identity/identity-store.ts'
import type { Tunnel } from '../tunnel/tunnels.ts'
import { identifyCaller } from './caller/identify.ts'
import { Connections } from './connections.ts'
import { Listeners } from './listeners.ts'
import { loopbackTls } from './loopback-tls.ts'
import { openPreferences } from './preferences.ts'
import { grantedFor } from './testing.ts'

const logger = pino({ level: 'silent' })
let folder: TemporaryDirectory
let database: Awaited<ReturnType<typeof temporaryPostgres>>
let listeners: Listeners
/** Of this profile's own loopback, PEM. */
let certificate: string
const connections = new Connections(() => {})
let port: number
let refusal: SallyportError | null = null
let callers: (Caller | null)[] = []
const told: Buffer[] = []

const openTunnel = async (request: { caller: Caller | null; first: Uint8Array }): Promise<Tunnel> => {
  callers.push(request.caller)
  if (refusal !== null) throw refusal
  const socket = connect({ path: join(database.socketDirectory!, `.s.PGSQL.${database.port}`), allowHalfOpen: true })
  await once(socket, 'connect')
  socket.write(request.first)
  return {
    stream: socket as unknown as Tunnel['stream'],
    gateway: { id: 'gateway', name: 'stand-in' },
    lease: { id: 'lease', expiresAt: Date.now() + 60_000 },
    bytes: () => ({ up: socket.bytesWritten, down: socket.bytesRead }),
    roundTripMs: () => null,
    path: () => Promise.reject(new Error('nobody asks')),
  }
}

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  database = await temporaryPostgres()
  const identity = await openIdentity(join(folder.path, 'identity'), 'a passphrase of tests')
  const tls = await loopbackTls(identity)
  certificate = toPem([identity.document.loopback!.certificate])
  port = await freePort()
  listeners = new Listeners({
    preferences: await openPreferences(join(folder.path, 'preferences.json')),
    connections,
    runDirectory: folder.path,
    file: join(folder.path, 'listeners.json'),
    tls,
    identify: identifyCaller,
    openTunnel,
    tell: async (_credential, message) => void told.push(message),
    onChange: () => {},
    logger,
  })
  await listeners.apply([grantedFor('shop-db/read-only', port, { databases: ['postgres'] })])
})
afterAll(async () => {
  await listeners.close()
  connections.endAll()
  await database.stop()
  await folder.remove()
})
beforeEach(() => {
  refusal = null
  callers = []
})

/** psql as a person has it, without what their environment says. */
const psql = (target: string, statement = 'select 6 * 7') =>
  runProgram({
    command: 'psql',
    args: ['-X', '-A', '-t', target, '-c', statement],
    env: { PATH: process.env['PATH'], HOME: folder.path, PGCONNECT_TIMEOUT: '10', PGPASSWORD: database.superuser.password },
  })
const url = (parameters: string): string => `postgresql://postgres@127.0.0.1:${port}/postgres?${parameters}`

test.for(['disable', 'allow', 'prefer', 'require'])('psql with sslmode=%s works unedited', async (mode) => {
  expect(await psql(url(`sslmode=${mode}`))).toMatchObject({ code: 0, stdout: '42\n', stderr: '' })
})

test('psql over the unix socket works', async () => {
  const [item] = listeners.list()
  const result = await psql(`host=${item!.socketDirectory} port=${port} dbname=postgres user=postgres`)
  expect(result).toMatchObject({ code: 0, stdout: '42\n' })
  expect(callers).toEqual([null])
})

test('psql that insists on GSS encryption is declined, not stuck', async () => {
  const result = await psql(url('gssencmode=require'))
  expect(result.code).toBe(2)
})

test('a large result and a large copy arrive whole', async () => {
  const result = await psql(url('sslmode=require'), "select sum(length(repeat('x', 1000))) from generate_series(1, 5000)")
  expect(result.stdout).toBe('5000000\n')
  const bulk = await psql(url('sslmode=disable'), "copy (select repeat('x', 999) from generate_series(1, 5000)) to stdout")
  expect(bulk.stdout.length).toBe(5_000_000)
})

test.skipIf(process.platform !== 'linux')('who called is known', async () => {
  await psql(url('sslmode=disable'))
  expect(callers).toHaveLength(1)
  expect(callers[0]!.program).toMatch(/psql$/)
  expect(callers[0]!.user).not.toBe('')
  expect(callers[0]!.pid).toBeGreaterThan(1)
})

test('a refusal is shown in the tool with SQLSTATE, code and what to do', async () => {
  refusal = new SallyportError('session_revoked')
  const result = await psql(url('sslmode=prefer'))
  expect(result.code).toBe(2)
  expect(result.stderr).toContain('FATAL:  Your sign-in was ended. Sign in again. [sallyport: session_revoked]')
  expect(result.stderr).toContain('HINT:  Sign in with: sallyport login')
})

test('the last refusal is remembered until a connection succeeds', async () => {
  refusal = new SallyportError('not_granted')
  await psql(url('sslmode=disable'))
  expect(listeners.list()[0]!.lastError).toMatchObject({ code: 'not_granted' })
  refusal = null
  await psql(url('sslmode=disable'))
  expect(listeners.list()[0]!.lastError).toBeNull()
})

test('an ended connection is an error in the tool, and is gone from the list', async () => {
  await waitFor(() => connections.size === 0, { description: 'the connections before to go' })
  const running = psql(url('sslmode=disable'), 'select pg_sleep(600)')
  const [open] = await waitFor(() => connections.list()[0] && connections.list(), { description: 'the connection' })
  connections.end(open!.id)
  expect((await running).code).toBe(2)
  await waitFor(() => connections.size === 0, { description: 'the connection to go' })
})

const raw = async (): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port })
  await once(socket, 'connect')
  socket.on('error', () => {})
  return socket
}
const int32s = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4))
  return bytes
}
const SSL_REQUEST = int32s(8, 80877103)
const GSS_REQUEST = int32s(8, 80877104)
const startup = (): Buffer => {
  const fields = Buffer.from('user\0postgres\0database\0postgres\0\0')
  return Buffer.concat([int32s(8 + fields.length, 196608), fields])
}
const firstByte = async (socket: Socket): Promise<string> =>
  ((await once(socket, 'data')) as [Buffer])[0].toString('latin1', 0, 1)
const ended = (socket: Socket): Promise<Buffer> =>
  new Promise((resolve) => {
    const parts: Buffer[] = []
    socket.on('data', (part: Buffer) => parts.push(part))
    socket.once('close', () => resolve(Buffer.concat(parts)))
  })

test('GSS encryption is declined, then TLS accepted, on one connection', async () => {
  const socket = await raw()
  socket.write(GSS_REQUEST)
  expect(await firstByte(socket)).toBe('N')
  socket.write(SSL_REQUEST)
  expect(await firstByte(socket)).toBe('S')
  socket.destroy()
})

test('a startup packet behind SSLRequest in clear does not count as sent within TLS', async () => {
  const socket = await raw()
  socket.write(Buffer.concat([SSL_REQUEST, startup()]))
  const answer = await ended(socket)
  expect(answer.toString('latin1')).toContain('protocol_error')
  expect(callers).toEqual([])
})

test('direct TLS with ALPN postgresql works, without it is refused', async () => {
  const direct = (ALPNProtocols: string[]) => {
    const secure = connectTls({ host: '127.0.0.1', port, ALPNProtocols, ca: certificate })
    secure.on('error', () => {})
    return secure
  }
  const good = direct(['postgresql'])
  good.write(startup())
  expect(await firstByte(good)).toBe('R')
  good.destroy()
  const bad = direct([])
  bad.write(startup())
  await ended(bad)
  expect(callers).toHaveLength(1)
})

test('a cancel request is passed on as it came and opens nothing', async () => {
  const socket = await raw()
  const request = int32s(16, 80877102, 1234, 5678)
  socket.write(request)
  await ended(socket)
  expect(told.at(-1)).toEqual(request)
  expect(callers).toEqual([])
})

test.for([
  ['too long', int32s(100_000, 196608)],
  ['of negative length', int32s(-1, 196608)],
  ['of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['of protocol 2', int32s(8, 131072)],
  ['an SSLRequest that goes on', Buffer.concat([int32s(12, 80877103), Buffer.alloc(4)])],
])('a first packet that is %s gets a coded error', async ([, bytes]) => {
  const socket = await raw()
  socket.write(bytes as Buffer)
  expect((await ended(socket)).toString('latin1')).toContain('[sallyport: protocol_error]')
  expect(callers).toEqual([])
})

const nobody = 65534
test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'another user of this computer is refused in the tool',
  async () => {
    const result = await runProgram({
      command: 'setpriv',
      args: [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', 'psql', '-X', url('sslmode=prefer'), '-c', 'select 1'],
      env: { PATH: process.env['PATH'], HOME: '/' },
    })
    expect(result.code).toBe(2)
    expect(result.stderr).toContain('[sallyport: caller_refused]')
    expect(callers).toEqual([])
  },
)
