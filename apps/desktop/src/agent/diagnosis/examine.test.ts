import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { AgentStatus } from '../../shared/local-api.ts'
import { sampleCredential, sampleStatus } from '../../cli/testing/samples.ts'
import type { GatewayLink } from '../tunnel/gateway-link.ts'
import { makeBundle } from './bundle.ts'
import { type DiagnosisSources, examine } from './examine.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const listening = async (): Promise<number> => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

type Answers = Readonly<Record<string, () => unknown>>

const sources = (
  change: Partial<AgentStatus>,
  more: Partial<DiagnosisSources> & { readonly answers?: Answers } = {},
): DiagnosisSources => {
  const { answers = {}, ...rest } = more
  const call = async (name: string): Promise<unknown> => {
    const answer = answers[name]
    if (answer === undefined) throw new SallyportError('api_unreachable')
    return answer()
  }
  return {
    status: () => sampleStatus(change),
    keeper: { running: {} as never, call: call as DiagnosisSources['keeper']['call'] },
    links: () => [],
    credentials: () => [],
    proveKeys: () => Promise.resolve(),
    findPsql: () => Promise.resolve('/usr/bin/psql'),
    ...rest,
  }
}

type PartState = 'ok' | 'failing'
const health = (now = Date.now(), parts: Readonly<Partial<Record<'database' | 'vault' | 'kms' | 'log', PartState>>> = {}) => ({
  status: Object.keys(parts).length === 0 ? 'ok' : 'degraded',
  version: '0.1.0',
  now: new Date(now).toISOString(),
  parts: { database: 'ok', vault: 'ok', kms: 'ok', log: 'ok', ...parts },
})
const me = () => ({ user: { email: 'ada@example.org' }, session: { expiresAt: '2026-11-22T20:00:00.000Z' } })

const found = async (given: DiagnosisSources) =>
  (await examine(given)).findings.map(({ area, step, state, code }) => [area, step, state, code].filter(Boolean).join(' '))

const link = (port: number, session: () => Promise<unknown>): GatewayLink =>
  ({ entry: { name: 'berlin-1', address: { host: '127.0.0.1', port } }, session }) as unknown as GatewayLink

describe('an examination', () => {
  it('finds everything well: each hop of the way, with the time that it took', async () => {
    const [api, gateway] = [await listening(), await listening()]
    const answers = { getHealth: () => health(), getMe: me }
    const links = () => [link(gateway, () => Promise.resolve({ ping: () => Promise.resolve(1.25) }))]
    const given = sources({ api: { origin: `https://127.0.0.1:${api}`, reachable: true } }, { answers, links })
    expect(await found(given)).toEqual([
      'agent ok',
      'keys ok',
      'api connection ok',
      'api answer ok',
      'clock ok',
      'session ok',
      'gateway connection ok',
      'gateway encryption ok',
      'gateway answer ok',
      'tools ok',
    ])
  })

  it('stops each way where it fails, and looks at the others all the same', async () => {
    const port = await closedPort()
    const origin = `https://127.0.0.1:${port}`
    const links = () => [link(port, () => Promise.reject(new Error('not dialled')))]
    const given = sources(
      { api: { origin, reachable: false } },
      { links, proveKeys: () => Promise.reject(new SallyportError('keychain_locked')) },
    )
    expect(await found(given)).toEqual([
      'agent ok',
      'keys failed keychain_locked',
      'api connection failed api_unreachable',
      'session failed api_unreachable',
      'gateway connection failed gateway_unreachable',
      'tools ok',
    ])
  })

  it('says that a name is unknown, and that a gateway is not believed', async () => {
    const gateway = await listening()
    const refused = () => Promise.reject(new SallyportError('certificate_invalid', { cause: new Error('self-signed') }))
    const given = sources(
      { api: { origin: 'https://sallyport.invalid', reachable: false } },
      { links: () => [link(gateway, refused)] },
    )
    const all = await found(given)
    expect(all).toContain('api name failed api_unreachable')
    expect(all).toContain('gateway encryption failed certificate_invalid')
  })

  it.each([
    [0, 'clock ok'],
    [-20_000, 'clock notice'],
    [600_000, 'clock failed signature_expired'],
  ])('judges a clock that differs by %i ms', async (skew, wanted) => {
    const api = await listening()
    const answers = { getHealth: () => health(Date.now() + skew), getMe: me }
    expect(await found(sources({ api: { origin: `https://127.0.0.1:${api}`, reachable: true } }, { answers }))).toContain(wanted)
  })

  it.each([
    [{ kms: 'failing' }, ['its key management service fails, so that no new connection opens']],
    [
      { vault: 'failing', kms: 'failing', log: 'failing' },
      ['its vault does not answer, so that no new connection opens', 'its log does not answer, so that no new connection opens'],
    ],
  ] as const)('says which parts of the API fail: %o', async (parts, words) => {
    const api = await listening()
    const answers = { getHealth: () => health(Date.now(), parts), getMe: me }
    const given = sources({ api: { origin: `https://127.0.0.1:${api}`, reachable: true } }, { answers })
    const { findings } = await examine(given)
    expect(findings.filter(({ state }) => state === 'notice').map(({ detail }) => detail)).toEqual(words)
  })

  it('says who is signed out and who never was in', async () => {
    expect(await found(sources({ state: 'not-enrolled', api: null }))).toEqual([
      'agent ok',
      'keys ok',
      'api failed not_enrolled',
      'tools ok',
    ])
    const ended = { code: 'device_revoked' as const, message: 'This device was revoked.' }
    expect(await found(sources({ state: 'signed-out', api: null, ended }))).toContain('session failed device_revoked')
  })

  it('tells of ports that others have, and of what failed last', async () => {
    const taken = sampleCredential('shop-db/a', { listener: { state: 'port-taken', owner: 'nginx (12)' } })
    const unbound = sampleCredential('shop-db/b', { listener: { state: 'unbound' } })
    const last = { code: 'resource_unreachable', message: 'does not answer', at: new Date().toISOString() }
    const failing = sampleCredential('shop-db/c', { lastError: last })
    const credentials = () => [taken, unbound, failing]
    const all = await found(sources({ state: 'not-enrolled', api: null }, { credentials }))
    expect(all.filter((each) => each.startsWith('listener'))).toEqual([
      'listener failed port_taken',
      'listener failed secret_unbound',
      'listener notice',
    ])
  })
})

describe('while an examination goes on', () => {
  it('tells what it found before it knows the rest', async () => {
    const asked = Promise.withResolvers<unknown>()
    const answers = { getHealth: () => health(), getMe: () => asked.promise }
    const told: string[] = []
    const first = Promise.withResolvers<void>()
    const given = sources({ api: null }, { answers, findPsql: () => Promise.resolve(null) })
    const whole = examine(given, ({ area, state }) => {
      told.push(`${area} ${state}`)
      if (told.length === 4) first.resolve()
    })
    await first.promise
    expect(told.toSorted()).toEqual(['agent ok', 'api failed', 'keys ok', 'tools notice'])
    asked.resolve(me())
    const { findings } = await whole
    expect(told.at(-1)).toBe('session ok')
    expect(findings.map(({ area }) => area)).toEqual(['agent', 'keys', 'api', 'session', 'tools'])
  })
})

describe('a bundle', () => {
  it('holds findings, versions and whole lines from the end of the log, and neither addresses nor secrets', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bundle-'))
    const log = join(folder, 'agent.log')
    const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA'
    await writeFile(log, `${'{"old":true}\n'.repeat(50_000)}{"event":"ready","by":"ada@example.org","key":"${secret}"}\n`)
    const { findings } = await examine(sources({ state: 'not-enrolled', api: null }))
    const made = await makeBundle({ at: '2026-11-22T12:00:00.000Z', findings }, log)
    expect(made.fileName).toBe('sallyport-diagnosis-2026-11-22.txt')
    expect(made.text).toContain('failed api')
    expect(made.text).toContain('"event":"ready"')
    expect(made.text).not.toContain('ada@example.org')
    expect(made.text).not.toContain(secret)
    expect(made.text.length).toBeLessThan(400_000)
    expect(made.text).toContain('{"old":true}')
    for (const line of made.text.split('\n').filter((each) => each.includes('old'))) expect(line).toBe('{"old":true}')
    await rm(folder, { recursive: true })
  })
})
