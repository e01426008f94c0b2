import { randomUUID } from 'node:crypto'
import type { AccessDecisionItem, AccessRequest, AccessRule, RequestableCredential } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol'
import { afterEach, describe, expect, test } from 'vitest'
import { runCli } from './testing/run-cli.ts'
import { ADA, page, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
const start = async (
  routes: NonNullable<StandInOptions['routes']>,
  methods: NonNullable<StandInOptions['methods']> = {},
): Promise<StandInAgent> => (agent = await standInAgent({ routes, methods }))
afterEach(async () => {
  await agent?.stop()
  agent = null
})
const asked = (name: string): unknown[] => agent!.asked.filter((call) => call.name === name).map(({ input }) => input)

const credential = {
  id: randomUUID(),
  name: 'shop-db/read-write',
  resource: { id: randomUUID(), name: 'shop-db', description: 'Orders', tags: ['shop'], protocol: 'postgresql' as const },
}
const requestable: RequestableCredential = {
  credential,
  rule: { id: randomUUID(), name: 'Production' },
  approvals: 2,
  maxDuration: 14_400,
  reasonRequired: true,
  emergency: null,
  held: false,
  open: null,
}
const request: AccessRequest = {
  id: randomUUID(),
  kind: 'access',
  state: 'pending',
  requester: { id: ADA, email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace' },
  credential,
  rule: requestable.rule,
  reason: 'incident 17',
  duration: 7200,
  startsAt: null,
  createdAt: '2026-11-22T08:00:00.000Z',
  waitsUntil: '2026-11-23T08:00:00.000Z',
  extends: null,
  extensible: false,
  approvals: { needed: 2, given: 0, votes: [] },
  escalatedAt: null,
  access: null,
  closed: null,
  review: null,
}
const item: AccessDecisionItem = {
  request,
  device: {
    id: randomUUID(),
    facts: { name: 'laptop', platform: 'linux', osVersion: '12', clientVersion: '0.1.0', keyStorage: 'keychain' },
    status: 'active',
    enrolledAt: '2026-11-01T08:00:00.000Z',
  },
  target: { host: 'db.internal', port: 5432, userName: 'shop_rw', databases: ['shop'], site: 'Berlin' },
  maxDuration: 7200,
  lastUse: null,
  use: null,
  refusal: null,
  ownVote: null,
}

describe('asking for access', () => {
  const routes = {
    listRequestableCredentials: () =>
      page([{ ...requestable, credential: { ...credential, name: 'shop-db/read-write-all' } }, requestable]),
    createAccessRequest: () => request,
  }

  test('takes the name of what may be asked for', async () => {
    const { profile } = await start(routes)
    const words = ['requests', 'new', 'shop-db/read-write', '--for', '2h', '--reason', 'incident 17']
    expect(await runCli(words, { profile })).toMatchObject({ code: 0, stdout: expect.stringContaining('incident 17') })
    expect(asked('createAccessRequest')).toEqual([
      { body: { credential: credential.id, duration: 7200, reason: 'incident 17', startsAt: null } },
    ])
  })

  test('of what may not be asked for ends with 5 and says where to look', async () => {
    const { profile } = await start(routes)
    const { code, stderr } = await runCli(['requests', 'new', 'shop-db/owner', '--for', '2h'], { profile })
    expect(code).toBe(5)
    expect(stderr).toContain('sallyport requests available')
  })

  test('or why it is not there yet: explained for what one has and what one may ask for, and nothing else', async () => {
    const explainMyAccess = () => ({
      allowed: false,
      reasons: [
        { rule: 'user-active', holds: true, text: 'The account is active.' },
        { rule: 'granted', holds: false, text: 'Neither a role nor access for a time gives it.' },
      ],
    })
    const { profile } = await start({ ...routes, explainMyAccess }, { credentials: () => ({ items: [] }) })
    const { stdout, code } = await runCli(['explain', 'shop-db/read-write'], { profile })
    expect(code).toBe(0)
    expect(stdout).toBe('Not allowed.\n  ✓ The account is active.\n  ✗ Neither a role nor access for a time gives it.\n')
    expect(asked('explainMyAccess')).toEqual([{ query: { credential: credential.id } }])
    expect(await runCli(['explain', 'shop-db/owner'], { profile })).toMatchObject({ code: 5 })
  })

  test('in an emergency needs a reason, and ends with 4 where no rule allows it', async () => {
    const refused = () => {
      throw new SallyportError('not_responder')
    }
    const { profile } = await start({ ...routes, openEmergencyAccess: refused })
    expect(await runCli(['emergency', 'shop-db/read-write'], { profile })).toMatchObject({ code: 2 })
    const { code, stderr } = await runCli(['emergency', 'shop-db/read-write', '--reason', 'fire'], { profile })
    expect(code).toBe(4)
    expect(stderr).toContain('not_responder')
    expect(asked('openEmergencyAccess')).toEqual([{ body: { credential: credential.id, reason: 'fire', duration: 3600 } }])
  })
})

describe('deciding', () => {
  test('shows the reason first, and where the access would lead', async () => {
    const { profile } = await start({ listApprovals: () => page([item]), listReviews: () => page([]) })
    const { stdout } = await runCli(['approvals', 'show', request.id], { profile })
    expect(stdout.split('\n')[0]).toMatch(/^Reason +incident 17$/)
    expect(stdout).toContain('shop_rw at db.internal:5432, Berlin')
    expect(stdout).toContain('never had it')
  })

  test('may be for a shorter time, and one device', async () => {
    const { profile } = await start({ approveAccessRequest: () => request })
    expect(await runCli(['approvals', 'approve', request.id, '--for', '30m', '--same-device'], { profile })).toMatchObject({
      code: 0,
    })
    expect(asked('approveAccessRequest')).toEqual([
      { parameters: { accessRequest: request.id }, body: { duration: 1800, startsAt: null, sameDevice: true, note: '' } },
    ])
  })

  test('lists what waits as JSON for programs', async () => {
    const { profile } = await start({ listApprovals: () => page([item]) })
    const { stdout } = await runCli(['approvals', 'ls', '--json'], { profile })
    expect(JSON.parse(stdout)).toEqual([item])
  })
})

describe('rules', () => {
  const bob = sampleUser('bob@example.org')
  const terms = {
    name: 'Production',
    priority: 100,
    enabled: true,
    selects: { everything: false, credentials: [], resources: [], tags: ['production'] },
    requesters: { roles: [] },
    approvals: 2,
    approvers: { roles: [], users: [bob.id] },
    windows: [{ days: ['monday', 'tuesday', 'friday'], from: '09:00', to: '17:30', timeZone: 'Europe/Berlin' }],
    escalation: { after: 3600, approvers: { roles: [], users: [bob.id] } },
    maxDuration: 14_400,
    maxExtensions: 1,
    waitsFor: 86_400,
    reasonRequired: true,
    emergency: null,
  } satisfies Omit<AccessRule, 'id' | 'createdAt' | 'changedAt'>
  const rule: AccessRule = {
    ...terms,
    id: randomUUID(),
    createdAt: '2026-11-22T08:00:00.000Z',
    changedAt: '2026-11-22T08:00:00.000Z',
  }

  /** What rules name is shown by name. */
  const names = {
    listUsers: () => page([bob]),
    listRoles: () => page([]),
    listCredentials: () => page([]),
    listResources: () => page([]),
  }

  test('are written as options', async () => {
    const { profile } = await start({ ...names, createAccessRule: () => rule })
    const words = ['admin', 'rules', 'add', 'Production', '--tag', 'production', '--approvals', '2', '--approver', bob.email]
    const window = ['--window', 'mon-tue,fri 09:00-17:30 Europe/Berlin']
    const rest = ['--escalate-after', '1h', '--escalate-to', bob.email, '--max-duration', '4h']
    expect(await runCli([...words, ...window, ...rest], { profile })).toMatchObject({ code: 0 })
    expect(asked('createAccessRule')).toEqual([{ body: terms }])
  })

  test('keep what is not changed', async () => {
    const { profile } = await start({
      ...names,
      listAccessRules: () => page([rule]),
      getAccessRule: () => rule,
      changeAccessRule: () => rule,
    })
    const words = ['admin', 'rules', 'change', 'Production', '--approvals', '3', '--without-escalation']
    expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
    const { name: _, ...rest } = terms
    expect(asked('changeAccessRule')).toEqual([
      { parameters: { accessRule: rule.id }, body: { ...rest, approvals: 3, escalation: null } },
    ])
  })

  test('are refused with windows that cannot be read', async () => {
    const { profile } = await start({})
    const { code, stderr } = await runCli(['admin', 'rules', 'add', 'x', '--window', 'always'], { profile })
    expect(code).toBe(2)
    expect(stderr).toContain('mon-fri 09:00-17:30 Europe/Berlin')
  })
})
