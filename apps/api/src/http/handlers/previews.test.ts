/**
 * A preview says what then happens: random changes of a small organization, each first previewed, then made. What happened is
 * looked up another way than previews look it up: each person's own list of credentials, explanations, and the leases themselves.
 */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { type Impact, type Permission, permissions, type Previewable, previewNameOf } from '@sallyport/protocol/api'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import type { Dependencies } from '../../dependencies.ts'
import { takeConnectionReport } from '../../domains/connections/index.ts'
import { grantedCredentials } from '../../domains/leases/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import { createBuiltInRoles, permissionsOfUser } from '../../domains/roles/index.ts'
import { makeGateway } from '../../testing/make-gateway.ts'
import { makeLease } from '../../testing/make-lease.ts'
import { makeSession, type MadeSession } from '../../testing/make-session.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'
import type { CallerContext } from '../context.ts'
import { credentialHandlers } from './credentials.ts'
import { deviceHandlers } from './devices.ts'
import { gatewayHandlers } from './gateways.ts'
import { grantHandlers } from './grants.ts'
import { previewHandlers } from './previews.ts'
import { resourceHandlers } from './resources.ts'
import { roleHandlers } from './roles.ts'
import { userHandlers } from './users.ts'

type AnyHandler = (context: CallerContext, input: unknown) => Promise<unknown>
const changes: Readonly<Record<string, unknown>> = {
  ...credentialHandlers,
  ...deviceHandlers,
  ...gatewayHandlers,
  ...grantHandlers,
  ...resourceHandlers,
  ...roleHandlers,
  ...userHandlers,
}

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld
let context: CallerContext

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
})
beforeEach(async () => {
  world = await makeUnlockWorld(database, roles, clock)
  await world.inOrganization(createBuiltInRoles)
  const { person } = world
  context = {
    // None of these changes needs more than the database.
    dependencies: {} as Dependencies,
    address: '192.0.2.1',
    actor: { kind: 'user', id: person.user, device: person.device, session: person.id, address: '192.0.2.1' },
    now: () => clock.now,
    organization: await world.inOrganization(readOrganization),
    transaction: world.inOrganization,
    user: { id: person.user, permissions: new Set(permissions), isSupport: false },
    device: { id: person.device },
    session: { id: person.id, expiresAt: new Date(clock.now + 3_600_000), publicKey: person.signer.publicKey },
  }
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})

interface Change {
  readonly name: Previewable
  readonly parameters?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const inputOf = ({ parameters, body }: Change) => ({ parameters, query: undefined, body })
const previewed = (change: Change): Promise<Impact> =>
  (previewHandlers[previewNameOf(change.name)] as AnyHandler)(context, inputOf(change)) as Promise<Impact>
const made = (change: Change): Promise<unknown> => (changes[change.name] as AnyHandler)(context, inputOf(change))

const outcome = async <Result>(work: Promise<Result>): Promise<Result | string> => {
  try {
    return await work
  } catch (error) {
    if (error instanceof SallyportError) return error.code
    throw error
  }
}

const refusalIn = (result: unknown): string | null => (typeof result === 'string' ? result : null)

/** Everything that there is to change. */
interface Things {
  readonly people: MadeSession[]
  readonly roles: string[]
  readonly credentials: string[]
  readonly grants: string[]
  readonly gateways: string[]
}

/** What each person can reach and do, and which leases live. */
const look = (things: Things) =>
  world.inOrganization(async (transaction) => {
    const reach = new Map<string, Set<string>>()
    const users = things.people.map(({ user }) => user)
    const active = await transaction
      .selectFrom('users')
      .select('id')
      .where('id', 'in', users)
      .where('status', '=', 'active')
      .where('deleted_at', 'is', null)
      .execute()
    for (const user of users) {
      const isActive = active.some(({ id }) => id === user)
      const granted = isActive ? await grantedCredentials(transaction, { user, device: null, now: clock.now }) : []
      const own = isActive ? await permissionsOfUser(transaction, user) : []
      reach.set(user, new Set([...granted.filter(({ bound }) => bound).map(({ credential }) => credential), ...own]))
    }
    const leases = await transaction.selectFrom('leases').select(['id', 'ended_at']).execute()
    const open = await transaction
      .selectFrom('open_connections')
      .innerJoin('leases', 'leases.id', 'open_connections.lease_id')
      .select('open_connections.id')
      .where('leases.ended_at', 'is', null)
      .execute()
    return {
      reach,
      leases: leases.filter(({ ended_at }) => ended_at === null).map(({ id }) => id),
      open: open.map(({ id }) => id),
    }
  })

const withMore = (more: ReadonlyMap<string, Set<string>>, less: ReadonlyMap<string, Set<string>>): string[] =>
  [...more].filter(([user, own]) => [...own].some((each) => less.get(user)?.has(each) !== true)).map(([user]) => user)

/** Numbers that a seed gives, the same each time. */
const numbersOf = (seed: number) => {
  let state = seed
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const furnish = async (pick: (below: number) => number): Promise<Things> => {
  const run = world.inOrganization
  const things = { people: [] as MadeSession[], roles: [] as string[], credentials: [] as string[], grants: [] as string[] }
  for (let count = 0; count < 4; count++) {
    const text = `secret ${randomUUID()}`
    const target = { resource: world.resource.id, endpoint: shopEndpoint }
    const secret = await roles.vault.createSecret(await world.sealedSecret(text, target))
    const body = {
      resource: world.resource.id,
      name: `c-${randomUUID().slice(0, 8)}`,
      userName: 'x',
      secret: secret.id,
      databases: [],
      exclusive: false,
    }
    things.credentials.push(
      (await credentialHandlers.createCredential(context, { parameters: undefined, query: undefined, body })).id,
    )
  }
  for (let count = 0; count < 3; count++) {
    const own: Permission[] = count === 0 ? ['users.read', 'audit.read'] : []
    const body = { name: `r-${randomUUID()}`, description: '', permissions: own }
    things.roles.push((await roleHandlers.createRole(context, { parameters: undefined, query: undefined, body })).id)
  }
  const gateways = [world.gateway.id, (await makeGateway(database.pools.api, world.organization)).id]
  await world.serve(world.site.id, gateways[1])
  for (let count = 0; count < 5; count++) {
    const person = await makeSession(database.pools.api, world.organization, { now: clock.now })
    things.people.push(person)
    const role = things.roles[pick(things.roles.length)]!
    await roleHandlers.addRoleMember(context, { parameters: { role, user: person.user }, query: undefined, body: undefined })
    const credential = things.credentials[pick(things.credentials.length)]!
    await roleHandlers.addRoleCredential(context, { parameters: { role, credential }, query: undefined, body: undefined })
    if (pick(2) === 0) {
      const body = {
        user: person.user,
        credential: things.credentials[pick(4)]!,
        reason: '',
        expiresAt: new Date(clock.now + 3_600_000).toISOString(),
      }
      things.grants.push((await grantHandlers.createGrant(context, { parameters: undefined, query: undefined, body })).id)
    }
  }
  // Everybody holds a lease of all that they may have, with a connection open under it.
  const all = { ...things, gateways }
  const { reach } = await look(all)
  for (const [index, { user, id, device }] of things.people.entries()) {
    for (const credential of reach.get(user)!) {
      if (!things.credentials.includes(credential)) continue
      const gateway = gateways[index % gateways.length]!
      const { lease } = await makeLease(database.pools.vault, {
        organization: world.organization,
        gateway,
        now: clock.now,
        session: { id, user, device },
        credential: { id: credential, resource: world.resource.id },
      })
      const opened = [{ id: randomUUID(), lease, caller: null, openedAt: clock.now }]
      await run((within) =>
        takeConnectionReport(within, { reset: false, opened, bytes: [], closed: [] }, { gateway, now: clock.now }),
      )
    }
  }
  return all
}

const randomChange = (things: Things, pick: (below: number) => number): Change => {
  const one = <Item>(items: readonly Item[]): Item => items[pick(items.length)]!
  const person = one(things.people)
  const [user, role, credential, gateway] = [person.user, one(things.roles), one(things.credentials), one(things.gateways)]
  const resource = world.resource.id
  const all: readonly Change[] = [
    { name: 'changeUser', parameters: { user }, body: { status: pick(2) === 0 ? 'disabled' : 'active' } },
    { name: 'deleteUser', parameters: { user } },
    { name: 'changeRole', parameters: { role }, body: { permissions: pick(2) === 0 ? [] : ['users.read'] } },
    { name: 'deleteRole', parameters: { role } },
    { name: 'addRoleMember', parameters: { role, user } },
    { name: 'removeRoleMember', parameters: { role, user } },
    { name: 'addRoleCredential', parameters: { role, credential } },
    { name: 'removeRoleCredential', parameters: { role, credential } },
    { name: 'createGrant', body: { user, credential, reason: '', expiresAt: new Date(clock.now + 60_000).toISOString() } },
    ...(things.grants.length > 0 ? [{ name: 'revokeGrant', parameters: { grant: one(things.grants) } } as const] : []),
    { name: 'changeResource', parameters: { resource }, body: { endpoint: { ...shopEndpoint, port: 5432 + pick(2) } } },
    { name: 'deleteResource', parameters: { resource } },
    { name: 'deleteCredential', parameters: { credential } },
    { name: 'changeGateway', parameters: { gateway }, body: { sites: [world.site.id] } },
    { name: 'revokeGateway', parameters: { gateway } },
    { name: 'revokeDevice', parameters: { device: person.device } },
    { name: 'revokeSession', parameters: { session: person.id } },
  ]
  return one(all)
}

describe('a preview', () => {
  it.each([1, 2, 3])(
    'changes nothing, and says what then happens, change after change (seed %i)',
    { timeout: 300_000 },
    async (seed) => {
      const pick = numbersOf(seed)
      const things = await furnish(pick)
      const kinds = new Set<string>()
      let before = await look(things)
      for (let count = 0; count < 25; count++) {
        const change = randomChange(things, pick)
        const said = await outcome(previewed(change))
        expect(await look(things), `${change.name} was only previewed`).toEqual(before)
        const happened = await outcome(made(change))
        // What refuses the change refuses its preview, with the same code.
        expect([change.name, refusalIn(said)]).toEqual([change.name, refusalIn(happened)])
        if (typeof said === 'string') continue
        kinds.add(change.name)
        const after = await look(things)
        const ended = before.open.filter((id) => !after.open.includes(id))
        const told = {
          losing: said.losing.items.map(({ id }) => id).toSorted(),
          gaining: said.gaining.items.map(({ id }) => id).toSorted(),
          connections: said.connections.items.map(({ id }) => id).toSorted(),
          leases: said.leases,
          complete: said.complete,
        }
        expect(told, JSON.stringify(change)).toEqual({
          losing: withMore(before.reach, after.reach).toSorted(),
          gaining: withMore(after.reach, before.reach).toSorted(),
          connections: ended.toSorted(),
          leases: before.leases.filter((id) => !after.leases.includes(id)).length,
          complete: true,
        })
        before = after
        expect([said.losing.count, said.connections.count]).toEqual([told.losing.length, ended.length])
      }
      expect(kinds.size).toBeGreaterThan(5)
    },
  )

  it('names the credentials whose secret a new endpoint leaves unbound', async () => {
    const input = {
      parameters: { resource: world.resource.id },
      query: undefined,
      body: { endpoint: { ...shopEndpoint, host: 'moved.internal' } },
    }
    const said = await previewHandlers.previewChangeResource(context, input)
    expect(said.unbound).toEqual({ count: 1, items: [{ credential: world.credential.id, name: 'shop/read-only' }] })
    expect(said.losing.items.map(({ id }) => id)).toEqual([world.person.user])
    const unchanged = await previewHandlers.previewChangeResource(context, { ...input, body: { description: 'new' } })
    expect(unchanged).toMatchObject({ unbound: { count: 0 }, losing: { count: 0 }, connections: { count: 0 } })
  })
})
