import { randomUUID } from 'node:crypto'
import {
  canonicalJson,
  credentialInfo,
  type CredentialPlaintext,
  endpointDigest as digestOf,
  fromBase64url,
  fromUtf8,
  generateSealingKeyPair,
  type JobUnlock,
  parseStatement,
  pendingSecretInfo,
  releasedCredential,
  type RotationOutcome,
  seal,
  type StoredCredential,
  storedCredential,
  ticket,
  toBase64url,
  unseal,
  utf8,
} from '@sallyport/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { withOrganization } from '../../db/with-organization.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { finishTest, type TakenJob, takeNextJob } from '../../domains/gateway-jobs/index.ts'
import { revokeGateway } from '../../domains/gateway-enrolment/index.ts'
import { type JobIdentities, jobIdentities } from '../../domains/job-identity/index.ts'
import { renewLeases } from '../../domains/leases/index.ts'
import {
  beginRotation,
  changeRotation,
  isExposed,
  markCompromised,
  readOpenedSecrets,
  readRotation,
  sweepRotations,
} from '../../domains/rotation/index.ts'
import { listAlerts } from '../../domains/alerts/index.ts'
import { createStore } from '../../domains/stores/index.ts'
import { findSecret } from '../../domains/secrets/index.ts'
import { codeOf } from '../../testing/code-of.ts'
import { makeGateway } from '../../testing/make-gateway.ts'
import {
  administrator,
  makeUnlockWorld,
  passwordOf,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
const LIFETIME = 300
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld
let identities: JobIdentities

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
  identities = jobIdentities({ pool: database.pools.api, vault: roles.vault, clock: () => clock.now })
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  world = await makeUnlockWorld(database, roles, clock)
})

const begin = (reason: 'demand' | 'compromise' = 'demand') =>
  world.inOrganization((transaction) =>
    beginRotation(transaction, { credential: world.credential.id, reason, leaseLifetime: LIFETIME }, world.author()),
  )
const take = (gateway = world.gateway.id) =>
  world.inOrganization((transaction) => takeNextJob(transaction, gateway, world.author()))
const sweep = () =>
  world.inOrganization((transaction) => sweepRotations(transaction, { ...world.author(), leaseLifetime: LIFETIME }))
const read = () => world.inOrganization((transaction) => readRotation(transaction, world.credential.id))

type Parts = { readonly version?: 'current' | 'pending'; readonly purpose?: 'rotate' | 'test'; readonly gateway?: string }

const ticketFor = async (job: Pick<TakenJob, 'id'>, { version = 'current', purpose = 'rotate', gateway }: Parts = {}) =>
  (await identities.ready(world.organization)).unlock({
    purpose,
    gateway: gateway ?? world.gateway.id,
    credential: world.credential.id,
    job: job.id,
    version,
  })

const unlock = async ({ ticket: text, share }: JobUnlock) => {
  const recipient = await generateSealingKeyPair()
  const request = await world.makeRequest(text, recipient)
  const answer = await roles.vault.requestLease({ organization: world.organization, request })
  const { jti } = parseStatement(ticket, text).payload
  const info = credentialInfo(answer.binding)
  const plaintext = await unseal(answer.credential, recipient.privateKey, { info, psk: { key: fromBase64url(share), id: jti } })
  const opened = releasedCredential.parse(JSON.parse(fromUtf8(plaintext)))
  return { answer, opened, password: opened.kind === 'password' ? fromUtf8(fromBase64url(opened.password)) : null }
}

const store = async (job: TakenJob, password: string | CredentialPlaintext, gateway = world.gateway.id) => {
  const [key] = (await roles.vault.vaultKeys({ organization: world.organization })).keys
  const { endpointDigest } = await world.sealedSecret('', { resource: world.resource.id, endpoint: shopEndpoint })
  const info = pendingSecretInfo({ organization: world.organization, resource: world.resource.id, endpointDigest, job: job.id })
  const plaintext = utf8(canonicalJson(typeof password === 'string' ? passwordOf(password) : password))
  const sealed = await seal(plaintext, fromBase64url(key!.publicKey), { info })
  const taking = { gateway, job: job.id, take: job.take }
  return roles.vault.storePendingSecret({
    ...taking,
    organization: world.organization,
    actor: administrator,
    vaultKey: key!.id,
    sealed,
  })
}

const settle = (job: TakenJob, result: RotationOutcome, gateway = world.gateway.id) => {
  const taking = { gateway, job: job.id, take: job.take }
  return roles.vault.settleRotation({ ...taking, organization: world.organization, actor: administrator, result })
}

const why = { code: 'resource_unreachable', message: 'It does not answer.' }

/** What people get now. */
const handedOut = async () => {
  const unlocked = await world.unlock()
  return { userName: unlocked.answer.userName, password: await world.open(unlocked) }
}

const rotateTo = async (password: string, gateway = world.gateway.id): Promise<void> => {
  const job = (await take(gateway))!
  await store(job, password, gateway)
  await settle(job, { outcome: 'changed' }, gateway)
}

describe('the ticket of a job', () => {
  it('unlocks the secret of its job for the gateway that has it, recorded as a job', async () => {
    await begin()
    const job = (await take())!
    const { password, answer } = await unlock(await ticketFor(job))
    expect(password).toBe('s3cret-of-shop')
    expect(await world.verifyReceipt(answer.receipt)).toMatchObject({ gateway: world.gateway.id, secretVersion: 1 })
    const [entry] = await world.entries('unlock.granted')
    expect(entry?.entry).toMatchObject({ actor: { kind: 'job', id: null } })
  })

  it('unlocks nothing else: no job, another job, another purpose, another gateway, what is not pending, a job that is over', async () => {
    await begin()
    const waiting = { id: (await read()).last!.id }
    expect(await codeOf(unlock(await ticketFor(waiting)))).toBe('ticket_invalid')
    const job = (await take())!
    expect(await codeOf(unlock(await ticketFor({ id: randomUUID() })))).toBe('not_found')
    expect(await codeOf(unlock(await ticketFor(job, { purpose: 'test' })))).toBe('ticket_invalid')
    expect(await codeOf(unlock(await ticketFor(job, { version: 'pending' })))).toBe('ticket_invalid')
    const other = await makeGateway(database.pools.api, world.organization)
    expect(await codeOf(unlock(await ticketFor(job, { gateway: other.id })))).toBe('identity_mismatch')
    await settle(job, { outcome: 'unchanged', ...why })
    expect(await codeOf(unlock(await ticketFor(job)))).toBe('ticket_invalid')
    const refused = await world.entries('unlock.refused')
    expect(refused.length).toBeGreaterThan(3)
  })

  it('is spent once, ends with its minute, and is worth nothing under other keys than those of the identity', async () => {
    await begin()
    const job = (await take())!
    const good = await ticketFor(job)
    await unlock(good)
    expect(await codeOf(unlock(good))).toBe('ticket_used')
    const old = await ticketFor(job)
    clock.now += 180_000
    expect(await codeOf(unlock(old))).toBe('ticket_expired')
    const byPerson = await world.makeTicket({ purpose: 'rotate', job: { id: job.id, version: 'current' } })
    expect(await codeOf(unlock({ ticket: byPerson.text, share: toBase64url(byPerson.share) }))).toBe('ticket_invalid')
    // Whoever can write the table of sessions still lacks the key of the identity.
    const { signer } = await world.signIn()
    const forged = await world.makeTicket(
      { purpose: 'rotate', job: { id: job.id, version: 'current' }, device: world.organization },
      { signers: [signer, signer] },
    )
    expect(await codeOf(unlock({ ticket: forged.text, share: toBase64url(forged.share) }))).toBe('ticket_invalid')
  })
})

describe('a rotation', () => {
  it('keeps the password in use until the new one is promoted, and gives both to who settles it', async () => {
    await begin()
    const job = (await take())!
    await store(job, 'next')
    expect(await handedOut()).toMatchObject({ password: 's3cret-of-shop' })
    expect((await unlock(await ticketFor(job, { version: 'pending' }))).password).toBe('next')
    await settle(job, { outcome: 'changed' })
    expect(await handedOut()).toEqual({ userName: 'shop_ro', password: 'next' })
    expect(await read()).toMatchObject({ failures: 0, last: { state: 'done' }, rotatedAt: new Date(clock.now).toISOString() })
  })

  it('tells whoever renews a lease of before that it is superseded, and renews it all the same', async () => {
    const { answer } = await world.unlock()
    await begin()
    await rotateTo('next')
    const [id, lifetime] = [answer.binding.lease, LIFETIME]
    const call = { organization: world.organization, gateway: world.gateway.id, lifetime, now: clock.now }
    const renewal = await world.renewal([id])
    const { leases } = await renewLeases({ ...call, renewal, transaction: world.inOrganization })
    expect(leases).toEqual([{ id, state: 'renewed', expiresAt: clock.now + lifetime * 1000, superseded: true }])
  })

  it('that the resource refused leaves nothing behind, raises an alert and is tried again, later each time', async () => {
    await begin()
    for (const minutes of [1, 2, 4]) {
      const job = (await take())!
      await store(job, 'next')
      await settle(job, { outcome: 'unchanged', ...why })
      expect(await codeOf(unlock(await ticketFor(job, { version: 'pending' })))).toBe('ticket_invalid')
      expect((await read()).dueAt).toBe(new Date(clock.now + minutes * 60_000).toISOString())
      await sweep()
      expect(await take()).toBeNull()
      clock.now += minutes * 60_000
      await sweep()
    }
    expect((await read()).last).toMatchObject({ reason: 'retry', state: 'waiting' })
    expect(await handedOut()).toMatchObject({ password: 's3cret-of-shop' })
    const alerts = await world.inOrganization((transaction) => transaction.selectFrom('alerts').select('kind').execute())
    expect(alerts).toEqual([{ kind: 'rotation-failed' }])
  })

  it('of which nobody knows the end keeps both passwords, and is handed out again to be settled', async () => {
    await begin()
    const job = (await take())!
    await store(job, 'next')
    await settle(job, { outcome: 'unknown', ...why })
    expect(await handedOut()).toMatchObject({ password: 's3cret-of-shop' })
    clock.now += 60_000
    const again = (await take())!
    expect(again).toMatchObject({ id: job.id, pending: true })
    await settle(again, { outcome: 'changed' })
    expect(await handedOut()).toMatchObject({ password: 'next' })
  })

  it('of a gateway that fell silent is another one’s after its time, and what the first says then is refused', async () => {
    await begin()
    const job = (await take())!
    await store(job, 'next')
    expect(await take()).toBeNull()
    clock.now += 76_000
    const again = (await take())!
    expect(again).toMatchObject({ id: job.id, pending: true })
    expect(await codeOf(settle(job, { outcome: 'unchanged', ...why }))).toBe('conflict')
    expect(await codeOf(store(job, 'late'))).toBe('conflict')
    await settle(again, { outcome: 'unchanged', ...why })
    expect(await handedOut()).toMatchObject({ password: 's3cret-of-shop' })
  })

  it('does not overwrite a secret that an administrator replaced meanwhile', async () => {
    await begin()
    const job = (await take())!
    await store(job, 'next')
    const replacement = await world.sealedSecret('by hand', { resource: world.resource.id, endpoint: shopEndpoint })
    await roles.vault.replaceSecret({ ...replacement, secret: world.secret.id })
    expect(await codeOf(settle(job, { outcome: 'changed' }))).toBe('conflict')
    expect(await handedOut()).toMatchObject({ password: 'by hand' })
    await settle(job, { outcome: 'unchanged', ...why })
    expect(await handedOut()).toMatchObject({ password: 'by hand' })
  })

  it('of who makes temporary users is sealed again as it was, with another password, and for the same role only', async () => {
    const maker = { kind: 'temporary-user', administrator: 'maker', memberOf: 'readers', owned: 'drop' } as const
    const of = (password: string, memberOf = 'readers') => ({ ...maker, memberOf, password: toBase64url(utf8(password)) })
    const { resource } = world
    const sealed = await world.sealedSecret(of('first'), { resource: resource.id, endpoint: shopEndpoint })
    const { id: secret } = await roles.vault.createSecret(sealed)
    await withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction.updateTable('credentials').set({ secret_id: secret }).where('id', '=', world.credential.id).execute(),
    )
    await begin()
    const job = (await take())!
    for (const wrong of [of('x', 'owners'), 'a plain password']) {
      expect(await codeOf(store(job, wrong))).toBe('invalid_request')
    }
    await store(job, of('second'))
    await settle(job, { outcome: 'changed' })
    const again = world.inOrganization((transaction) => findSecret(transaction, secret))
    expect(await again).toMatchObject({ kind: 'temporary-user', account: 'readers' })
    await begin()
    expect((await unlock(await ticketFor((await take())!))).opened).toEqual(of('second'))
  })

  it('of one credential is one at a time, and what is no password is not rotated', async () => {
    await begin()
    expect(await codeOf(begin())).toBe('conflict')
  })
})

describe('a password that lies in a third-party store', () => {
  const kept = { path: 'apps/shop', field: 'password' }
  const putElsewhere = async (engine: 'kv' | 'database' = 'kv') => {
    const signIn = { kind: 'token' as const, mount: 'jwt', role: 'leases', rotationRole: 'rotations', audience: 'vault' }
    const at = { kind: 'vault' as const, address: 'https://vault.example', authority: '', namespace: null, engine, mount: 'at' }
    const made = { name: 'the store', issuer: 'https://api.example/v1/token-issuers/acme', location: { ...at, signIn } }
    const { id } = await world.inOrganization((transaction) => createStore(transaction, made, world.author()))
    await roles.vault.replaceByStoredSecret({
      organization: world.organization,
      actor: administrator,
      secret: world.secret.id,
      resource: world.resource.id,
      endpointDigest: await digestOf(shopEndpoint),
      store: id,
      ...(engine === 'kv' ? kept : { path: 'shop', field: null }),
    })
  }
  const leasedReference = async (): Promise<StoredCredential> => {
    const { answer, recipient, share, payload } = await world.unlock()
    const sealed = { info: credentialInfo(answer.binding), psk: { key: share, id: payload.jti } }
    return storedCredential.parse(JSON.parse(fromUtf8(await unseal(answer.credential, recipient.privateKey, sealed))))
  }
  const claimsOf = ({ token }: StoredCredential) =>
    JSON.parse(Buffer.from(token!.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>

  it('rotates with a token that no lease gets, and what rests in the vault in the end is again only where it lies', async () => {
    await putElsewhere()
    const roleOf = ({ location }: StoredCredential) =>
      location.kind === 'vault' && location.signIn.kind === 'token' && location.signIn
    const leased = await leasedReference()
    expect(claimsOf(leased)).toMatchObject({ purpose: 'connect', sub: expect.not.stringContaining('rotate') })
    expect(roleOf(leased)).toEqual({ kind: 'token', mount: 'jwt', role: 'leases', audience: 'vault' })
    await begin()
    const job = (await take())!
    expect(job).toMatchObject({ isStored: true, pending: false })
    const stored = storedCredential.parse((await unlock(await ticketFor(job))).opened)
    expect(claimsOf(stored)).toMatchObject({ purpose: 'rotate', path: 'apps/shop', sub: expect.stringMatching(/\/rotate$/) })
    expect(roleOf(stored)).toMatchObject({ role: 'rotations' })
    await store(job, 'next')
    expect((await unlock(await ticketFor(job, { version: 'pending' }))).password).toBe('next')
    await settle(job, { outcome: 'changed' })
    const after = await leasedReference()
    expect(after).toMatchObject(kept)
    expect(await read()).toMatchObject({ failures: 0, last: { state: 'done' } })
  })

  it('is not rotated where the store makes users by itself', async () => {
    await putElsewhere('database')
    expect(await codeOf(begin())).toBe('conflict')
  })
})

describe('two logins', () => {
  beforeEach(async () => {
    const sealed = await world.sealedSecret('of b', { resource: world.resource.id, endpoint: shopEndpoint })
    const { id: secret } = await roles.vault.createSecret(sealed)
    const change = { credential: world.credential.id, second: { userName: 'shop_ro_b', secret } }
    await world.inOrganization((transaction) => changeRotation(transaction, change, world.author()))
  })

  it('alternate: the one that is not in use is changed, and handed out from then on', async () => {
    await begin()
    expect((await read()).last?.userName).toBe('shop_ro_b')
    await rotateTo('new of b')
    expect(await handedOut()).toEqual({ userName: 'shop_ro_b', password: 'new of b' })
    expect((await read()).second?.userName).toBe('shop_ro')
  })

  it('wait for each other: the next is changed only when no lease can hold it any more', async () => {
    await begin()
    await rotateTo('new of b')
    await begin()
    expect(await take()).toBeNull()
    clock.now += LIFETIME * 1000 + 4_000
    expect(await take()).toBeNull()
    clock.now += 1_000
    await rotateTo('new of a')
    expect(await handedOut()).toEqual({ userName: 'shop_ro', password: 'new of a' })
  })

  it('are both rotated when a gateway that opened them was compromised, and then no more', async () => {
    const fallen = await makeGateway(database.pools.api, world.organization)
    await world.serve(world.site.id, fallen.id)
    await begin()
    await rotateTo('made by the fallen one', fallen.id)
    await world.inOrganization((transaction) => revokeGateway(transaction, { ...world.author(), gateway: fallen.id }))
    const opened = () => world.inOrganization((transaction) => readOpenedSecrets(transaction, fallen.id))
    const credential = { credential: world.credential.id, name: expect.stringMatching(/.\/./), remedy: 'rotation' }
    expect(await opened()).toEqual({ compromisedAt: null, credentials: [credential], complete: true })
    await world.inOrganization((transaction) => markCompromised(transaction, fallen.id, world.author()))
    expect(await opened()).toMatchObject({ compromisedAt: new Date(clock.now).toISOString(), credentials: [credential] })
    clock.now += 1000
    await sweep()
    expect((await read()).last).toMatchObject({ reason: 'compromise', userName: 'shop_ro' })
    await rotateTo('new of a')
    clock.now += 1000
    await sweep()
    expect((await read()).last).toMatchObject({ reason: 'compromise', userName: 'shop_ro_b' })
    await rotateTo('new of b')
    await sweep()
    expect((await read()).last).toMatchObject({ state: 'done' })
    expect(await opened()).toMatchObject({ credentials: [] })
    expect(await handedOut()).toEqual({ userName: 'shop_ro_b', password: 'new of b' })
  })
})

describe('what a compromised gateway opened', () => {
  const compromise = async (gateway: string) => {
    await world.inOrganization((transaction) => revokeGateway(transaction, { ...world.author(), gateway }))
    await world.inOrganization((transaction) => markCompromised(transaction, gateway, world.author()))
  }
  const remediesOf = async (gateway: string) => {
    const opened = await world.inOrganization((transaction) => readOpenedSecrets(transaction, gateway))
    return opened.credentials.map(({ remedy }) => remedy)
  }
  const exposed = () => world.inOrganization((transaction) => isExposed(transaction, world.credential.id))

  it('and nothing rotates is told until somebody has replaced it, however late that is', async () => {
    await world.unlock()
    await withOrganization(database.pools.vault, world.organization, (transaction) =>
      transaction.updateTable('secrets').set({ kind: 'certificate' }).where('id', '=', world.secret.id).execute(),
    )
    expect(await exposed()).toBe(false)
    await compromise(world.gateway.id)
    expect([await remediesOf(world.gateway.id), await exposed()]).toEqual([['replacement'], true])
    const alerts = (state: 'open' | 'acknowledged') =>
      world.inOrganization((transaction) => listAlerts(transaction, { before: null, limit: 10, state }))
    for (let year = 0; year < 2; year++) {
      await sweep()
      expect(await alerts('open')).toMatchObject([
        { kind: 'secret-exposed', message: expect.stringContaining(`admin gateways opened ${world.gateway.id}`) },
      ])
      clock.now += 365 * 86_400_000
    }
    expect((await read()).last).toBeNull()
    const replacement = await world.sealedSecret('issued anew', { resource: world.resource.id, endpoint: shopEndpoint })
    await roles.vault.replaceSecret({ ...replacement, secret: world.secret.id })
    await sweep()
    expect([await alerts('open'), await exposed()]).toEqual([[], false])
    expect(await alerts('acknowledged')).toMatchObject([{ kind: 'secret-exposed', endedAt: new Date(clock.now).toISOString() }])
  })

  it('is what it made, too, though another gateway has settled it, and though that was long ago', async () => {
    const fallen = await makeGateway(database.pools.api, world.organization)
    await world.serve(world.site.id, fallen.id)
    await begin()
    await store((await take(fallen.id))!, 'made by the fallen one', fallen.id)
    clock.now += 76_000
    await settle((await take())!, { outcome: 'changed' })
    clock.now += 90 * 86_400_000
    await sweep()
    await compromise(fallen.id)
    expect(await remediesOf(fallen.id)).toEqual(['rotation'])
    await sweep()
    expect((await read()).last).toMatchObject({ reason: 'compromise' })
    await rotateTo('made by another one')
    await sweep()
    expect([await remediesOf(fallen.id), await exposed()]).toEqual([[], false])
  })

  it('is what it held when it was revoked, too, though that was rotated before anybody knew', async () => {
    await world.unlock()
    const other = await makeGateway(database.pools.api, world.organization)
    await world.serve(world.site.id, other.id)
    await world.inOrganization((transaction) => revokeGateway(transaction, { ...world.author(), gateway: world.gateway.id }))
    clock.now += 1000
    await begin()
    await rotateTo('without ending anything', other.id)
    clock.now += 1000
    await world.inOrganization((transaction) => markCompromised(transaction, world.gateway.id, world.author()))
    expect([await remediesOf(world.gateway.id), await exposed()]).toEqual([['rotation'], true])
    await sweep()
    expect((await read()).last).toMatchObject({ reason: 'compromise' })
    await rotateTo('and now everything', other.id)
    await sweep()
    expect([await remediesOf(world.gateway.id), await exposed()]).toEqual([[], false])
  })

  it('is rotated with an alert where what was made with it could not be ended', async () => {
    await world.unlock()
    await compromise(world.gateway.id)
    const other = await makeGateway(database.pools.api, world.organization)
    await world.serve(world.site.id, other.id)
    await sweep()
    const job = (await take(other.id))!
    await store(job, 'next', other.id)
    await settle(job, { outcome: 'changed', left: { code: 'resource_timeout', message: 'It is there still.' } }, other.id)
    expect((await read()).last).toMatchObject({ state: 'done', code: 'resource_timeout', message: 'It is there still.' })
    const alerts = await world.inOrganization((transaction) => transaction.selectFrom('alerts').selectAll().execute())
    expect(alerts).toMatchObject([
      { kind: 'rotation-failed', message: expect.stringContaining('resource_timeout. End it there.') },
    ])
    expect(await world.entries('job.finished')).toMatchObject([
      { entry: { details: { outcome: 'changed', code: 'resource_timeout' } } },
    ])
  })
})

describe('by itself', () => {
  const change = (terms: { every?: number; afterSession?: boolean; checkAfterSession?: boolean }) =>
    world.inOrganization((transaction) =>
      changeRotation(transaction, { credential: world.credential.id, ...terms }, world.author()),
    )

  const endLease = (lease: string) =>
    world.inOrganization((transaction) =>
      transaction
        .updateTable('leases')
        .set({ ended_at: new Date(clock.now), end_code: 'tool_closed' })
        .where('id', '=', lease)
        .execute(),
    )

  it('a password is rotated when its schedule says so, and again after that', async () => {
    await change({ every: 3600 })
    await sweep()
    expect(await take()).toBeNull()
    clock.now += 3_600_000
    await sweep()
    expect((await read()).last?.reason).toBe('schedule')
    await rotateTo('next')
    expect((await read()).dueAt).toBe(new Date(clock.now + 3_600_000).toISOString())
  })

  it('a password is rotated after each session that used it, once', async () => {
    await change({ afterSession: true })
    const { answer } = await world.unlock()
    await sweep()
    expect((await read()).last).toBeNull()
    clock.now += 1000
    await endLease(answer.binding.lease)
    clock.now += 1000
    await sweep()
    expect((await read()).last?.reason).toBe('session')
    await rotateTo('next')
    clock.now += 1000
    await sweep()
    expect((await read()).last?.state).toBe('done')
  })

  it('a password is tried after each session, and an alert raised when somebody changed it where no gateway saw it', async () => {
    await change({ checkAfterSession: true })
    const { answer } = await world.unlock()
    clock.now += 1000
    await endLease(answer.binding.lease)
    clock.now += 1000
    await sweep()
    const job = (await take())!
    expect(job.kind).toBe('test')
    expect((await unlock(await ticketFor(job, { purpose: 'test' }))).password).toBe('s3cret-of-shop')
    const refused = { step: 'sign-in' as const, ok: false, code: 'resource_sign_in_failed', detail: 'no', milliseconds: 1 }
    const outcome = { gateway: world.gateway.id, job: job.id, take: job.take, steps: [refused] }
    await world.inOrganization((transaction) => finishTest(transaction, outcome, world.author()))
    const alerts = await world.inOrganization((transaction) => transaction.selectFrom('alerts').select('kind').execute())
    expect(alerts).toEqual([{ kind: 'credential-refused' }])
    clock.now += 1000
    await sweep()
    expect(await take()).toBeNull()
  })
})
