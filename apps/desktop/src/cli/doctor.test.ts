import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli } from './testing/run-cli.ts'
import { ADA, ORGANIZATION, notEnrolled, sampleCredential, sampleStatus, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
afterEach(async () => {
  await agent?.stop()
  agent = null
})

const me = (lastUsedAt = new Date().toISOString()) => ({
  user: sampleUser('ada@example.org', { id: ADA }),
  organization: {
    id: ORGANIZATION,
    slug: 'example',
    name: 'Example',
    trustDomain: 'example.org',
    settings: {
      sessionLifetime: 43_200,
      sessionIdleLimit: 7200,
      leaseLifetime: 300,
      newDevices: 'allow',
      ports: { first: 10_000, last: 29_999 },
      activityRetentionDays: 365,
    },
  },
  session: {
    id: randomUUID(),
    user: ADA,
    device: randomUUID(),
    label: 'abcdefgh',
    status: 'active',
    createdAt: lastUsedAt,
    expiresAt: lastUsedAt,
    lastUsedAt,
    address: '127.0.0.1',
  },
  device: {
    id: randomUUID(),
    user: ADA,
    facts: { name: 'Laptop', platform: 'linux', osVersion: '6', clientVersion: '0.1.0', keyStorage: 'keychain' },
    status: 'active',
    enrolledAt: lastUsedAt,
    lastSeenAt: null,
  },
  permissions: [],
})

const examine = async (options: StandInOptions) => {
  agent = await standInAgent({
    methods: { status: () => sampleStatus(), credentials: () => ({ items: [] }), ...options.methods },
    routes: { getMe: () => me(), ...options.routes },
  })
  const { code, stdout } = await runCli(['doctor'], { profile: agent.profile })
  return { code, stdout }
}

describe('the doctor', () => {
  test('finds nothing wrong where nothing is', async () => {
    const { code, stdout } = await examine({})
    expect(code).toBe(0)
    expect(stdout).not.toContain('✗')
    for (const name of ['Agent', 'Keys', 'API', 'Session', 'Clock', 'Gateway']) expect(stdout).toContain(`✓ ${name}`)
  })

  const failing = (code: 'signature_expired' | 'device_revoked') => () => {
    throw new SallyportError(code)
  }
  test.for<[found: string, exitCode: number, options: StandInOptions]>([
    [
      '✗ API        https://sallyport.example.org does not answer',
      8,
      {
        methods: { status: () => sampleStatus({ api: { origin: 'https://sallyport.example.org', reachable: false } }) },
      },
    ],
    ['sallyport login <invitation>', 3, { methods: { status: notEnrolled } }],
    ['→ sallyport login', 3, { methods: { status: () => sampleStatus({ state: 'signed-out', session: null }) } }],
    ['✗ Clock', 3, { routes: { getMe: failing('signature_expired') } }],
    ['s behind that of the API', 3, { routes: { getMe: () => me(new Date(Date.now() + 600_000).toISOString()) } }],
    ['This device was revoked.', 3, { routes: { getMe: failing('device_revoked') } }],
    [
      'Port 15001 is used by nginx (12)',
      6,
      {
        methods: {
          credentials: () => ({
            items: [sampleCredential('shop-db/read-only', { listener: { state: 'port-taken', owner: 'nginx (12)' } })],
          }),
        },
      },
    ],
    [
      'must be bound again',
      6,
      {
        methods: { credentials: () => ({ items: [sampleCredential('shop-db/read-only', { listener: { state: 'unbound' } })] }) },
      },
    ],
  ])('finds “%s” and ends with %i', async ([found, exitCode, options]) => {
    const { code, stdout } = await examine(options)
    expect(stdout).toContain(found)
    expect(code).toBe(exitCode)
  })

  test('passes over a gateway that is merely not connected', async () => {
    const gateways = [{ id: randomUUID(), name: 'berlin-1', connected: false, roundTripMs: null }]
    const { code, stdout } = await examine({ methods: { status: () => sampleStatus({ gateways }) } })
    expect(stdout).toContain('! Gateway    berlin-1 is not connected')
    expect(code).toBe(0)
  })
})
