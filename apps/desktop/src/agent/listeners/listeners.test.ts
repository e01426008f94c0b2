import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import { freePort, makeTemporaryDirectory, spawnProgram, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Connections } from './connections.ts'
import { Listeners } from './listeners.ts'
import { openPreferences } from './preferences.ts'
import { grantedFor } from './testing.ts'

let folder: TemporaryDirectory
const open: Listeners[] = []
const squatters: Server[] = []

beforeEach(async () => {
  folder = await makeTemporaryDirectory()
})
afterEach(async () => {
  for (const listeners of open.splice(0)) await listeners.close()
  for (const server of squatters.splice(0)) server.close()
  await folder.remove()
})

const start = async (items: readonly GrantedCredential[]): Promise<Listeners> => {
  const listeners = new Listeners({
    preferences: await openPreferences(join(folder.path, 'preferences.json')),
    connections: new Connections(() => {}),
    runDirectory: folder.path,
    file: join(folder.path, 'listeners.json'),
    tls: createSecureContext(),
    identify: async () => null,
    openTunnel: () => Promise.reject(new SallyportError('gateway_unreachable')),
    tell: async () => {},
    onChange: () => {},
    logger: pino({ level: 'silent' }),
  })
  open.push(listeners)
  await listeners.apply(items)
  return listeners
}
const squat = async (port: number): Promise<Server> => {
  const server = createServer()
  squatters.push(server)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
const connects = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true) ?? socket.destroy())
    socket.once('error', () => resolve(false))
  })

test('what is granted listens, and stops when it is not granted any more', async () => {
  const port = await freePort()
  const listeners = await start([grantedFor('shop/reader', port)])
  expect(await connects(port)).toBe(true)
  await listeners.apply([])
  expect(await connects(port)).toBe(false)
})

test('listeners.json is private and says how to connect', async () => {
  const port = await freePort()
  await start([grantedFor('shop/reader', port)])
  const path = join(folder.path, 'listeners.json')
  const file = await waitFor(async () => JSON.parse(await readFile(path, 'utf8')), { description: 'the file' })
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(file.listeners).toEqual([
    {
      name: 'shop/reader',
      protocol: 'postgresql',
      host: '127.0.0.1',
      port,
      socketDirectory: join(folder.path, 'postgresql'),
      database: 'shop',
      user: 'readonly',
      url: `postgresql://readonly@127.0.0.1:${port}/shop?sslmode=disable`,
    },
  ])
})

test('the unix socket lies in a folder that is private', async () => {
  const port = await freePort()
  await start([grantedFor('shop/reader', port)])
  expect((await stat(join(folder.path, 'postgresql'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder.path, 'postgresql', `.s.PGSQL.${port}`))).isSocket()).toBe(true)
})

test.skipIf(process.platform !== 'linux')(
  'a port that is taken is told with its owner, not moved, and taken up when it is free',
  async () => {
    const port = await freePort()
    const squatter = await squat(port)
    const listeners = await start([grantedFor('shop/reader', port)])
    const [item] = listeners.list()
    expect(item!.port).toBe(port)
    expect(item!.listener).toEqual({ state: 'port-taken', owner: expect.stringContaining(`process ${process.pid}`) })
    squatter.close()
    await waitFor(() => listeners.list()[0]!.listener.state === 'listening', { description: 'the port to be taken up' })
  },
)

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'of another user’s program at least the user is told',
  async () => {
    const port = await freePort()
    const script = `require('net').createServer().listen(${port}, '127.0.0.1', () => console.log('up'))`
    const owner = await start([]).then(async (listeners) => {
      const squatter = await spawnProgram({
        command: 'setpriv',
        args: ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, '-e', script],
        env: { PATH: process.env['PATH'] },
      })
      await waitFor(() => connects(port), { description: 'the squatter' })
      await listeners.apply([grantedFor('shop/reader', port)])
      const state = listeners.list()[0]!.listener
      await squatter.stop()
      return state
    })
    expect(owner).toMatchObject({ state: 'port-taken', owner: expect.stringContaining('nobody') })
  },
)

test('a listener that the person closed stays closed after a restart, until they open it', async () => {
  const granted = grantedFor('shop/reader', await freePort())
  const before = await start([granted])
  expect((await before.disconnect('shop/reader')).listener).toEqual({ state: 'off' })
  await before.close()
  const after = await start([granted])
  expect(await connects(granted.port)).toBe(false)
  expect((await after.connect('shop/reader')).listener).toEqual({ state: 'listening' })
  expect(await connects(granted.port)).toBe(true)
})

test('a port of the person’s own is remembered, and given up again', async () => {
  const granted = grantedFor('shop/reader', await freePort())
  const own = await freePort()
  const before = await start([granted])
  expect(await before.setPort('shop/reader', own)).toMatchObject({
    port: own,
    portOverridden: true,
    listener: { state: 'listening' },
  })
  expect(await connects(granted.port)).toBe(false)
  await before.close()
  const after = await start([granted])
  expect(after.list()[0]).toMatchObject({ port: own, portOverridden: true })
  expect(await after.setPort('shop/reader', null)).toMatchObject({ port: granted.port, portOverridden: false })
})

test('a port that is held by somebody is not taken as one’s own', async () => {
  const [first, second] = [grantedFor('shop/reader', await freePort()), grantedFor('shop/writer', await freePort())]
  const listeners = await start([first, second])
  const held = await freePort()
  await squat(held)
  await expect(listeners.setPort('shop/reader', held)).rejects.toMatchObject({ code: 'port_taken' })
  await expect(listeners.setPort('shop/reader', second.port)).rejects.toMatchObject({ code: 'conflict' })
  expect(listeners.list()[0]).toMatchObject({ port: first.port, portOverridden: false, listener: { state: 'listening' } })
})

test('a credential whose secret is not bound says so', async () => {
  const listeners = await start([grantedFor('shop/reader', await freePort(), { bound: false })])
  expect(listeners.list()[0]!.listener).toEqual({ state: 'unbound' })
})

test('a name that is not granted is refused', async () => {
  const listeners = await start([])
  await expect(listeners.connect('shop/reader')).rejects.toMatchObject({ code: 'not_found' })
})
