import type { AccessRequest } from '@sallyport/protocol/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { openedOutbox } from '../../testing/outbox.ts'
import { codeOf } from '../../testing/person.ts'
import type { MadeSession } from '../../testing/make-session.ts'
import { revokeGrant } from '../grants/index.ts'
import { grantedCredentials } from '../leases/index.ts'
import { answersOf } from './answers.ts'
import { createRequest, type Wish } from './ask.ts'
import type { AccessCaller } from './caller.ts'
import { cancelRequest, withdrawRequest } from './close.ts'
import { approveRequest, refuseRequest } from './decide.ts'
import { decisionItemsOf } from './decision-items.ts'
import { openEmergency } from './emergency.ts'
import { extendRequest } from './extend.ts'
import { listApprovals, listRequests, listReviews } from './lists.ts'
import { requestableCredentials } from './requestable.ts'
import { reviewEmergency } from './review.ts'
import { changeRule, deleteRule } from './rules.ts'
import { findRequest } from './store.ts'
import { sweepRequests } from './sweep.ts'
import { type AccessWorld, HOUR, makeAccessWorld, MINUTE } from './testing/access-world.ts'

let database: TestDatabase
let world: AccessWorld
let approvers: string
let ada: MadeSession
let bob: MadeSession
let cleo: MadeSession

beforeAll(async () => {
  database = await testDatabase()
  await openedOutbox(database)
  world = await makeAccessWorld(database)
  approvers = await world.role()
  ada = await world.person()
  bob = await world.person(approvers)
  cleo = await world.person(approvers)
})
afterAll(async () => {
  await database.stop()
})

const seconds = (count: number): number => count * 1000
const advance = (count: number): void => {
  world.now += seconds(count)
}
const job = (): AccessCaller => ({
  ...world.as(ada),
  actor: { kind: 'job', id: null, device: null, session: null, address: null },
})
const sweep = () => world.run((transaction) => sweepRequests(transaction, job()))

/** A credential for which a rule of its own counts. */
const requestable = async (terms: Parameters<AccessWorld['rule']>[0] = {}) => {
  const { credential, resource, name } = await world.credential()
  const selects = { everything: false, credentials: [credential], resources: [], tags: [] }
  const rule = await world.rule({ selects, approvers: { roles: [approvers], users: [] }, ...terms })
  return { credential, resource, name, rule }
}

const wishFor = (credential: string, wish: Partial<Wish> = {}): Wish => ({
  credential,
  reason: 'incident 17',
  duration: HOUR,
  startsAt: null,
  ...wish,
})
const ask = (credential: string, wish: Partial<Wish> = {}, person = ada): Promise<string> =>
  world.run((transaction) => createRequest(transaction, wishFor(credential, wish), world.as(person)))
const approve = (id: string, person: MadeSession, conditions: Partial<Parameters<typeof approveRequest>[1]> = {}) =>
  world.run((transaction) =>
    approveRequest(
      transaction,
      { id, duration: null, startsAt: null, sameDevice: false, note: '', ...conditions },
      world.as(person),
    ),
  )
const refuse = (id: string, person: MadeSession) =>
  world.run((transaction) => refuseRequest(transaction, { id, note: 'not today' }, world.as(person)))
const withdraw = (id: string, person = ada) => world.run((transaction) => withdrawRequest(transaction, id, world.as(person)))
const seen = (id: string): Promise<AccessRequest> =>
  world.run(async (transaction) => {
    const [answer] = await answersOf(transaction, [(await findRequest(transaction, id))!], world.now)
    return answer!
  })
const written = async (id: string) => (await world.run((transaction) => findRequest(transaction, id)))!.state
const mayConnect = (credential: string, person = ada): Promise<boolean> =>
  world.run(async (transaction) => {
    const device = { id: person.device, status: 'active' as const }
    const granted = await grantedCredentials(transaction, { user: person.user, device, now: world.now })
    return granted.some((each) => each.credential === credential)
  })
/** Entries that the work leaves. */
const entriesOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = await world.entries()
  await work()
  return (await world.entries()).slice(before.length)
}

describe('asking', () => {
  it('opens nothing by itself, and tells who must approve how often', async () => {
    const { credential, name, rule } = await requestable({ approvals: 2 })
    const id = await ask(credential)
    expect(await seen(id)).toMatchObject({
      state: 'pending',
      kind: 'access',
      reason: 'incident 17',
      duration: HOUR,
      requester: { id: ada.user },
      credential: { id: credential, name },
      rule: { id: rule.id },
      approvals: { needed: 2, given: 0, votes: [] },
      access: null,
    })
    expect(await mayConnect(credential)).toBe(false)
  })

  it('is refused without a reason where the rule wants one, and for longer than the rule allows', async () => {
    const { credential } = await requestable({ maxDuration: HOUR })
    expect(await codeOf(ask(credential, { reason: '  ' }))).toBe('reason_required')
    expect(await codeOf(ask(credential, { duration: HOUR + 1 }))).toBe('duration_too_long')
    expect(await codeOf(ask(credential, { startsAt: new Date(world.now - 1) }))).toBe('invalid_request')
    expect(await codeOf(ask(credential, { startsAt: new Date(world.now + seconds(31 * 24 * HOUR)) }))).toBe('invalid_request')
  })

  it('is refused twice for the same, and as if it were not there for what no rule names', async () => {
    const { credential } = await requestable()
    await ask(credential)
    expect(await codeOf(ask(credential))).toBe('conflict')
    const { credential: hidden } = await world.credential()
    expect(await codeOf(ask(hidden))).toBe('not_found')
    const { credential: others } = await requestable({ requesters: { roles: [approvers] } })
    expect(await codeOf(ask(others))).toBe('not_found')
    expect(await codeOf(ask(others, {}, bob))).toBe('accepted')
  })

  it('is refused for what the person has through a role', async () => {
    const { credential } = await requestable()
    const role = await world.role()
    const person = await world.person(role)
    await world.run((transaction) =>
      transaction.insertInto('role_credentials').values({ role_id: role, credential_id: credential }).execute(),
    )
    expect(await codeOf(ask(credential, {}, person))).toBe('conflict')
  })

  it('opens at once where the rule needs no approval, with one entry', async () => {
    const { credential } = await requestable({ approvals: 0 })
    const entries = await entriesOf(() => ask(credential))
    expect(entries).toEqual(['access-request.created'])
    expect(await mayConnect(credential)).toBe(true)
    advance(HOUR)
    expect(await mayConnect(credential)).toBe(false)
  })

  it('goes by the first rule of the lowest priority', async () => {
    const { credential } = await requestable({ priority: 50, approvals: 3 })
    const selects = { everything: false, credentials: [credential], resources: [], tags: [] }
    await world.rule({ selects, priority: 60, approvals: 0 })
    expect((await seen(await ask(credential))).approvals.needed).toBe(3)
  })
})

describe('approving', () => {
  it('opens the access from the approval, not from the question, with one entry each', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    advance(20 * MINUTE)
    expect(await entriesOf(() => approve(id, bob))).toEqual(['access-request.approved'])
    const { access, state } = await seen(id)
    expect(state).toBe('active')
    expect(access).toMatchObject({
      startsAt: new Date(world.now).toISOString(),
      expiresAt: new Date(world.now + seconds(HOUR)).toISOString(),
    })
    expect(await mayConnect(credential)).toBe(true)
  })

  it('needs as many different people as the rule says', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const id = await ask(credential)
    await approve(id, bob)
    expect(await codeOf(approve(id, bob))).toBe('conflict')
    expect(await seen(id)).toMatchObject({ state: 'pending', approvals: { given: 1, needed: 2 } })
    expect(await mayConnect(credential)).toBe(false)
    await approve(id, cleo)
    expect(await mayConnect(credential)).toBe(true)
  })

  it('is never for what one asked oneself, nor from the device that asked', async () => {
    const { credential } = await requestable()
    const id = await ask(credential, {}, bob)
    expect(await codeOf(approve(id, bob))).toBe('own_request')
    const second = { ...bob, device: cleo.device }
    expect(await codeOf(approve(id, second))).toBe('own_request')
    const otherAccount = { ...cleo, device: bob.device }
    expect(await codeOf(approve(id, otherAccount))).toBe('own_request')
    expect(await codeOf(refuse(id, bob))).toBe('own_request')
    expect(await mayConnect(credential, bob)).toBe(false)
  })

  it('counts two accounts on one device once', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const id = await ask(credential)
    await approve(id, bob)
    expect(await codeOf(approve(id, { ...cleo, device: bob.device }))).toBe('conflict')
    expect(await mayConnect(credential)).toBe(false)
  })

  it('does not count an approver who lost the right before the last vote', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const leaving = await world.person(approvers)
    const id = await ask(credential)
    await approve(id, leaving)
    await world.run((transaction) => transaction.deleteFrom('role_members').where('user_id', '=', leaving.user).execute())
    expect((await seen(id)).approvals).toMatchObject({ given: 0, votes: [{ counts: false }] })
    advance(1)
    await approve(id, bob)
    expect(await mayConnect(credential)).toBe(false)
    advance(1)
    await approve(id, cleo)
    expect(await mayConnect(credential)).toBe(true)
    const { votes } = (await seen(id)).approvals
    expect(votes.map(({ approver, counts }) => [approver.id, counts])).toEqual([
      [leaving.user, false],
      [bob.user, true],
      [cleo.user, true],
    ])
  })

  it('does not count somebody disabled', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const leaving = await world.person(approvers)
    const id = await ask(credential)
    await approve(id, leaving)
    await world.run((transaction) =>
      transaction.updateTable('users').set({ status: 'disabled' }).where('id', '=', leaving.user).execute(),
    )
    await approve(id, bob)
    expect(await mayConnect(credential)).toBe(false)
  })

  it('is refused to those whom the rule does not name, and for a foreign id', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    expect(await codeOf(approve(id, await world.person()))).toBe('not_approver')
    const elsewhere = await makeAccessWorld(database)
    const stranger = await elsewhere.person()
    const work = elsewhere.run((transaction) =>
      approveRequest(transaction, { id, duration: null, startsAt: null, sameDevice: false, note: '' }, elsewhere.as(stranger)),
    )
    expect(await codeOf(work)).toBe('not_found')
  })

  it('may be for a shorter time and a later beginning, never for a longer one', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const id = await ask(credential)
    expect(await codeOf(approve(id, bob, { duration: HOUR + 1 }))).toBe('duration_too_long')
    const late = new Date(world.now + seconds(31 * 24 * HOUR))
    expect(await codeOf(approve(id, bob, { startsAt: late }))).toBe('invalid_request')
    const startsAt = new Date(world.now + seconds(10 * MINUTE))
    await approve(id, bob, { duration: 30 * MINUTE, startsAt, note: 'half is enough' })
    await approve(id, cleo, { duration: 45 * MINUTE })
    const { state, access } = await seen(id)
    expect(state).toBe('approved')
    expect(access).toMatchObject({
      startsAt: startsAt.toISOString(),
      expiresAt: new Date(startsAt.getTime() + seconds(30 * MINUTE)).toISOString(),
    })
    expect(await mayConnect(credential)).toBe(false)
    advance(10 * MINUTE)
    expect(await mayConnect(credential)).toBe(true)
    expect((await seen(id)).state).toBe('active')
    expect(await entriesOf(sweep)).toContain('access-request.started')
    expect(await written(id)).toBe('active')
  })

  it('may be for the device from which it was asked, and no other', async () => {
    const { credential } = await requestable()
    await approve(await ask(credential), bob, { sameDevice: true })
    expect(await mayConnect(credential)).toBe(true)
    expect(await mayConnect(credential, { ...ada, device: bob.device })).toBe(false)
  })

  it('is over once it is decided: nothing is approved twice', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    await approve(id, bob)
    expect(await codeOf(approve(id, cleo))).toBe('request_closed')
    advance(2 * HOUR)
    expect(await codeOf(approve(id, cleo))).toBe('request_closed')
    const grants = await world.run((transaction) =>
      transaction.selectFrom('grants').select('id').where('credential_id', '=', credential).execute(),
    )
    expect(grants).toHaveLength(1)
  })

  it('opens one access even when the last approvals come at the same time', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    const codes = await Promise.all([codeOf(approve(id, bob)), codeOf(approve(id, cleo))])
    expect(codes.toSorted()).toEqual(['accepted', 'request_closed'])
  })

  it('is too late when the request has waited too long, whether or not that was written down', async () => {
    const { credential } = await requestable({ waitsFor: HOUR })
    const id = await ask(credential)
    advance(HOUR)
    expect((await seen(id)).state).toBe('expired')
    expect(await written(id)).toBe('pending')
    expect(await codeOf(approve(id, bob))).toBe('request_closed')
    expect(await entriesOf(sweep)).toContain('access-request.expired')
    expect(await written(id)).toBe('expired')
  })

  it('counts only in the windows of the rule; refusing is possible always', async () => {
    // The world's clock begins on a Monday at nine, UTC.
    const day = new Date(world.now).toISOString().slice(0, 10)
    const windows = [{ days: ['sunday' as const], from: '00:00', to: '00:00', timeZone: 'UTC' }]
    expect(new Date(`${day}T00:00:00Z`).getUTCDay()).not.toBe(0)
    const { credential } = await requestable({ windows })
    const id = await ask(credential)
    expect(await codeOf(approve(id, bob))).toBe('outside_window')
    expect(await codeOf(refuse(id, bob))).toBe('accepted')
  })

  it('is possible for more people after a while', async () => {
    const chief = await world.person()
    const escalation = { after: HOUR, approvers: { roles: [], users: [chief.user] } }
    const { credential } = await requestable({ escalation })
    const id = await ask(credential)
    expect(await codeOf(approve(id, chief))).toBe('not_approver')
    advance(HOUR)
    expect(await entriesOf(sweep)).toContain('access-request.escalated')
    expect((await seen(id)).escalatedAt).toBe(new Date(world.now).toISOString())
    expect(await entriesOf(sweep)).toEqual([])
    await approve(id, chief)
    expect(await mayConnect(credential)).toBe(true)
  })

  it('goes by what the rule says now', async () => {
    const { credential, rule } = await requestable()
    const id = await ask(credential)
    const change = (terms: Parameters<typeof changeRule>[1]) =>
      world.run((transaction) => changeRule(transaction, terms, world.as(cleo)))
    await change({ id: rule.id, approvers: { roles: [], users: [cleo.user] }, maxDuration: 10 * MINUTE })
    expect(await codeOf(approve(id, bob))).toBe('not_approver')
    await change({ id: rule.id, enabled: false })
    expect(await codeOf(approve(id, cleo))).toBe('request_closed')
    await change({ id: rule.id, enabled: true })
    await approve(id, cleo)
    const { access } = await seen(id)
    expect(Date.parse(access!.expiresAt) - Date.parse(access!.startsAt)).toBe(seconds(10 * MINUTE))
  })

  it('ends with the rule: what waits by it is cancelled', async () => {
    const { credential, rule } = await requestable()
    const id = await ask(credential)
    await world.run((transaction) => deleteRule(transaction, rule.id, world.as(cleo)))
    expect(await codeOf(approve(id, bob))).toBe('request_closed')
    expect(await entriesOf(sweep)).toEqual(['access-request.cancelled'])
    expect(await seen(id)).toMatchObject({ state: 'cancelled', rule: null })
  })

  it('is refused when the person who asked may no longer ask', async () => {
    const askers = await world.role()
    const person = await world.person(askers)
    const { credential } = await requestable({ requesters: { roles: [askers] } })
    const id = await ask(credential, {}, person)
    await world.run((transaction) => transaction.deleteFrom('role_members').where('user_id', '=', person.user).execute())
    expect(await codeOf(approve(id, bob))).toBe('conflict')
    expect(await mayConnect(credential, person)).toBe(false)
  })
})

describe('the end', () => {
  it('comes with one refusal, whose reason is told', async () => {
    const { credential } = await requestable({ approvals: 2 })
    const id = await ask(credential)
    await approve(id, bob)
    await refuse(id, cleo)
    expect(await seen(id)).toMatchObject({ state: 'refused', closed: { by: { id: cleo.user }, note: 'not today' } })
    expect(await codeOf(approve(id, await world.person(approvers)))).toBe('request_closed')
  })

  it('comes by withdrawal, of the own request only', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    expect(await codeOf(withdraw(id, bob))).toBe('not_found')
    await withdraw(id)
    expect(await seen(id)).toMatchObject({ state: 'withdrawn', closed: { by: { id: ada.user } } })
    expect(await codeOf(withdraw(id))).toBe('request_closed')
    expect(await codeOf(ask(credential))).toBe('accepted')
  })

  it('comes early when the access is given back, or taken by an administrator', async () => {
    for (const end of [withdraw, (id: string) => world.run((transaction) => cancelRequest(transaction, id, world.as(cleo)))]) {
      const { credential } = await requestable()
      const id = await ask(credential)
      await approve(id, bob)
      advance(MINUTE)
      await end(id)
      expect(await mayConnect(credential)).toBe(false)
      expect(await seen(id)).toMatchObject({ state: 'ended', access: { endedAt: new Date(world.now).toISOString() } })
    }
  })

  it('comes with the time, and with the end of the grant, each written once', async () => {
    const { credential } = await requestable()
    const first = await ask(credential)
    await approve(first, bob)
    advance(HOUR)
    expect((await seen(first)).state).toBe('ended')
    expect(await entriesOf(sweep)).toContain('access-request.ended')
    const second = await ask(credential)
    await approve(second, bob)
    const { grant } = (await seen(second)).access!
    await world.run((transaction) => revokeGrant(transaction, grant, world.as(cleo)))
    expect((await seen(second)).state).toBe('ended')
    expect(await entriesOf(sweep)).toEqual(['access-request.ended'])
    expect(await entriesOf(sweep)).toEqual([])
  })
})

describe('more time', () => {
  const extend = (id: string, person = ada) =>
    world.run((transaction) => extendRequest(transaction, { id, reason: 'not done', duration: HOUR }, world.as(person)))

  it('needs approval, too, and is added to what there is', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    expect(await codeOf(extend(id))).toBe('request_closed')
    await approve(id, bob)
    const end = Date.parse((await seen(id)).access!.expiresAt)
    expect((await seen(id)).extensible).toBe(true)
    expect(await codeOf(extend(id, bob))).toBe('not_found')
    advance(50 * MINUTE)
    const more = await extend(id)
    expect(await codeOf(extend(id))).toBe('conflict')
    expect(await codeOf(approve(more, ada))).toBe('own_request')
    await approve(more, cleo)
    const extension = await seen(more)
    expect(extension).toMatchObject({ kind: 'extension', extends: id, state: 'active', extensible: false })
    expect(Date.parse(extension.access!.expiresAt)).toBe(end + seconds(HOUR))
    advance(HOUR)
    expect(await mayConnect(credential)).toBe(true)
    expect(await codeOf(extend(more))).toBe('request_closed')
    expect(await codeOf(extend(id))).toBe('request_closed')
    advance(HOUR)
    expect(await mayConnect(credential)).toBe(false)
  })

  it('is given back together with what it extends', async () => {
    for (const which of [0, 1, 2]) {
      const { credential } = await requestable({ maxExtensions: 2 })
      const first = await ask(credential)
      await approve(first, bob)
      const second = await extend(first)
      await approve(second, bob)
      const third = await extend(second)
      await approve(third, bob)
      await withdraw([first, second, third][which]!)
      expect(await mayConnect(credential)).toBe(false)
      await sweep()
      for (const id of [first, second, third]) expect(await written(id)).toBe('ended')
    }
  })

  it('is too late when the access has ended meanwhile', async () => {
    const { credential } = await requestable()
    const id = await ask(credential)
    await approve(id, bob)
    const more = await extend(id)
    await withdraw(id)
    expect(await codeOf(approve(more, bob))).toBe('request_closed')
    advance(HOUR)
    expect((await seen(more)).state).toBe('expired')
    expect(await mayConnect(credential)).toBe(false)
  })
})

describe('emergencies', () => {
  const emergencyRule = async () => {
    const [responder, reviewer] = [await world.person(), await world.person()]
    const emergency = {
      responders: { roles: [], users: [responder.user] },
      maxDuration: HOUR,
      reviewers: { roles: [], users: [reviewer.user, responder.user] },
      reviewWithin: 24 * HOUR,
    }
    return { responder, reviewer, ...(await requestable({ emergency })) }
  }
  const open = (credential: string, person: MadeSession, changes: Partial<Wish> = {}) =>
    world.run((transaction) => openEmergency(transaction, wishFor(credential, changes), world.as(person)))
  const review = (id: string, person: MadeSession, ...permissions: 'requests.write'[]) =>
    world.run((transaction) =>
      reviewEmergency(transaction, { id, verdict: 'justified', note: 'seen' }, world.as(person, ...permissions)),
    )

  it('open at once for responders only, with a reason, for a short time, and raise an alert', async () => {
    const { credential, responder } = await emergencyRule()
    expect(await codeOf(open(credential, ada))).toBe('not_responder')
    expect(await codeOf(open((await world.credential()).credential, responder))).toBe('not_found')
    expect(await codeOf(open(credential, responder, { reason: '' }))).toBe('reason_required')
    expect(await codeOf(open(credential, responder, { duration: HOUR + 1 }))).toBe('duration_too_long')
    const entries = await entriesOf(() => open(credential, responder))
    expect(entries).toEqual(['access-request.emergency-opened', 'alert.raised'])
    expect(await mayConnect(credential, responder)).toBe(true)
    expect(await codeOf(open(credential, responder))).toBe('conflict')
  })

  it('are reviewed afterwards, by somebody else', async () => {
    const { credential, responder, reviewer } = await emergencyRule()
    const id = await open(credential, responder)
    expect(await codeOf(review(id, reviewer))).toBe('request_closed')
    advance(HOUR)
    expect(await mayConnect(credential, responder)).toBe(false)
    expect(await seen(id)).toMatchObject({ state: 'review-pending', review: { overdue: false, verdict: null } })
    expect(await codeOf(review(id, responder))).toBe('own_request')
    expect(await codeOf(review(id, ada))).toBe('not_approver')
    await review(id, reviewer)
    expect(await seen(id)).toMatchObject({ state: 'reviewed', review: { verdict: 'justified', reviewer: { id: reviewer.user } } })
    expect(await codeOf(review(id, reviewer))).toBe('request_closed')
  })

  it('stay visible and raise one more alert when nobody reviews them in time; whoever may change requests may, too', async () => {
    const { credential, responder, reviewer } = await emergencyRule()
    const id = await open(credential, responder)
    advance(HOUR)
    await sweep()
    advance(24 * HOUR)
    expect(await entriesOf(sweep)).toEqual(expect.arrayContaining(['access-request.review-overdue', 'alert.raised']))
    expect(await entriesOf(sweep)).toEqual([])
    const queue = (person: MadeSession, ...permissions: 'requests.write'[]) =>
      world.run(async (transaction) => {
        const caller = world.as(person, ...permissions)
        return decisionItemsOf(
          transaction,
          await listReviews(transaction, { decided: false, from: null, limit: 100 }, caller),
          caller,
        )
      })
    for (const items of [await queue(reviewer), await queue(ada, 'requests.write')]) {
      const item = items.find(({ request }) => request.id === id)
      expect(item).toMatchObject({ request: { review: { overdue: true } }, refusal: null })
    }
    expect((await queue(ada)).map(({ request }) => request.id)).toEqual([])
    await review(id, ada, 'requests.write')
  })
})

describe('queues and lists', () => {
  const queueOf = (person: MadeSession, decided = false) =>
    world.run(async (transaction) => {
      const caller = world.as(person)
      const found = await listApprovals(transaction, { decided, from: null, limit: 100 }, caller)
      return decisionItemsOf(transaction, found, caller)
    })

  it('show approvers what they need to decide, and nothing to others', async () => {
    const { credential, name } = await requestable({ approvals: 2 })
    const first = await ask(credential)
    await approve(first, bob)
    await approve(first, cleo)
    advance(HOUR)
    const id = await ask(credential)
    await approve(id, bob)
    const item = (await queueOf(cleo)).find(({ request }) => request.id === id)
    expect(item).toMatchObject({
      request: { reason: 'incident 17', credential: { name }, approvals: { given: 1, needed: 2 } },
      device: { id: ada.device, facts: { name: 'laptop' } },
      target: { host: 'db.internal', port: 5432, userName: 'ro', site: 'Berlin' },
      lastUse: { statements: 0, lastActivityAt: null },
      refusal: null,
      ownVote: null,
    })
    expect((await queueOf(bob)).find(({ request }) => request.id === id)).toMatchObject({
      ownVote: 'approve',
      refusal: { code: 'conflict' },
    })
    expect((await queueOf(ada)).map(({ request }) => request.id)).toEqual([])
    expect((await queueOf(bob, true)).map(({ request }) => request.id).slice(0, 2)).toEqual([id, first])
  })

  it('are narrowed by the state that counts now', async () => {
    const { credential } = await requestable({ waitsFor: HOUR })
    const id = await ask(credential)
    const list = (state: 'pending' | 'expired') =>
      world.run((transaction) =>
        listRequests(transaction, { filter: { user: ada.user, credential, state }, from: null, limit: 10, now: world.now }),
      )
    expect((await list('pending')).map((each) => each.id)).toEqual([id])
    advance(HOUR)
    expect(await list('pending')).toEqual([])
    expect((await list('expired')).map((each) => each.id)).toEqual([id])
  })

  it('tell what may be asked for by rule only: by credential, resource, tag, page and search', async () => {
    const askers = await world.role()
    const person = await world.person(askers)
    const requesters = { roles: [askers] }
    const [byTag, byResource, unnamed] = [
      await world.credential(['payments']),
      await world.credential(),
      await world.credential(),
    ]
    await world.rule({
      requesters,
      selects: { everything: false, credentials: [], resources: [byResource.resource], tags: ['payments'] },
    })
    const list = (search?: string, limit = 100, after: { resource: string; name: string } | null = null) =>
      world.run((transaction) => requestableCredentials(transaction, { user: person.user, now: world.now, search, after, limit }))
    const names = async (...asked: Parameters<typeof list>) => (await list(...asked)).map(({ item }) => item.credential.name)
    const own = (await names()).filter((name) => [byTag.name, byResource.name, unnamed.name].includes(name))
    expect(own).toEqual([byTag.name, byResource.name].toSorted())
    expect(await names('PAYMENTS')).toEqual([byTag.name])
    expect(await names('%')).toEqual([])
    const [first] = await list('', 1)
    const rest = await names('', 100, first!.position)
    expect(rest).not.toContain(first!.item.credential.name)
    expect([first!.item.credential.name, ...rest]).toEqual(await names())
    const everything = JSON.stringify(await list())
    expect(everything).not.toContain('db.internal')
  })

  it('see nothing of another organization', async () => {
    const elsewhere = await makeAccessWorld(database)
    const read = elsewhere.run(async (transaction) => [
      await transaction.selectFrom('access_requests').select('id').execute(),
      await transaction.selectFrom('access_votes').select('request_id').execute(),
      await transaction.selectFrom('access_rules').select('id').execute(),
    ])
    expect(await read).toEqual([[], [], []])
    const update = withOrganization(database.pools.api, elsewhere.organization, (transaction) =>
      transaction
        .updateTable('access_requests')
        .set({ closed_personal: Buffer.from('x') })
        .executeTakeFirst(),
    )
    expect((await update).numUpdatedRows).toBe(0n)
  })
})
