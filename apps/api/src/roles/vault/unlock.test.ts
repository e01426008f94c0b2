import { BlockList } from 'node:net'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { generateSealingKeyPair, type LeaseBinding, SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { createGrant } from '../../domains/grants/index.ts'
import { changeResource } from '../../domains/resources/index.ts'
import { removeMember } from '../../domains/roles/index.ts'
import { endSessions } from '../../domains/sessions/index.ts'
import { createSite } from '../../domains/sites/index.ts'
import { codeOf } from '../../testing/code-of.ts'
import { makeGateway } from '../../testing/make-gateway.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { startLog } from '../log.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
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
  world = await makeUnlockWorld(database, roles, clock)
})

const ask = async (request: string) => roles.vault.requestLease({ organization: world.organization, request })

describe('an unlock', () => {
  it('gives the credential to the gateway and client that asked for it together', async () => {
    const unlocked = await world.unlock()
    expect(await world.open(unlocked)).toBe('s3cret-of-shop')
    expect(unlocked.answer).toMatchObject({ userName: 'shop_ro', databases: ['shop'], resourceName: 'shop' })
    expect(unlocked.answer.binding.expiresAt).toBe(clock.now + 300_000)
  })

  it('is proven by a receipt that names lease, gateway, session, credential and version', async () => {
    const { answer } = await world.unlock()
    const { binding } = answer
    expect(await world.verifyReceipt(answer.receipt)).toMatchObject({
      organization: world.organization,
      lease: binding.lease,
      gateway: world.gateway.id,
      session: world.person.id,
      credential: world.credential.id,
      secretVersion: 1,
    })
    const [entry] = await world.entries('unlock.granted')
    expect(entry?.entry).toMatchObject({
      type: 'unlock.granted',
      actor: { id: world.person.user, device: world.person.device, session: world.person.id, address: '198.51.100.7' },
      details: { lease: binding.lease, secretVersion: 1 },
    })
  })

  it('opens with nothing but the share of this client, the key of this gateway and every bound field as it was', async () => {
    const unlocked = await world.unlock()
    const other = await world.unlock()
    expect(await codeOf(world.open({ ...unlocked, share: other.share }))).toBe('unseal_failed')
    expect(await codeOf(world.open({ ...unlocked, recipient: other.recipient }))).toBe('unseal_failed')
    expect(await codeOf(world.open({ ...unlocked, payload: other.payload }))).toBe('unseal_failed')
    const { version: _version, ...bound } = unlocked.answer.binding
    for (const field of Object.keys(bound) as (keyof Omit<LeaseBinding, 'version'>)[]) {
      const value = bound[field]
      const swapped = typeof value === 'number' ? value + 1 : field === 'endpointDigest' ? 'A'.repeat(43) : randomUUID()
      expect(await codeOf(world.open(unlocked, { [field]: swapped })), field).toBe('unseal_failed')
    }
    expect(await world.open(unlocked)).toBe('s3cret-of-shop')
  })

  it('never outlives the session or the only grant', async () => {
    const person = await world.signIn(false)
    const expiresAt = new Date(clock.now + 120_000)
    await world.inOrganization((transaction) =>
      createGrant(transaction, { user: person.user, credential: world.credential.id, reason: '', expiresAt }, world.author()),
    )
    const { answer } = await world.unlock({}, { by: person })
    expect(answer.binding.expiresAt).toBe(expiresAt.getTime())
  })
})

describe('an unlock is refused', () => {
  const refusedCodes = async () => {
    const entries = await world.entries('unlock.refused')
    return entries.map((row) => (row.entry as { details: { code: string } }).details.code)
  }
  const expectRefused = async (code: string) => {
    expect(await refusedCodes()).toEqual([code])
    expect(await world.entries('unlock.granted')).toEqual([])
  }

  it('to a gateway whose signature is not its own', async () => {
    const { text } = await world.makeTicket()
    const request = await world.makeRequest(text, await generateSealingKeyPair(), { by: makeSigner() })
    expect(await codeOf(ask(request))).toBe('signature_invalid')
  })

  it('to a gateway that is unknown, revoked, or of another organization', async () => {
    const foreign = await makeUnlockWorld(database, roles, clock)
    const { text } = await world.makeTicket()
    const recipient = await generateSealingKeyPair()
    const foreignRequest = await world.makeRequest(text, recipient, {
      change: { gateway: foreign.gateway.id },
      by: foreign.gateway.signer,
    })
    expect(await codeOf(ask(foreignRequest))).toBe('gateway_unknown')
    await world.inOrganization((transaction) =>
      transaction.updateTable('gateways').set({ status: 'revoked', revoked_at: new Date() }).execute(),
    )
    expect(await codeOf(ask(await world.makeRequest(text, recipient)))).toBe('gateway_unknown')
  })

  it('for a ticket that was stolen and used at another gateway', async () => {
    const thief = await makeGateway(database.pools.api, world.organization)
    await world.serve(world.site.id, thief.id)
    const { text } = await world.makeTicket()
    const request = await world.makeRequest(text, await generateSealingKeyPair(), {
      change: { gateway: thief.id },
      by: thief.signer,
    })
    expect(await codeOf(ask(request))).toBe('identity_mismatch')
  })

  it('for a ticket of which one signature is missing, foreign, or in the wrong place', async () => {
    const { person } = world
    const recipient = await generateSealingKeyPair()
    const { text } = await world.makeTicket()
    const single = text.slice(0, text.lastIndexOf('.'))
    expect(await codeOf(ask(await world.makeRequest(single, recipient)))).toBe('ticket_invalid')
    for (const signers of [
      [person.deviceSigner, makeSigner()],
      [person.signer, person.deviceSigner],
      [makeSigner(), makeSigner()],
    ]) {
      const forged = await world.makeTicket({}, { signers })
      expect(await codeOf(ask(await world.makeRequest(forged.text, recipient)))).toBe('ticket_invalid')
    }
    await expect(world.unlock()).resolves.toBeDefined()
  })

  it('for a ticket by the session key without its device, which ends the session', async () => {
    const recipient = await generateSealingKeyPair()
    for (const device of [makeSigner(), null]) {
      const victim = await world.signIn()
      await world.unlock({}, { by: victim })
      const signers = [device ?? victim.signer, victim.signer]
      const forged = await world.makeTicket({}, { by: victim, signers })
      expect(await codeOf(ask(await world.makeRequest(forged.text, recipient)))).toBe('device_mismatch')
      expect(await codeOf(world.unlock({}, { by: victim }))).toBe('device_mismatch')
    }
    await expect(world.unlock()).resolves.toBeDefined()
  })

  it('for a ticket whose device signature somebody altered, which ends nothing', async () => {
    const [ticketOf, other] = [await world.makeTicket(), await world.makeTicket()]
    const [payload, , session] = ticketOf.text.split('.')
    const altered = [payload, other.text.split('.')[1], session].join('.')
    expect(await codeOf(ask(await world.makeRequest(altered, await generateSealingKeyPair())))).toBe('ticket_invalid')
    await expect(world.unlock()).resolves.toBeDefined()
  })

  it('for a session of another device, and a session that does not exist', async () => {
    const other = await world.signIn()
    expect(await codeOf(world.unlock({ device: other.device }))).toBe('session_unknown')
    expect(await codeOf(world.unlock({ session: randomUUID() }))).toBe('session_unknown')
  })

  it('for a ticket that is too old, from the future, or would live too long', async () => {
    const old = clock.now - 120_001
    expect(await codeOf(world.unlock({ issuedAt: old, expiresAt: old + 60_000 }))).toBe('ticket_expired')
    const future = clock.now + 60_001
    expect(await codeOf(world.unlock({ issuedAt: future, expiresAt: future + 60_000 }))).toBe('ticket_expired')
    expect(await codeOf(world.unlock({ expiresAt: clock.now + 60_001 }))).toBe('ticket_invalid')
  })

  it('for a ticket that was used before, also when the first use failed', async () => {
    const { request } = await world.unlock()
    expect(await codeOf(ask(request))).toBe('ticket_used')
    expect(await refusedCodes()).toEqual(['ticket_used'])
  })

  it('for a session that was revoked, has expired, or whose user is disabled', async () => {
    const [revoked, disabled] = [await world.signIn(), await world.signIn()]
    await world.inOrganization(async (transaction) => {
      const scope = { session: revoked.id }
      const end = { organization: world.organization, scope, status: 'revoked' as const, code: 'session_revoked' as const }
      await endSessions(transaction, { ...end, now: clock.now })
      await transaction.updateTable('users').set({ status: 'disabled' }).where('id', '=', disabled.user).execute()
    })
    expect(await codeOf(world.unlock({}, { by: revoked }))).toBe('session_revoked')
    expect(await codeOf(world.unlock({}, { by: disabled }))).toBe('user_disabled')
    const later = clock.now
    clock.now += 13 * 3_600_000
    try {
      expect(await codeOf(world.unlock())).toBe('session_expired')
    } finally {
      clock.now = later
    }
  })

  it('for a device state that another copy has used, and that ends every session of the device', async () => {
    await world.unlock()
    const stale = { counter: world.person.deviceState.counter, value: 'A'.repeat(22) }
    expect(await codeOf(world.unlock({ deviceState: stale }))).toBe('device_state_stale')
    const session = await world.inOrganization((transaction) =>
      transaction.selectFrom('sessions').selectAll().where('id', '=', world.person.id).executeTakeFirstOrThrow(),
    )
    expect(session.status).toBe('revoked')
    expect(await codeOf(world.unlock())).toBe('device_state_stale')
  })

  it('at a gateway that does not serve the site', async () => {
    const elsewhere = await world.inOrganization((transaction) => createSite(transaction, 'Elsewhere', world.author()))
    await world.inOrganization((transaction) =>
      changeResource(transaction, { id: world.resource.id, site: elsewhere.id }, world.author()),
    )
    expect(await codeOf(world.unlock())).toBe('wrong_site')
    await expectRefused('wrong_site')
  })

  it('without a role or grant, and after the grant has ended', async () => {
    const person = await world.signIn(false)
    expect(await codeOf(world.unlock({}, { by: person }))).toBe('not_granted')
    expect(await codeOf(world.unlock({ credential: randomUUID() }))).toBe('not_granted')
    const before = clock.now
    const expiresAt = new Date(before + 60_000)
    await world.inOrganization((transaction) =>
      createGrant(transaction, { user: person.user, credential: world.credential.id, reason: '', expiresAt }, world.author()),
    )
    expect(await codeOf(world.unlock({}, { by: person }))).toBe('done')
    clock.now += 60_000
    try {
      expect(await codeOf(world.unlock({}, { by: person }))).toBe('grant_expired')
    } finally {
      clock.now = before
    }
  })

  it('as soon as policy has changed', async () => {
    const { person, role } = world
    const author = { ...world.author(), permissions: new Set<never>() }
    await world.inOrganization((transaction) => removeMember(transaction, { role: role.id, user: person.user }, author))
    expect(await codeOf(world.unlock())).toBe('not_granted')
  })

  it('after the endpoint changed, until the secret is bound to the new one', async () => {
    const endpoint = { ...shopEndpoint, host: 'attacker.example' }
    const changed = await world.inOrganization((transaction) =>
      changeResource(transaction, { id: world.resource.id, endpoint }, world.author()),
    )
    expect(await codeOf(world.unlock())).toBe('secret_unbound')
    const { organization, secret, author } = world
    const binding = { organization, secret: secret.id, actor: author().actor }
    expect(await codeOf(roles.vault.bindSecret({ ...binding, endpointDigest: secret.id.padEnd(43, 'A') }))).toBe('conflict')
    const bound = await roles.vault.bindSecret({ ...binding, endpointDigest: changed.endpointDigest })
    expect(bound).toMatchObject({ bound: true, version: 1 })
    expect(await world.open(await world.unlock())).toBe('s3cret-of-shop')
  })

  it('beyond the leases that a session may have, however many ask at the same moment', async () => {
    await world.unlock()
    await withOrganization(database.pools.vault, world.organization, (transaction) =>
      sql`insert into leases select (jsonb_populate_record(leases, jsonb_build_object('id', gen_random_uuid()))).*
        from leases, generate_series(1, 997)`.execute(transaction),
    )
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(world.unlock())))
    expect(codes.toSorted()).toEqual(['done', 'done', 'limit_reached', 'limit_reached', 'limit_reached'])
  })

  it('for any purpose but to connect', async () => {
    expect(await codeOf(world.unlock({ purpose: 'rotate' }))).toBe('ticket_invalid')
  })

  it('when the share was sealed for another ticket, and no lease stays', async () => {
    const other = await world.makeTicket()
    expect(await codeOf(world.unlock({ share: other.payload.share }))).toBe('unseal_failed')
    await expectRefused('unseal_failed')
    const leases = await world.inOrganization((transaction) => transaction.selectFrom('leases').selectAll().execute())
    expect(leases.map((lease) => lease.end_code)).toEqual(['unseal_failed'])
  })
})

describe('the log', () => {
  const endCodes = async () => {
    const leases = await world.inOrganization((transaction) => transaction.selectFrom('leases').selectAll().execute())
    return leases.map((lease) => lease.end_code)
  }
  const breakSecret = () =>
    withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction
        .updateTable('secret_versions')
        .set({ wrapped_key: Buffer.alloc(64) })
        .execute(),
    )

  it('that cannot be written stops every unlock', async () => {
    const pool = database.openPool('log')
    await sql`select 1`.execute(pool)
    await pool.destroy()
    const stopped = await startLog({
      witnessNetworks: new BlockList(),
      pool,
      clock: () => clock.now,
      logger: quietLogger(),
      rootKey: { kind: 'file', path: join(roles.folder, 'log.key') },
      notifications: { listen: () => () => undefined },
    })
    const vault = await roles.startVaultWith(stopped.link)
    expect(await codeOf(world.unlock({}, { vault }))).toBe('log_unavailable')
    expect(await endCodes()).toEqual(['log_unavailable'])
    expect(await world.entries('unlock.granted')).toEqual([])
    await stopped.close()
  })

  it('is asked before the secret is unwrapped', async () => {
    await breakSecret()
    const appendUnlock = () => Promise.reject(new SallyportError('log_unavailable'))
    const vault = await roles.startVaultWith({ ...roles.log.link, appendUnlock })
    expect(await codeOf(world.unlock({}, { vault }))).toBe('log_unavailable')
    expect(await codeOf(world.unlock())).toBe('secret_unavailable')
    expect(await world.entries('unlock.granted')).toHaveLength(1)
    expect(await endCodes()).toEqual(['log_unavailable', 'secret_unavailable'])
  })
})
