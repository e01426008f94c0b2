/**
 * O8. No single employee of the operator reads an organization's data; support access needs the organization's consent, is limited
 * in time, and logged.
 *
 * The attacker works for the operator: they own an organization of the same deployment and know every id of the attacked one; or
 * the attacked one opened support access to them, and they want more than that, for longer than that, or unseen. All calls are made
 * of the served OpenAPI document, so that an endpoint that is added tomorrow is tried, too.
 */
import { auditEntry, type AuditEntry, type ReadPermission, readPermissions, supportPermissions } from '@sallyport/protocol/api'
import { Central } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { ofPeople, signedBy, stateOf, valuesOf, withEach } from '../support/openapi-attacks.ts'
import { fill, type Operation, operationsOf, type Values } from '../support/openapi-calls.ts'
import { furnish, type OrganizationWorld } from '../support/organization-world.ts'
import { RawClient } from '../support/raw-client.ts'
import { supportDraft } from '../support/support-draft.ts'
import { tryUpgrade } from '../support/try-upgrade.ts'

/** In names and texts of the attacked organization. */
const MARK = 'zebrafish'
/** What everybody does with the session that they have. */
const OWN_SESSION = new Set(['renewSession', 'endSession'])

let central: Central
let operations: readonly Operation[]
let owner: RawClient
let world: OrganizationWorld
let values: Values
/** Owner of the operator's own organization of the same deployment. */
let operator: RawClient
/** To whom the attacked organization opened what support is given where nobody says otherwise, and everything that can be given. */
let supporter: RawClient
let seeing: RawClient
const clients: RawClient[] = []
const keep = (client: RawClient): RawClient => {
  clients.push(client)
  return client
}

const emailOf = (name: string): string => `${name}@operator.example`
const open = async (name: string, permissions: readonly ReadPermission[] = supportPermissions) => {
  const body = supportDraft(emailOf(name), { permissions: [...permissions] })
  const { access, invitation } = await owner.call('openSupportAccess', { body })
  return { access, client: keep(await RawClient.enrol(invitation)) }
}

/** What they did, oldest first, once the log has all of it. */
const entriesOf = async (client: RawClient, type: AuditEntry['type']): Promise<AuditEntry[]> => {
  const entries: AuditEntry[] = []
  for (let cursor: string | null | undefined; cursor !== null;) {
    const query = { limit: 500, type, user: client.user, ...(cursor === undefined ? {} : { cursor }) }
    const { items, next } = await owner.call('listAuditEntries', { query })
    entries.push(...items.map(({ entry }) => auditEntry.parse(entry)))
    cursor = next
  }
  return entries.toReversed()
}

beforeAll(async () => {
  central = await Central.start({ database: 'central', organizations: ['operator'] })
  const enrolled = await Promise.all([RawClient.enrol(central.invitation), RawClient.enrol(central.invitations['operator']!)])
  owner = keep(enrolled[0])
  operator = keep(enrolled[1])
  world = await furnish(owner, MARK, `password of ${MARK}`)
  keep(world.person)
  values = await valuesOf(owner, world)
  operations = operationsOf(await owner.call('getOpenApi'))
})
afterAll(async () => {
  world?.gateway.close()
  for (const client of clients) client.close()
  await central?.stop()
})

describe('without consent', () => {
  it('the owner of the operator’s own organization gets nowhere with the ids of this one', async () => {
    const before = await stateOf(owner)
    const own = await valuesOf(operator, world)
    const tried: string[] = []
    await withEach(ofPeople(operations), async (operation) => {
      const filled = fill(operation, own)
      if (filled.references.length === 0 && filled.filters.length === 0) return
      const answer = await signedBy(operator, filled)
      const { items, rows } = (answer.json ?? {}) as { items?: readonly unknown[]; rows?: number }
      const got = answer.code ?? items?.length ?? rows
      expect(got, `${operation.operationId}: ${answer.text}`).toBe(filled.references.length > 0 ? 'not_found' : 0)
      expect(answer.text).not.toContain(MARK)
      tried.push(operation.operationId)
    })
    expect(tried).toEqual(expect.arrayContaining(['endSupportAccess', 'createInvitation', 'listActivity', 'erasePerson']))
    expect(await stateOf(owner)).toEqual(before)
  })

  it('there is nobody to sign in as, and nobody opens support access but who administers the organization', async () => {
    const stranger = operator.clone()
    await expect(stranger.signIn(emailOf('support'))).rejects.toMatchObject({ code: 'sign_in_failed' })
    const body = supportDraft(emailOf('support'))
    await expect(world.person.attempt('openSupportAccess', { body })).resolves.toMatchObject({ code: 'forbidden' })
    // What opens it is the person who administers, for this very call: not their agent, nor who holds all keys of it.
    await expect(owner.attempt('openSupportAccess', { body })).resolves.toMatchObject({ code: 'presence_required' })
  })
})

describe('support', () => {
  beforeAll(async () => {
    supporter = (await open('support')).client
    seeing = (await open('seeing', readPermissions)).client
  })

  it('is told to everybody who administers, in the log and by an alert', async () => {
    const { items: alerts } = await owner.call('listAlerts', { query: { state: 'open' } })
    expect(alerts).toContainEqual(expect.objectContaining({ kind: 'support-access', user: supporter.user, endedAt: null }))
    const opened = (await entriesOf(owner, 'support-access.opened')).find(({ subject }) => subject?.id === supporter.user)
    expect(opened).toMatchObject({ details: { reason: 'a ticket', permissions: [...supportPermissions] } })
  })

  it('changes nothing, whatever it may read', async () => {
    const before = await stateOf(owner)
    const changing = ofPeople(operations).filter(({ method, operationId }) => method !== 'GET' && !OWN_SESSION.has(operationId))
    expect(changing.length).toBeGreaterThan(60)
    await withEach(changing, async (operation) => {
      // A proof of presence is not theirs to have, and is not asked for.
      const answer = await signedBy(seeing, { ...fill(operation, values), presence: null })
      expect(answer, operation.operationId).toMatchObject({ status: 403, code: 'forbidden' })
    })
    expect(await stateOf(owner)).toEqual(before)
  })

  it.each(['support', 'seeing'])('reads what was opened to it, each answer in the log once: %s', async (name) => {
    const [client, allowed] = name === 'support' ? [supporter, supportPermissions] : [seeing, readPermissions]
    const isAllowed = ({ 'x-permission': permission }: Operation): boolean =>
      permission === null || allowed.some((each) => each === permission)
    const before = (await entriesOf(client, 'support-access.used')).length
    await withEach(reading(), async (operation) => {
      const answer = await signedBy(client, fill(operation, values))
      expect(answer.code, `${operation.operationId}: ${answer.text}`).toBe(isAllowed(operation) ? null : 'forbidden')
    })
    const used = (await entriesOf(client, 'support-access.used')).slice(before)
    const answered = reading()
      .filter(isAllowed)
      .map(({ operationId }) => operationId)
    expect(used.map(({ details }) => details['operation'] as string).toSorted()).toEqual(answered.toSorted())
    expect(answered.length).toBeGreaterThan(20)
    const one = used.find(({ details }) => details['operation'] === 'getResource')
    expect(one).toMatchObject({
      actor: { kind: 'user', id: client.user, device: client.device, session: client.session },
      details: { parameters: { resource: world.ids.resource } },
    })
  })

  it('follows what changes, which is in the log as an answer is', async () => {
    const { origin, callSigners: signers, tls } = supporter
    const opened = await tryUpgrade({ origin, as: 'agent', signers, tls: tls as { cert: string; key: string } })
    expect(opened).toBe('open')
    const last = (await entriesOf(supporter, 'support-access.used')).at(-1)
    expect(last).toMatchObject({ details: { operation: 'followEvents' } })
  })

  it('is answered nothing that cannot be recorded', async () => {
    const table = 'alter table audit_outbox'
    await centralSql(superuser(), `${table} add constraint unrecorded check (type <> 'support-access.used') not valid`)
    const answer = await supporter.attempt('listResources')
    await centralSql(superuser(), `${table} drop constraint unrecorded`)
    expect(answer).toMatchObject({ code: 'internal' })
    expect(answer.text).not.toContain(MARK)
    expect((await supporter.attempt('listResources')).text).toContain(MARK)
  })

  it('is given nothing else, and leases nothing if it is', async () => {
    const { role, credential, gateway } = world.ids
    const { user } = supporter
    expect(await attemptPresent(() => owner.call('addRoleMember', { parameters: { role, user } }))).toBe('forbidden')
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    expect(await attemptPresent(() => owner.call('createGrant', { body: { user, credential, expiresAt } }))).toBe('forbidden')
    // Somebody at the database gives it the role that leases the credential, and the owner's.
    const membership = `insert into role_members (organization_id, role_id, user_id)
      select organization_id, id, $2 from roles where organization_id = $1 and (id = $3 or built_in = 'owner')`
    await centralSql(superuser(), membership, [owner.organization, user, role])
    const { text } = await supporter.makeTicket({ gateway, credential })
    expect((await world.gateway.askForLease(text)).answer.code).toBe('not_granted')
    expect((await supporter.attempt('createSite', { body: { name: 'theirs' } })).code).toBe('forbidden')
    await centralSql(superuser(), 'delete from role_members where user_id = $1', [user])
  })

  it('cannot be made longer, not even at the database as the API’s own role', async () => {
    const longer = `update users set ends_at = ends_at + interval '1 day' where id = $1`
    await expect(centralSql(superuser(), longer, [supporter.user])).rejects.toThrow('not moved later')
    await expect(centralSql(superuser(), 'update users set ends_at = null where id = $1', [supporter.user])).rejects.toThrow(
      'not moved later',
    )
  })
})

const superuser = (): string => central.database!.url('superuser')
/** The code of the refusal; 'done' for none. */
const attemptPresent = (work: () => Promise<unknown>): Promise<string> =>
  work().then(
    () => 'done',
    (error: unknown) => (error as { code: string }).code,
  )

const reading = (): Operation[] => ofPeople(operations).filter(({ method }) => method === 'GET')

/** Whatever they try. */
const expectOver = async (client: RawClient, name: string, tried: readonly Operation[]): Promise<void> => {
  await withEach(tried, async (operation) => {
    const answer = await signedBy(client, { ...fill(operation, values), presence: null })
    expect(answer, operation.operationId).toMatchObject({ code: 'user_disabled' })
  })
  await expect(client.renew()).rejects.toMatchObject({ code: 'user_disabled' })
  const { gateway, credential } = world.ids
  const { text } = await client.makeTicket({ gateway, credential })
  expect((await world.gateway.askForLease(text)).answer.code).toMatch(/^(user_disabled|session_revoked)$/)
  await expect(client.clone().signIn(emailOf(name))).rejects.toMatchObject({
    code: expect.stringMatching(/^(user_disabled|sign_in_failed)$/),
  })
  const { items } = await owner.call('listSupportAccess', { query: { limit: 500 } })
  expect(items.find(({ id }) => id === client.user)?.endedAt).not.toBeNull()
}

const endedEntry = (client: RawClient): Promise<AuditEntry> =>
  waitFor(
    async () => {
      const { items } = await owner.call('listAuditEntries', { query: { type: 'support-access.ended', subject: client.user } })
      return items.length > 0 && auditEntry.parse(items[0]!.entry)
    },
    { description: 'the end in the log' },
  )

describe('once it is over', () => {
  it('nothing is answered, renewed or unlocked any more: ended by the organization', async () => {
    await owner.call('endSupportAccess', { parameters: { supportAccess: supporter.user } })
    await expectOver(supporter, 'support', reading())
    expect(await endedEntry(supporter)).toMatchObject({
      actor: { kind: 'user', id: owner.user },
      details: { reason: 'ended' },
    })
  })

  it('nothing is answered, renewed or unlocked any more: by the clock', async () => {
    await centralSql(superuser(), `update users set ends_at = clock_timestamp() where id = $1`, [seeing.user])
    await expectOver(seeing, 'seeing', ofPeople(operations))
    expect(await endedEntry(seeing)).toMatchObject({ actor: { kind: 'job' }, details: { reason: 'expired' } })
    const { items } = await owner.call('listAlerts', { query: { state: 'open' } })
    const told = items.filter(({ kind }) => kind === 'support-access').map(({ user }) => user)
    expect(told).toEqual([world.ids.supportAccess])
  })
})
