/**
 * O3. Temporary access exists only as approved: for what was asked, by whom the rule names, until its end, once.
 *
 * The attackers are the person who asks, with every key of their own devices and a clock of their own; an approver who asks for
 * themselves, from another device or through another account; an approver whose rights are gone; and somebody of another
 * organization who knows every id. All of them sign rightly: what they try is refused for what it is.
 */
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { SallyportError } from '@sallyport/protocol'
import { openPage, type Person, Testbed } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { latestEntries } from '../support/audit.ts'
import { centralSql } from '../support/central-sql.ts'
import { openPsql } from '../support/open-psql.ts'
import { RawClient } from '../support/raw-client.ts'
import { openStream, refusalOf } from '../support/raw-stream.ts'

/** Seconds. */
const HOUR = 3600
/** Enough to have an extension approved meanwhile, however busy the machine is. */
const SHORT = 45
const SHORTER = 15
const SHORTEST = 5

let bed: Testbed
/** Asks, with a real agent and psql. */
let ada: Person
/** Ask and approve, with every key in the test's hands. */
let bob: RawClient
let cleo: RawClient
let stranger: RawClient
let approvers: string
let bobsEmail: string
let bobsInvitation: string

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'accepted'
  } catch (error) {
    if (error instanceof SallyportError) return error.code
    throw error
  }
}

const nobody = { roles: [], users: [] }
const everything: Omit<AccessRuleTerms, 'name' | 'selects'> = {
  priority: 100,
  enabled: true,
  requesters: { roles: [] },
  approvals: 2,
  approvers: nobody,
  windows: [],
  escalation: null,
  maxDuration: HOUR,
  maxExtensions: 3,
  waitsFor: HOUR,
  reasonRequired: true,
  emergency: null,
}

let counter = 0
/** A credential of the shop, for which a rule of its own counts. */
const requestable = async (terms: Partial<AccessRuleTerms> = {}): Promise<{ credential: string; name: string }> => {
  const name = `asked-${(counter += 1)}`
  const { userName, secret } = await bed.owner.agent.api('getCredential', {
    parameters: { credential: bed.database.credentials['read-only']! },
  })
  const body = { resource: bed.database.resource, name, userName, secret, databases: [bed.shop.database] }
  const { id: credential } = await bed.owner.agent.api('createCredential', { body })
  const selects = { everything: false, credentials: [credential], resources: [], tags: [] }
  const rule = { ...everything, name, selects, approvers: { roles: [approvers], users: [] }, ...terms }
  await bed.owner.agent.api('createAccessRule', { body: rule })
  return { credential, name: `shop-db/${name}` }
}

const askAs = async (client: RawClient, credential: string, duration = HOUR): Promise<string> =>
  (await client.call('createAccessRequest', { body: { credential, reason: 'incident 17', duration } })).id
const approve = (client: RawClient, accessRequest: string): Promise<unknown> =>
  client.call('approveAccessRequest', { parameters: { accessRequest }, body: {} })
const stateOf = async (accessRequest: string) =>
  (await bed.owner.agent.api('getAccessRequest', { parameters: { accessRequest } })).request
const grantsOf = async (credential: string): Promise<number> =>
  (await bed.owner.agent.api('listGrants', { query: { limit: 500 } })).items.filter((grant) => grant.credential === credential)
    .length

beforeAll(async () => {
  bed = await Testbed.start({ database: 'central', organizations: ['elsewhere'] })
  await bed.owner.agent.api('changeSettings', { body: { newDevices: 'allow' } })
  approvers = (await bed.owner.agent.api('createRole', { body: { name: 'approvers' } })).id
  const invited = await bed.invite('bob', { roles: ['approvers'] })
  bobsEmail = invited.email
  bobsInvitation = invited.invitation
  const cleosInvitation = (await bed.invite('cleo', { roles: ['approvers'] })).invitation
  const people = [bobsInvitation, cleosInvitation, bed.central.invitations['elsewhere']!] as const
  const [person, ...clients] = await Promise.all([bed.addPerson('ada'), ...people.map((each) => RawClient.enrol(each))])
  ada = person
  ;[bob, cleo, stranger] = clients as [RawClient, RawClient, RawClient]
})
afterAll(async () => {
  for (const client of [bob, cleo, stranger]) client?.close()
  await bed?.stop()
})

describe.concurrent('nobody approves what they asked for themselves', () => {
  test('not in the session that asked, nor with the roles of an approver and an owner', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const { items } = await bed.owner.agent.api('listRoles', { query: { limit: 500 } })
    const owners = items.find(({ name }) => name === 'owner')!.id
    await bed.owner.agent.api('addRoleMember', { parameters: { role: owners, user: bob.user } })
    const request = await askAs(bob, credential)
    expect(await codeOf(approve(bob, request))).toBe('own_request')
    await bed.owner.agent.api('removeRoleMember', { parameters: { role: owners, user: bob.user } })
    expect(await grantsOf(credential)).toBe(0)
  })

  test('not from a second device of theirs', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const request = await askAs(bob, credential)
    const second = await bed.startAgent(join(bed.directory, 'second device of bob'))
    await second.local.call('signIn', { email: bobsEmail, password: bob.password, invitation: bobsInvitation })
    second.confirmWith(bob.password)
    const work = second.api('approveAccessRequest', { parameters: { accessRequest: request }, body: {} })
    expect(await codeOf(work)).toBe('own_request')
    expect(await stateOf(request)).toMatchObject({ state: 'pending', approvals: { given: 0 } })
  })

  test('not through another account on the device that asked', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const request = await askAs(bob, credential)
    const { invitation } = await bed.invite('bobs-other-account', { roles: ['approvers'] })
    const account = await RawClient.enrol(invitation, { device: bob.keys.device })
    expect(await codeOf(approve(account, request))).toBe('own_request')
    account.close()
    expect(await grantsOf(credential)).toBe(0)
  })
})

describe.concurrent('an approval counts once', () => {
  test('and is confirmed on a page that says by names what is approved', async () => {
    const { credential, name } = await requestable()
    const { id: accessRequest } = await ada.agent.api('createAccessRequest', {
      body: { credential, reason: 'incident 17', duration: HOUR },
    })
    const { url } = await bob.beginPresence({
      method: 'POST',
      target: `/v1/me/approvals/${accessRequest}/approval`,
      body: JSON.stringify({ duration: 1800, startsAt: null, note: 'for half of it' }),
    })
    const { text } = await openPage(url)
    for (const part of [ada.email, name, 'incident 17', '1 h', '30 min', 'for half of it']) expect(text).toContain(part)
    expect(text).not.toContain(accessRequest)
  })

  test('whether it is sent again, signed again, or given by another account on the same device', async () => {
    const { credential } = await requestable()
    const { id: accessRequest } = await ada.agent.api('createAccessRequest', {
      body: { credential, reason: 'incident 17', duration: HOUR },
    })
    const parameters = { accessRequest }
    const body = { duration: null, startsAt: null, sameDevice: false, note: '' }
    const act = {
      method: 'POST' as const,
      target: `/v1/me/approvals/${accessRequest}/approval`,
      body: JSON.stringify(body),
    }
    const captured = await bob.sign('approveAccessRequest', { parameters, body }, { presence: await bob.presence(act, 'act') })
    expect((await bob.sendRaw(captured)).code).toBeNull()
    expect((await bob.sendRaw(captured)).code).toBe('replayed')
    expect(await codeOf(approve(bob, accessRequest))).toBe('conflict')
    const { invitation } = await bed.invite('bobs-third-account', { roles: ['approvers'] })
    const account = await RawClient.enrol(invitation, { device: bob.keys.device })
    expect(await codeOf(approve(account, accessRequest))).toBe('conflict')
    account.close()
    expect(await stateOf(accessRequest)).toMatchObject({ state: 'pending', approvals: { given: 1, needed: 2 } })
    expect(await grantsOf(credential)).toBe(0)
    const events = new Set<string>()
    ada.agent.local.onEvent(({ event }) => events.add(event))
    await ada.agent.local.call('subscribe', {})
    await approve(cleo, accessRequest)
    expect(await codeOf(approve(cleo, accessRequest))).toBe('request_closed')
    expect(await grantsOf(credential)).toBe(1)
    await waitFor(() => events.has('requests') && events.has('credentials'), {
      description: 'the agent of the person who asked to hear of it',
    })
  })

  test('and not at all once the approver has lost the role', async () => {
    const { credential } = await requestable()
    const leaving = await RawClient.enrol((await bed.invite('leaving', { roles: ['approvers'] })).invitation)
    const { id } = await ada.agent.api('createAccessRequest', { body: { credential, reason: 'incident 17', duration: HOUR } })
    await approve(leaving, id)
    await bed.owner.agent.api('removeRoleMember', { parameters: { role: approvers, user: leaving.user } })
    expect(await codeOf(approve(leaving, id))).toBe('not_approver')
    leaving.close()
    await approve(bob, id)
    expect(await stateOf(id)).toMatchObject({ state: 'pending', approvals: { given: 1, needed: 2 } })
    expect(await grantsOf(credential)).toBe(0)
    await approve(cleo, id)
    expect((await stateOf(id)).state).toBe('active')
  })
})

describe.concurrent('time is the time of the API', () => {
  test('a request that waited too long is not approved, whatever time the call claims', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const { id } = await ada.agent.api('createAccessRequest', { body: { credential, reason: 'incident 17', duration: HOUR } })
    // It has waited for two hours.
    await centralSql(
      bed.central.database!.url('superuser'),
      `update access_requests set created_at = created_at - interval '2 h', waits_until = waits_until - interval '2 h' where id = $1`,
      [id],
    )
    const input = { parameters: { accessRequest: id }, body: {} }
    const earlier = Math.floor(Date.now() / 1000) - 2 * HOUR
    expect((await bob.attempt('approveAccessRequest', input, { created: earlier })).code).toBe('signature_expired')
    expect(await codeOf(approve(bob, id))).toBe('request_closed')
    expect((await stateOf(id)).state).toBe('expired')
    expect(await grantsOf(credential)).toBe(0)
  })

  test('an access cannot be asked for in the past, and begins with its approval', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const wish = { credential, reason: 'incident 17', duration: HOUR }
    const startsAt = new Date(Date.now() - 1000).toISOString()
    expect(await codeOf(ada.agent.api('createAccessRequest', { body: { ...wish, startsAt } }))).toBe('invalid_request')
    const { id, createdAt } = await ada.agent.api('createAccessRequest', { body: wish })
    await centralSql(
      bed.central.database!.url('superuser'),
      `update access_requests set created_at = created_at - interval '30 min' where id = $1`,
      [id],
    )
    await approve(bob, id)
    const { access } = await stateOf(id)
    expect(Date.parse(access!.startsAt)).toBeGreaterThan(Date.parse(createdAt) - 60_000)
    expect(Date.parse(access!.expiresAt) - Date.parse(access!.startsAt)).toBe(HOUR * 1000)
  })

  test('the connection is cut at the end, not before an extension ends, and no old ticket or approval opens it again', async () => {
    const { credential, name } = await requestable({ approvals: 1 })
    const { id } = await ada.agent.api('createAccessRequest', { body: { credential, reason: 'incident 17', duration: SHORT } })
    await approve(bob, id)
    const firstEnd = Date.parse((await stateOf(id)).access!.expiresAt)
    const psql = await openPsql(await ada.agent.url(name))
    const more = await ada.agent.api('extendAccessRequest', {
      parameters: { accessRequest: id },
      body: { reason: 'not done', duration: SHORTER },
    })
    expect(await codeOf(ada.agent.api('approveAccessRequest', { parameters: { accessRequest: more.id }, body: {} }))).toBe(
      'own_request',
    )
    await approve(cleo, more.id)
    const end = Date.parse((await stateOf(more.id)).access!.expiresAt)
    expect(end - firstEnd).toBe(SHORTER * 1000)
    await psql.ended
    const ended = Date.now()
    // Not at the first end, give or take a clock that was set meanwhile.
    expect(ended).toBeGreaterThan(firstEnd + 5_000)
    expect(ended).toBeLessThan(end + 20_000)

    expect(await codeOf(approve(cleo, id))).toBe('request_closed')
    expect(await codeOf(approve(bob, more.id))).toBe('request_closed')
    expect((await stateOf(more.id)).state).toBe('ended')
    expect(await grantsOf(credential)).toBe(2)
  })

  test('a ticket that claims to be from before the end opens nothing', async () => {
    const { credential } = await requestable({ approvals: 1 })
    const request = await askAs(bob, credential, SHORTEST)
    await approve(cleo, request)
    const { access } = await stateOf(request)
    const gateway = await bob.gateway()
    await waitFor(() => Date.now() > Date.parse(access!.expiresAt), { description: 'the end', timeoutMs: 60_000 })
    const issuedAt = Date.parse(access!.startsAt) + 1000
    const { text, share } = await bob.makeTicket({ gateway: gateway.id, credential }, { issuedAt })
    const head = { type: 'open' as const, ticket: text, share, caller: null }
    const { answer } = await openStream(await bob.dialGateway(gateway), head)
    expect(refusalOf(answer)).toBe('grant_expired')
  })
})

describe.concurrent('somebody else', () => {
  test('of another organization finds no request by its id', async () => {
    const { credential } = await requestable()
    const { id: accessRequest } = await ada.agent.api('createAccessRequest', {
      body: { credential, reason: 'incident 17', duration: HOUR },
    })
    const parameters = { accessRequest }
    const before = await stateOf(accessRequest)
    const tried = [
      approve(stranger, accessRequest),
      stranger.call('refuseAccessRequest', { parameters, body: { note: 'no' } }),
      stranger.call('extendAccessRequest', { parameters, body: { reason: 'x', duration: 60 } }),
      stranger.call('withdrawAccessRequest', { parameters }),
      stranger.call('cancelAccessRequest', { parameters }),
      stranger.call('getAccessRequest', { parameters }),
      stranger.call('reviewEmergencyAccess', { parameters, body: { verdict: 'justified', note: 'x' } }),
      stranger.call('createAccessRequest', { body: { credential, reason: 'x', duration: 60 } }),
      stranger.call('openEmergencyAccess', { body: { credential, reason: 'x', duration: 60 } }),
    ]
    expect(await Promise.all(tried.map(codeOf))).toEqual(tried.map(() => 'not_found'))
    expect(await stateOf(accessRequest)).toEqual(before)
  })

  test('of the same organization does not withdraw, approve or see what is not theirs', async () => {
    const { credential } = await requestable()
    const request = await askAs(bob, credential)
    const parameters = { accessRequest: request }
    expect(await codeOf(ada.agent.api('withdrawAccessRequest', { parameters }))).toBe('not_found')
    expect(await codeOf(ada.agent.api('approveAccessRequest', { parameters, body: {} }))).toBe('not_approver')
    expect((await ada.agent.api('listApprovals', { query: parameters })).items).toEqual([])
    expect((await ada.agent.api('listMyAccessRequests', { query: parameters })).items).toEqual([])
    expect(await codeOf(ada.agent.api('getAccessRequest', { parameters }))).toBe('forbidden')
    expect(await codeOf(ada.agent.api('openEmergencyAccess', { body: { credential, reason: 'x', duration: 60 } }))).toBe(
      'not_responder',
    )
  })
})

test.concurrent('emergency access raises an alert, is reviewed by somebody else, and every step is in the log once', async () => {
  const emergency = {
    responders: { roles: [], users: [bob.user] },
    maxDuration: HOUR,
    reviewers: { roles: [approvers], users: [] },
    reviewWithin: HOUR,
  }
  const { credential, name } = await requestable({ emergency })
  const body = { credential, reason: 'orders are not written', duration: HOUR }
  const { id: accessRequest } = await bob.call('openEmergencyAccess', { body })
  const parameters = { accessRequest }
  const alerts = (await bed.owner.agent.api('listAlerts')).items
  expect(alerts.filter(({ kind, message }) => kind === 'emergency-access' && message.includes(name))).toHaveLength(1)
  const seen = { verdict: 'justified' as const, note: 'looked at' }
  expect(await codeOf(cleo.call('reviewEmergencyAccess', { parameters, body: seen }))).toBe('request_closed')
  await bob.call('withdrawAccessRequest', { parameters })
  expect(await codeOf(bob.call('reviewEmergencyAccess', { parameters, body: seen }))).toBe('own_request')
  await cleo.call('reviewEmergencyAccess', { parameters, body: seen })
  expect((await stateOf(accessRequest)).state).toBe('reviewed')
  const entries = (await latestEntries(bed.owner.agent)).filter(({ subject }) => subject?.id === accessRequest).toReversed()
  expect(entries.map(({ type, actor }) => [type, actor.id])).toEqual([
    ['access-request.emergency-opened', bob.user],
    ['access-request.withdrawn', bob.user],
    ['access-request.reviewed', cleo.user],
  ])
})
