import { createServer, type Server } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { type Endpoint, MAX_PROBE_STEPS, probeStep } from '@sallyport/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { postgresqlAdapter } from '../adapters/postgresql/index.ts'
import { type Database, startDatabase } from '../adapters/postgresql/testing/database.ts'
import { AddressRules } from './address-rules.ts'
import { probe } from './probe.ts'

let database: Database
beforeAll(async () => {
  database = await startDatabase()
})
afterAll(() => database.stop())

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const endpoint = (change: Partial<Endpoint> = {}): Endpoint => ({
  protocol: 'postgresql',
  host: 'db.example',
  port: database.server.port,
  tls: { kind: 'authority', certificates: database.tls.certPem, serverName: 'localhost' },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
  ...change,
})

const names: Readonly<Record<string, readonly string[]>> = { 'db.example': ['127.0.0.1'], 'nowhere.example': [] }

const probed = async (change: Partial<Endpoint> = {}, allowLoopback = true) => {
  const rules = new AddressRules({ allowed: [], allowLoopback, ownListener: () => null })
  const resolve = (host: string): Promise<readonly string[]> => {
    const found = names[host]
    return found === undefined ? Promise.reject(new Error(`ENOTFOUND ${host}`)) : Promise.resolve(found)
  }
  const steps = await probe(endpoint(change), { rules, resolve, adapters: [postgresqlAdapter] })
  expect(steps.length).toBeLessThanOrEqual(MAX_PROBE_STEPS)
  for (const step of steps) expect(probeStep.safeParse(step).success).toBe(true)
  return steps
}

/** Steps that went well, and the code of the one that did not. */
const courseOf = async (...wanted: Parameters<typeof probed>) => {
  const steps = await probed(...wanted)
  return steps.map(({ step, ok, code }) => (ok ? step : `${step}: ${code}`))
}

describe('a probe', () => {
  it('goes all the way to what the server wants people to sign in with, and leaves no connection', async () => {
    const steps = await probed()
    expect(steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['name', true],
      ['address', true],
      ['connection', true],
      ['encryption', true],
      ['greeting', true],
    ])
    expect(steps.find(({ step }) => step === 'encryption')!.detail).toContain('TLSv1.3')
    expect(steps.at(-1)!.detail).toMatch(/speaks PostgreSQL/)
    const open = await database.admin(`select 1 from pg_stat_activity where usename = 'sallyport-test'`)
    expect(open).toEqual([])
  })

  it('stops at a name that is unknown or has no address', async () => {
    expect(await courseOf({ host: 'unknown.example' })).toEqual(['name: resource_unreachable'])
    expect(await courseOf({ host: 'nowhere.example' })).toEqual(['name: resource_unreachable'])
  })

  it('stops at an address that the gateway does not connect to', async () => {
    expect(await courseOf({}, false)).toEqual(['name', 'address: address_refused'])
    expect(await courseOf({ host: '169.254.169.254' })).toEqual(['name', 'address: address_refused'])
  })

  it('stops where nothing listens', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    expect(await courseOf({ port })).toEqual(['name', 'address', 'connection: resource_unreachable'])
  })

  it('stops at a certificate that is not trusted', async () => {
    const tls = { kind: 'authority', certificates: database.tls.certPem, serverName: 'other-db' } as const
    expect(await courseOf({ tls })).toEqual(['name', 'address', 'connection', 'encryption: resource_certificate'])
    const pinned = { kind: 'pinned', sha256: 'A'.repeat(43) } as const
    expect((await courseOf({ tls: pinned })).at(-1)).toBe('encryption: resource_certificate')
  })

  it.each([
    ['something else that answers', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'encryption: resource_tls_refused'],
    ['a server without TLS', 'N', 'encryption: resource_tls_refused'],
  ])('stops at %s', async (_what, answer, course) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => socket.end(answer))
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    expect((await courseOf({ port: (server.address() as AddressInfo).port })).at(-1)).toBe(course)
  })

  it('stops at what lets plaintext begin and then speaks something else', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => {
        socket.write('N')
        socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
      })
    }).listen(0, '127.0.0.1')
    servers.push(server)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const steps = await probed({ port, plaintextAllowed: true })
    expect(steps.map(({ step, ok }) => [step, ok]).slice(-2)).toEqual([
      ['encryption', true],
      ['greeting', false],
    ])
    expect(steps.at(-1)).toMatchObject({ code: 'protocol_error' })
  })
})
