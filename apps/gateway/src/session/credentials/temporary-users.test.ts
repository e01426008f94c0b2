import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Adapter, NewTemporaryUser, ResourceAdministrator, TemporaryUser } from '../../adapters/adapter.ts'
import type { Lease } from '../lease.ts'
import { TemporaryUsers } from './temporary-users.ts'

type Call =
  | { readonly what: 'make'; readonly user: NewTemporaryUser; readonly password: string; readonly as: string }
  | { readonly what: 'extend'; readonly user: Pick<NewTemporaryUser, 'userName' | 'lastsMs'> }
  | { readonly what: 'drop'; readonly user: TemporaryUser; readonly as: string }

const MINUTE = 60_000
let calls: Call[]
let left: string[]
let failing: unknown
let users: TemporaryUsers
/** Buffers that were handed to the resource: they are the gateway's own. */
let passwords: Buffer[]

const signInOf = (administrator: ResourceAdministrator): string => {
  const { userName, secret } = administrator.credential()
  return `${userName} ${secret.kind === 'password' ? secret.password.toString() : secret.kind}`
}

const failIfAsked = (): void => {
  if (failing !== null) throw failing
}

const adapter: Adapter = {
  protocol: 'postgresql',
  serve: () => Promise.reject(new Error('not served here')),
  probe: { how: () => ({}), greet: () => Promise.resolve('') },
  temporaryUsers: {
    make: async (administrator, user) => {
      passwords.push(user.password)
      calls.push({ what: 'make', user, password: user.password.toString(), as: signInOf(administrator) })
      failIfAsked()
    },
    extend: async (_, user) => {
      calls.push({ what: 'extend', user })
      failIfAsked()
    },
    dropLeft: () => Promise.reject(new Error('not asked here')),
    dropAll: () => Promise.reject(new Error('not asked here')),
    drop: async (administrator, user) => {
      calls.push({ what: 'drop', user, as: signInOf(administrator) })
      failIfAsked()
    },
  },
}

const template = () =>
  ({
    kind: 'temporary-user',
    administrator: 'maker',
    password: Buffer.from('of the maker'),
    memberOf: 'readers',
    owned: 'reassign',
  }) as const

const leaseOf = (secret = template()): Lease => ({
  id: '0f0e0d0c-0b0a-4000-8000-000000000001',
  binding: {
    version: 1,
    lease: randomUUID(),
    organization: randomUUID(),
    gateway: randomUUID(),
    session: randomUUID(),
    device: randomUUID(),
    user: randomUUID(),
    resource: randomUUID(),
    credential: 'a1a2a3a4-a5a6-4a7a-8000-000000000002',
    secret: randomUUID(),
    secretVersion: 1,
    endpointDigest: 'A'.repeat(43),
    expiresAt: 10 * MINUTE,
  },
  endpoint: {
    protocol: 'postgresql',
    host: '127.0.0.1',
    port: 5432,
    tls: { kind: 'authority', certificates: '', serverName: null },
    plaintextAllowed: false,
    weakestAuthentication: 'scram',
  },
  options: { labelConnections: true, strictRecording: false },
  recording: undefined,
  userName: 'readers',
  databases: [],
  sessionLabel: 'abcd1234',
  secret,
  exclusive: false,
  connections: new Set(),
  expiresAt: 10 * MINUTE,
  decidedAt: 1,
  refused: false,
  reached: null,
  ended: null,
})

const NAME = 'sp_a1a2a3a4a5a64a7a_0f0e0d0c0b0a40008000000000000001'

beforeEach(() => {
  calls = []
  left = []
  passwords = []
  failing = null
  users = new TemporaryUsers({
    adapters: [adapter],
    upstream: { connect: () => Promise.reject(new Error('not connected here')) },
    now: () => 5 * MINUTE,
    logger: pino({ level: 'silent' }),
    onLeft: (lease) => left.push(lease),
  })
})

describe('the user of a lease', () => {
  test('is made once for all connections that begin together, under a name of credential and lease, for as long as it lasts', async () => {
    const lease = leaseOf()
    const opened = await Promise.all([
      users.open(lease, template()),
      users.open(lease, template()),
      users.open(lease, template()),
    ])
    expect(calls).toMatchObject([{ what: 'make', as: 'maker of the maker', user: { userName: NAME, memberOf: 'readers' } }])
    const [made] = calls as [Extract<Call, { what: 'make' }>]
    expect(made.user).toMatchObject({ prefix: 'sp_a1a2a3a4a5a64a7a_', lastsMs: 6 * MINUTE, owned: 'reassign' })
    expect(made.password).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(NAME.length).toBeLessThanOrEqual(63)
    for (const { userName, memberOf, secret } of opened) {
      expect({ userName, memberOf, secret }).toEqual({
        userName: NAME,
        memberOf: 'readers',
        secret: { kind: 'password', password: Buffer.from(made.password) },
      })
    }
    expect(new Set(opened.map(({ secret }) => secret)).size).toBe(3)
  })

  test('is dropped after it by the same administrator, once, and every password is overwritten', async () => {
    const secret = template()
    const lease = leaseOf(secret)
    await users.open(lease, secret)
    // The lease's own copy is overwritten at its end, before its user is dropped.
    lease.ended = { code: 'lease_ended', message: '' }
    secret.password.fill(0)
    users.end(lease)
    users.end(lease)
    await users.stop(MINUTE)
    expect(calls.slice(1)).toEqual([
      { what: 'drop', as: 'maker of the maker', user: { userName: NAME, memberOf: 'readers', owned: 'reassign' } },
    ])
    expect(passwords.every((password) => password.every((byte) => byte === 0))).toBe(true)
    expect(left).toEqual([])
    await expect(users.open(lease, template())).rejects.toMatchObject({ code: 'lease_ended' })
  })

  test('is extended with it, and a failure of that ends nothing', async () => {
    const lease = leaseOf()
    users.extend(lease)
    await users.open(lease, template())
    lease.expiresAt = 15 * MINUTE
    users.extend(lease)
    failing = new Error('no')
    users.extend(lease)
    await users.open(lease, template())
    expect(calls.map(({ what }) => what)).toEqual(['make', 'extend', 'extend'])
    expect(calls[1]).toMatchObject({ user: { userName: NAME, lastsMs: 11 * MINUTE } })
  })

  test('that the resource refuses to make is refused with its words, and tried again by the next connection', async () => {
    const lease = leaseOf()
    failing = new Error('permission denied to create role (42501)')
    await expect(users.open(lease, template())).rejects.toMatchObject({
      code: 'temporary_user_refused',
      message: expect.stringContaining('permission denied to create role') as string,
    })
    failing = Object.assign(new Error('refused'), { code: 'resource_sign_in_failed' })
    await expect(users.open(lease, template())).rejects.toBe(failing)
    failing = null
    expect((await users.open(lease, template())).userName).toBe(NAME)
    expect(passwords.map((password) => password.some((byte) => byte !== 0))).toEqual([false, false, true])
  })

  test('whose lease ends while it is made is used by nobody, and dropped', async () => {
    const lease = leaseOf()
    const opening = users.open(lease, template())
    lease.ended = { code: 'lease_revoked', message: '' }
    users.end(lease)
    await expect(opening).rejects.toMatchObject({ code: 'lease_ended' })
    await users.stop(MINUTE)
    expect(calls.map(({ what }) => what)).toEqual(['make', 'drop'])
  })

  test('that cannot be dropped is told of', async () => {
    const lease = leaseOf()
    await users.open(lease, template())
    failing = new Error('other objects depend on it')
    users.end(lease)
    await users.stop(0)
    await expect.poll(() => left).toEqual([lease.id])
    expect(passwords.every((password) => password.every((byte) => byte === 0))).toBe(true)
  })
  test('whose maker got another password meanwhile is told of at once: somebody else drops it', async () => {
    const lease = leaseOf()
    await users.open(lease, template())
    failing = Object.assign(new Error('refused'), { code: 'resource_sign_in_failed' })
    users.end(lease)
    await expect.poll(() => left).toEqual([lease.id])
    expect(calls.filter(({ what }) => what === 'drop')).toHaveLength(1)
  })
})
