import { randomUUID } from 'node:crypto'
import type { SallyportError } from '@sallyport/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { codeOf } from '../../testing/code-of.ts'
import { makeGateway } from '../../testing/make-gateway.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'
import { listAlerts } from '../alerts/index.ts'
import { changeCredential, deleteCredential } from '../credentials/index.ts'
import { createGrant, expireGrants, revokeGrant } from '../grants/index.ts'
import { decide } from '../policy/index.ts'
import { changeResource } from '../resources/index.ts'
import { addMember, deleteRole, removeCredential, removeMember } from '../roles/index.ts'
import { createSite } from '../sites/index.ts'
import {
  endLeasesNoLongerAllowed,
  expireLeases,
  factsOfAccess,
  forgetSpentTickets,
  grantedCredentials,
  listLeases,
  othersWithExclusive,
  renewLeases,
  reportLeaseEnds,
} from './index.ts'

const start = Date.UTC(2026, 5, 1, 12)
const clock: MovedClock = { now: start }
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  clock.now = start
  world = await makeUnlockWorld(database, roles, clock)
})

const lease = async () => (await world.unlock()).answer.binding.lease
const author = () => ({ ...world.author(), permissions: new Set<never>() })

/** `[subject, code]` of each revocation. */
const revocations = async () => {
  const rows = await world.inOrganization((transaction) =>
    transaction.selectFrom('revocations').selectAll().orderBy('number').execute(),
  )
  return rows.map((row) => [`${row.subject_kind} ${row.subject_id}`, row.code])
}
const statusOf = async (id: string) => {
  const page = { below: null, limit: 100, now: clock.now }
  const leases = await world.inOrganization((transaction) => listLeases(transaction, page))
  return leases.find((row) => row.id === id)?.status
}
const active = async () =>
  (
    await world.inOrganization((transaction) =>
      listLeases(transaction, { below: null, limit: 100, now: clock.now, onlyActive: true }),
    )
  ).map(({ id }) => id)
const outbox = async (type: string) => {
  const rows = (await roles.outbox.waiting(world.organization)).filter((row) => row.type === type)
  return rows.map((row) => JSON.parse(row.body) as { details: Record<string, unknown>; actor: Record<string, unknown> })
}

describe('a change of policy', () => {
  it('ends the lease when the user loses the role', async () => {
    const id = await lease()
    expect(await active()).toEqual([id])
    await world.inOrganization((transaction) =>
      removeMember(transaction, { role: world.role.id, user: world.person.user }, author()),
    )
    expect(await revocations()).toEqual([[`lease ${id}`, 'not_granted']])
    expect(await statusOf(id)).toBe('revoked')
    expect(await active()).toEqual([])
  })

  it('ends the lease when the role loses the credential, or is deleted', async () => {
    const first = await lease()
    const leasing = { role: world.role.id, credential: world.credential.id }
    await world.inOrganization((transaction) => removeCredential(transaction, leasing, author()))
    expect(await statusOf(first)).toBe('revoked')
    world = await makeUnlockWorld(database, roles, clock)
    const second = await lease()
    await world.inOrganization((transaction) => deleteRole(transaction, world.role.id, author()))
    expect(await statusOf(second)).toBe('revoked')
  })

  it('leaves the lease when something else allows it, and ends it when that ends too', async () => {
    const { person, credential } = world
    const expiresAt = new Date(start + 100_000)
    await world.inOrganization((transaction) =>
      createGrant(transaction, { user: person.user, credential: credential.id, reason: '', expiresAt }, author()),
    )
    const id = await lease()
    await world.inOrganization((transaction) => removeMember(transaction, { role: world.role.id, user: person.user }, author()))
    expect(await statusOf(id)).toBe('active')
    clock.now += 100_001
    const result = await world.inOrganization((transaction) => expireGrants(transaction, author()))
    expect(result.expired).toBe(1)
    expect(await revocations()).toEqual([[`lease ${id}`, 'grant_expired']])
  })

  it('ends the lease when its grant is revoked', async () => {
    const person = await world.signIn(false)
    const wish = { user: person.user, credential: world.credential.id, reason: 'incident', expiresAt: new Date(start + 600_000) }
    const grant = await world.inOrganization((transaction) => createGrant(transaction, wish, author()))
    const { answer } = await world.unlock({}, { by: person })
    await world.inOrganization((transaction) => revokeGrant(transaction, grant.id, author()))
    expect(await revocations()).toEqual([[`lease ${answer.binding.lease}`, 'grant_expired']])
    expect(await codeOf(world.inOrganization((transaction) => revokeGrant(transaction, grant.id, author())))).toBe('conflict')
  })

  it('ends the lease when the endpoint changes, or the resource moves to a site that the gateway does not serve', async () => {
    const endpoint = { ...shopEndpoint, host: 'elsewhere.internal' }
    const first = await lease()
    await world.inOrganization((transaction) => changeResource(transaction, { id: world.resource.id, endpoint }, author()))
    expect(await revocations()).toEqual([[`lease ${first}`, 'secret_unbound']])
    world = await makeUnlockWorld(database, roles, clock)
    const second = await lease()
    await world.inOrganization(async (transaction) => {
      const site = await createSite(transaction, 'Far', author())
      await changeResource(transaction, { id: world.resource.id, site: site.id }, author())
    })
    expect(await revocations()).toEqual([[`lease ${second}`, 'wrong_site']])
  })

  it('that changes nothing about access ends nothing', async () => {
    const id = await lease()
    await world.inOrganization((transaction) =>
      changeResource(transaction, { id: world.resource.id, description: 'The shop.' }, author()),
    )
    const scope = { users: [world.person.user] }
    expect(await world.inOrganization((transaction) => endLeasesNoLongerAllowed(transaction, { ...author(), scope }))).toEqual([])
    expect(await statusOf(id)).toBe('active')
  })

  it('withdraws every lease of a credential that is deleted, by one revocation', async () => {
    const id = await lease()
    const other = await world.signIn()
    await world.unlock({}, { by: other })
    await world.inOrganization((transaction) => deleteCredential(transaction, world.credential.id, author()))
    expect(await revocations()).toEqual([[`credential ${world.credential.id}`, 'lease_revoked']])
    expect(await statusOf(id)).toBe('revoked')
  })

  it('never misses a lease that is decided at the same time', async () => {
    for (let round = 0; round < 8; round++) {
      const user = { role: world.role.id, user: world.person.user }
      const [unlocked] = await Promise.allSettled([
        world.unlock(),
        world.inOrganization((transaction) => removeMember(transaction, user, author())),
      ])
      const outcome =
        unlocked.status === 'fulfilled'
          ? await statusOf(unlocked.value.answer.binding.lease)
          : (unlocked.reason as SallyportError).code
      // Decided before the change, and withdrawn by it; or decided after it. Never granted and left alone.
      expect(['revoked', 'not_granted']).toContain(outcome)
      await world.inOrganization((transaction) => addMember(transaction, user, author()))
    }
  })
})

describe('a renewal', () => {
  const renew = (renewal: string, gateway = world.gateway.id) =>
    renewLeases({
      organization: world.organization,
      gateway,
      renewal,
      lifetime: 300,
      now: clock.now,
      transaction: world.inOrganization,
    })

  it('extends the leases it names, in one entry', async () => {
    const ids = [await lease(), await lease()]
    clock.now += 150_000
    const answer = await renew(await world.renewal(ids))
    expect(answer.leases).toEqual(ids.map((id) => ({ id, state: 'renewed', expiresAt: clock.now + 300_000 })))
    const [entry, ...others] = await outbox('lease.renewed')
    expect(others).toEqual([])
    expect(entry?.details).toEqual({ gateway: world.gateway.id, renewed: ids, ended: [] })
    clock.now += 299_999
    expect(await statusOf(ids[0]!)).toBe('active')
  })

  it('never extends past the session or the only grant', async () => {
    const person = await world.signIn(false)
    const expiresAt = new Date(start + 200_000)
    const wish = { user: person.user, credential: world.credential.id, reason: '', expiresAt }
    await world.inOrganization((transaction) => createGrant(transaction, wish, author()))
    const { answer } = await world.unlock({}, { by: person })
    clock.now += 100_000
    const renewed = await renew(await world.renewal([answer.binding.lease], {}, person))
    expect(renewed.leases).toEqual([{ id: answer.binding.lease, state: 'renewed', expiresAt: expiresAt.getTime() }])
    const held = await lease()
    await world.inOrganization((transaction) =>
      transaction
        .updateTable('sessions')
        .set({ expires_at: new Date(clock.now + 5000) })
        .where('id', '=', world.person.id)
        .execute(),
    )
    expect((await renew(await world.renewal([held]))).leases).toEqual([
      { id: held, state: 'renewed', expiresAt: clock.now + 5000 },
    ])
  })

  it('ends what policy no longer allows, and does not wake what has ended', async () => {
    const [withdrawn, expired] = [await lease(), await lease()]
    await world.inOrganization((transaction) =>
      transaction
        .updateTable('leases')
        .set({ expires_at: new Date(clock.now) })
        .where('id', '=', expired)
        .execute(),
    )
    await world.inOrganization((transaction) => transaction.deleteFrom('role_members').execute())
    expect((await renew(await world.renewal([withdrawn, expired]))).leases).toEqual([
      { id: withdrawn, state: 'ended', code: 'not_granted' },
      { id: expired, state: 'ended', code: 'lease_ended' },
    ])
    expect(await statusOf(withdrawn)).toBe('revoked')
  })

  it('does not touch leases of another session or gateway, or unknown ones', async () => {
    const other = await world.signIn()
    const theirs = (await world.unlock({}, { by: other })).answer.binding.lease
    const unknown = randomUUID()
    const codes = (await renew(await world.renewal([theirs, unknown]))).leases
    expect(codes).toEqual([theirs, unknown].map((id) => ({ id, state: 'ended', code: 'lease_unknown' })))
    expect(await statusOf(theirs)).toBe('active')
  })

  it('is refused when it is replayed, stolen by another gateway, stale, too old, or half signed', async () => {
    const id = await lease()
    const text = await world.renewal([id])
    await renew(text)
    expect(await codeOf(renew(text))).toBe('ticket_used')
    const thief = await makeGateway(database.pools.api, world.organization)
    expect(await codeOf(renew(await world.renewal([id]), thief.id))).toBe('identity_mismatch')
    const fresh = await world.renewal([id])
    expect(await codeOf(renew(fresh.slice(0, fresh.lastIndexOf('.'))))).toBe('ticket_invalid')
    const old = clock.now - 200_000
    expect(await codeOf(renew(await world.renewal([id], { issuedAt: old, expiresAt: old + 60_000 })))).toBe('ticket_expired')
    const other = await world.signIn()
    const forged = await world.renewal([id], { session: world.person.id, device: world.person.device }, other)
    expect(await codeOf(renew(forged))).toBe('ticket_invalid')
    const copy = { counter: world.person.deviceState.counter + 1, value: 'A'.repeat(22) }
    expect(await codeOf(renew(await world.renewal([id], { deviceState: copy })))).toBe('device_state_stale')
    expect(await codeOf(renew(await world.renewal([id])))).toBe('device_state_stale')
  })

  it('counts as use of the session', async () => {
    const id = await lease()
    clock.now += 200_000
    await renew(await world.renewal([id]))
    const session = await world.inOrganization((transaction) =>
      transaction.selectFrom('sessions').selectAll().where('id', '=', world.person.id).executeTakeFirstOrThrow(),
    )
    expect(session.last_used_at.getTime()).toBe(clock.now)
  })

  it('is remembered for as long as it could be used, and then forgotten', async () => {
    const text = await world.renewal([await lease()])
    await renew(text)
    clock.now += 60_000
    await world.inOrganization((transaction) => forgetSpentTickets(transaction, clock.now))
    expect(await codeOf(renew(text))).toBe('ticket_used')
    clock.now += 300_000
    const forgotten = await world.inOrganization((transaction) => forgetSpentTickets(transaction, clock.now))
    expect(forgotten).toBeGreaterThanOrEqual(2)
    expect(await codeOf(renew(text))).toBe('ticket_expired')
  })
})

describe('ends that a gateway reports', () => {
  it('are noted once, for its own leases only, in one entry', async () => {
    const [mine, again] = [await lease(), await lease()]
    const report = (gateway: string, ids: readonly string[]) =>
      world.inOrganization((transaction) =>
        reportLeaseEnds(transaction, { gateway, ends: ids.map((id) => ({ id, reason: 'closed' })) }, world.author()),
      )
    const thief = await makeGateway(database.pools.api, world.organization)
    await report(thief.id, [mine])
    expect(await statusOf(mine)).toBe('active')
    await report(world.gateway.id, [mine, again])
    await report(world.gateway.id, [mine])
    expect(await statusOf(mine)).toBe('ended')
    const entries = await outbox('lease.ended')
    expect(entries.map((entry) => entry.details)).toEqual([
      { leases: { closed: [] } },
      { leases: { closed: expect.toSatisfy((ids: string[]) => ids.toSorted().join() === [mine, again].toSorted().join()) } },
      { leases: { closed: [] } },
    ])
  })

  it('fit one entry, however many and whatever their reasons', async () => {
    const ends = Array.from({ length: 1000 }, () => ({ id: randomUUID(), reason: randomUUID() }))
    await world.inOrganization((transaction) => reportLeaseEnds(transaction, { gateway: world.gateway.id, ends }, world.author()))
    expect((await outbox('lease.ended'))[0]?.details).toEqual({ leases: { other: [] } })
  })
})

describe('what a person may lease', () => {
  it('is listed with every way to it, and left out when there is none', async () => {
    const { person, credential } = world
    const expiresAt = new Date(start + 60_000)
    const wish = { user: person.user, credential: credential.id, reason: '', expiresAt }
    const grant = await world.inOrganization((transaction) => createGrant(transaction, wish, author()))
    const mine = () =>
      world.inOrganization((transaction) => grantedCredentials(transaction, { user: person.user, device: null, now: clock.now }))
    expect(await mine()).toMatchObject([
      {
        credential: credential.id,
        name: 'shop/read-only',
        port: credential.port,
        bound: true,
        through: [
          { kind: 'role', id: world.role.id, name: 'readers' },
          { kind: 'grant', id: grant.id, expiresAt: expiresAt.getTime() },
        ],
      },
    ])
    await world.inOrganization((transaction) => removeMember(transaction, { role: world.role.id, user: person.user }, author()))
    expect((await mine()).map(({ through }) => through.map(({ kind }) => kind))).toEqual([['grant']])
    clock.now += 60_000
    expect(await mine()).toEqual([])
  })

  it('is explained by the function that decides', async () => {
    const stranger = await world.signIn(false)
    const explain = async (user: string, credential = world.credential.id) => {
      const asked = { user, credential, now: clock.now }
      const facts = await world.inOrganization((transaction) => factsOfAccess(transaction, asked))
      return facts && decide(facts)
    }
    expect(await explain(world.person.user)).toMatchObject({ allowed: true })
    const refused = await explain(stranger.user)
    expect(refused?.allowed).toBe(false)
    expect(refused?.reasons).toContainEqual({
      rule: 'granted',
      holds: false,
      text: 'Neither a role nor access for a time gives it.',
    })
    expect(await explain(stranger.user, randomUUID())).toBeNull()
  })
})

it('raises one alert for a user that a resource refused to drop, told by the gateway whose lease it was', async () => {
  const id = await lease()
  const alerts = () => world.inOrganization((transaction) => listAlerts(transaction, { before: null, limit: 10 }))
  const report = (gateway: string) =>
    world.inOrganization((transaction) =>
      reportLeaseEnds(transaction, { gateway, ends: [{ id, reason: 'temporary_user_left' }] }, author()),
    )
  await report(randomUUID())
  expect(await alerts()).toEqual([])
  await report(world.gateway.id)
  await report(world.gateway.id)
  expect(await alerts()).toMatchObject([
    { kind: 'temporary-user-left', message: expect.stringContaining(id.replaceAll('-', '')) as string },
  ])
})

it('has another gateway drop the users of whoever got another password meanwhile, when none of them can sign in, without an alert', async () => {
  const id = await lease()
  const ends = [{ id, reason: 'temporary_user_left' }]
  const { id: credential } = world.credential
  await withOrganization(database.pools.vault, world.organization, (transaction) =>
    transaction.updateTable('secrets').set({ version: 2 }).where('id', '=', world.secret.id).execute(),
  )
  const left = await world.inOrganization((transaction) =>
    reportLeaseEnds(transaction, { gateway: world.gateway.id, ends }, author()),
  )
  expect(left).toEqual([
    { credential, userName: 'shop_ro', secret: world.secret.id, version: 2, dueAt: expect.any(Number) as number },
  ])
  expect(left[0]!.dueAt).toBeGreaterThan(clock.now + 300_000)
  expect(await world.inOrganization((transaction) => listAlerts(transaction, { before: null, limit: 10 }))).toEqual([])
})

it('raises an alert when leases with users of their own end by time alone: nobody dropped them', async () => {
  await lease()
  await withOrganization(database.pools.vault, world.organization, (transaction) =>
    transaction
      .updateTable('secrets')
      .set({ kind: 'temporary-user', account: 'readers' })
      .where('id', '=', world.secret.id)
      .execute(),
  )
  clock.now += 400_000
  const { left } = await world.inOrganization((transaction) => expireLeases(transaction, author()))
  expect(left).toEqual([{ credential: world.credential.id, userName: 'shop_ro', secret: world.secret.id, version: 1 }])
  const alerts = await world.inOrganization((transaction) => listAlerts(transaction, { before: null, limit: 10 }))
  expect(alerts).toMatchObject([{ kind: 'temporary-user-left', message: expect.stringContaining('shop/read-only') as string }])
})

describe('a credential that one person uses at a time', () => {
  const setExclusive = (exclusive: boolean) =>
    world.inOrganization((transaction) =>
      changeCredential(transaction, { id: world.credential.id, exclusive, ports: { first: 10_000, last: 29_999 } }, author()),
    )
  const holdersFor = (user: string) =>
    world.inOrganization((transaction) =>
      othersWithExclusive(transaction, { credentials: [world.credential.id], user, now: clock.now }),
    )
  const end = (id: string, reason = 'closed') =>
    world.inOrganization((transaction) =>
      reportLeaseEnds(transaction, { gateway: world.gateway.id, ends: [{ id, reason }] }, author()),
    )

  it('is refused to a second person with who has it, and given to the first one again', async () => {
    await setExclusive(true)
    const { answer } = await world.unlock()
    expect(answer.exclusive).toBe(true)
    const other = await world.signIn()
    expect(await codeOf(world.unlock({}, { by: other }))).toBe('credential_in_use')
    expect(await codeOf(world.unlock())).toBe('done')
    const [refused] = await world.entries('unlock.refused')
    expect(refused?.entry).toMatchObject({ details: { code: 'credential_in_use' } })
    const holder = (await holdersFor(other.user)).get(world.credential.id)
    expect(holder).toMatchObject({ user: world.person.user, until: new Date(start + 300_000) })
    expect(await holdersFor(world.person.user)).toEqual(new Map())
  })

  it('is free as soon as the gateway reports the end, and at the end of the lease when no gateway is left to report it', async () => {
    await setExclusive(true)
    const other = await world.signIn()
    const first = await lease()
    await end(first)
    const second = (await world.unlock({}, { by: other })).answer.binding.lease
    expect(await codeOf(world.unlock())).toBe('credential_in_use')
    clock.now += 300_000
    expect(await statusOf(second)).toBe('expired')
    expect(await codeOf(world.unlock())).toBe('done')
  })

  it('goes to exactly one of those who ask at the same time', async () => {
    await setExclusive(true)
    const people = [world.person, await world.signIn(), await world.signIn(), await world.signIn()]
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.allSettled(people.map((by) => world.unlock({}, { by })))
      const won = answers.filter((answer) => answer.status === 'fulfilled')
      expect(won).toHaveLength(1)
      const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as SallyportError] : []))
      expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'credential_in_use'))
      await end(won[0]!.value.answer.binding.lease)
    }
  })

  it('stays with who had it first when it becomes one; the others are cut off', async () => {
    const first = await lease()
    clock.now += 1_000
    const other = await world.signIn()
    const { answer } = await world.unlock({}, { by: other })
    await setExclusive(true)
    expect(await revocations()).toEqual([[`lease ${answer.binding.lease}`, 'credential_in_use']])
    expect([await statusOf(first), await statusOf(answer.binding.lease)]).toEqual(['active', 'revoked'])
    await setExclusive(false)
    expect(await codeOf(world.unlock({}, { by: other }))).toBe('done')
  })

  it('tells those who may lease it whenever it is taken or free again', async () => {
    const version = async () => {
      const row = await world.inOrganization((transaction) =>
        transaction.selectFrom('event_versions').select('version').where('topic', '=', 'credentials').executeTakeFirstOrThrow(),
      )
      return Number(row.version)
    }
    await setExclusive(true)
    const before = await version()
    const id = await lease()
    expect(await version()).toBe(before + 1)
    await end(id)
    expect(await version()).toBe(before + 2)
    await setExclusive(false)
    const open = await version()
    await end(await lease())
    expect(await version()).toBe(open)
  })
})
