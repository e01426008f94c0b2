/**
 * A3. Roles bound what each call may do, and each organization sees only itself.
 *
 * The attacker is a colleague with a small role, somebody who signs with a gateway's key or not at all, or the owner of
 * another organization of the same deployment who knows every id of this one. All calls are made of the served OpenAPI
 * document, so that an endpoint that is added tomorrow is tried, too; one with a new kind of id fails until the id is there.
 */
import { signCall } from '@sallyport/protocol'
import { builtInRoles, type Permission, permissions, type Route, routes } from '@sallyport/protocol/api'
import { Central } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addNewcomer } from '../support/newcomer.ts'
import { ofPeople, signedBy, stateOf, valuesOf, withEach } from '../support/openapi-attacks.ts'
import { fill, type Filled, type Operation, operationsOf, unsignedCall, type Values } from '../support/openapi-calls.ts'
import { furnish, type OrganizationWorld } from '../support/organization-world.ts'
import { type RawAnswer, sendCall } from '../support/raw-call.ts'
import { RawClient } from '../support/raw-client.ts'

/** In names and texts of the other organization; nothing that the attacker is answered may hold it. */
const MARK = 'zebrafish'
const roleNames = Object.keys(builtInRoles) as (keyof typeof builtInRoles)[]

let central: Central
let operations: Operation[]
/** The attacked organization's owner, and one of everything in it. */
let victim: RawClient
let theirs: OrganizationWorld
/** The attackers', by role. */
let callers: Record<keyof typeof builtInRoles, RawClient>
let own: OrganizationWorld
let foreignValues: Values
let ownValues: Values

const expectNoLeak = (answer: RawAnswer, filled: Filled): void => {
  const text = answer.text.toLowerCase()
  const secrets = [MARK, victim.organization, victim.user, victim.session, victim.device, ...Object.values(theirs.ids)]
  const found = secrets.filter((secret) => text.includes(secret))
  expect(found, `${filled.method} ${filled.path} answered ${answer.text.slice(0, 500)}`).toEqual([])
}

const allows = (allowed: readonly string[], permission: string | null): boolean =>
  permission === null || allowed.includes(permission)

/** A code, or what a list held that was narrowed by a foreign id. */
const comesTo = (answer: RawAnswer): string => {
  const { items, rows } = (answer.json ?? {}) as { items?: unknown; rows?: number }
  // Lists have items; files that are exported have so many rows.
  return answer.code ?? (rows === 0 ? '[]' : JSON.stringify(items))
}
const expected = (role: keyof typeof builtInRoles, operation: Operation, filled: Filled): string => {
  if (!allows(builtInRoles[role], operation['x-permission'])) return 'forbidden'
  return filled.references.length > 0 ? 'not_found' : '[]'
}

beforeAll(async () => {
  central = await Central.start({ organizations: [MARK] })
  const [attackers, attacked] = await Promise.all([
    RawClient.enrol(central.invitation),
    RawClient.enrol(central.invitations[MARK]!),
  ])
  victim = attacked
  // One proof of presence for all that follows.
  await Promise.all([attackers.presence(), victim.presence()])
  const [auditor, member, foreign, furnished] = await Promise.all([
    addNewcomer(attackers, 'auditor', { roles: ['auditor'] }),
    addNewcomer(attackers, 'member', { roles: ['member'] }),
    furnish(victim, MARK, `password of ${MARK}`),
    furnish(attackers, 'own', 'password of own'),
  ])
  callers = { owner: attackers, auditor, member }
  theirs = foreign
  own = furnished
  foreignValues = await valuesOf(attackers, theirs)
  ownValues = await valuesOf(attackers, own)
  const document = await attackers.sendRaw({
    method: 'GET',
    targetUri: `${attackers.origin}/v1/openapi.json`,
    fields: {},
    body: new Uint8Array(),
  })
  operations = operationsOf(document.json)
})
afterAll(async () => {
  for (const client of [victim, theirs?.person, own?.person, ...Object.values(callers ?? {})]) client?.close()
  theirs?.gateway.close()
  own?.gateway.close()
  await central?.stop()
})

describe('the document', () => {
  it('describes every route, with the permission and the callers that the route declares', () => {
    const described = operations.map(({ operationId, method, path, caller, 'x-permission': permission }) => ({
      operationId,
      method,
      path,
      permission,
      caller,
    }))
    const callerOf = {
      'public': 'nobody',
      'two-signature': 'client',
      'sign-in': 'client',
      'gateway': 'gateway',
      'service': 'service',
    } as const
    const declared = Object.entries(routes as Readonly<Record<string, Route>>).map(([operationId, route]) => ({
      operationId,
      method: route.method,
      path: route.path,
      permission: route.permission,
      caller: callerOf[route.authentication as keyof typeof callerOf],
    }))
    const byName = (a: { operationId: string }, b: { operationId: string }): number => (a.operationId < b.operationId ? -1 : 1)
    expect(described.toSorted(byName)).toEqual(declared.toSorted(byName))
    expect(described.length).toBeGreaterThan(50)
  })

  it('has every endpoint that changes something ask for a permission, unless it is about the caller alone', () => {
    const free = ofPeople(operations).filter(({ 'x-permission': permission }) => permission === null)
    for (const { path, parameters } of free) {
      expect(path).toMatch(/^\/v1\/(me|session|trust-bundle)(\/|$)/)
      // A request is one's own, or waits for one's decision: whose it is says the request itself.
      const named = parameters.flatMap(({ in: place, name }) => (place === 'path' ? [name] : []))
      expect(named.filter((name) => name !== 'accessRequest')).toEqual([])
    }
  })
})

describe.each(roleNames)('the %s of another organization', (role) => {
  it('gets nowhere with the ids of this one, and learns nothing', async () => {
    const before = await stateOf(victim)
    const tried: string[] = []
    await withEach(ofPeople(operations), async (operation) => {
      const filled = fill(operation, foreignValues)
      if (filled.references.length === 0 && filled.filters.length === 0) return
      const answer = await signedBy(callers[role], filled)
      const what = `${operation.operationId}: ${answer.text.slice(0, 300)}`
      expect(comesTo(answer), what).toBe(expected(role, operation, filled))
      expectNoLeak(answer, filled)
      tried.push(operation.operationId)
    })
    expect(tried.length).toBeGreaterThan(25)
    expect(await stateOf(victim)).toEqual(before)
  })

  it('sees nothing of this one in any list', async () => {
    const lists = ofPeople(operations).filter(
      ({ method, parameters }) => method === 'GET' && !parameters.some(({ required }) => required),
    )
    await withEach(lists, async (operation) => {
      const filled = { method: 'GET', path: `${operation.path}`, body: new Uint8Array(), references: [], filters: [] }
      const answer = await signedBy(callers[role], filled)
      const allowed = allows(builtInRoles[role], operation['x-permission'])
      expect(answer.code, operation.operationId).toBe(allowed ? null : 'forbidden')
      expectNoLeak(answer, filled)
    })
    // The mark is there for whoever may see it: it would have been found.
    const { items } = await victim.call('listResources')
    expect(JSON.stringify(items)).toContain(MARK)
  })
})

/** Who makes the API check signatures for nothing is slowed down: asks again until that is not the answer. */
const unhurried = (ask: () => Promise<RawAnswer>): Promise<RawAnswer> =>
  waitFor(
    async () => {
      const answer = await ask()
      return answer.code === 'rate_limited' ? null : answer
    },
    { description: 'the limit to pass', timeoutMs: 60_000 },
  )

describe('somebody without the two signatures', () => {
  it('gets nowhere unsigned', async () => {
    await withEach(ofPeople(operations), async (operation) => {
      const filled = fill(operation, ownValues)
      const answer = await unhurried(async () => callers.owner.sendRaw(unsignedCall(callers.owner.origin, filled)))
      expect(answer, operation.operationId).toMatchObject({ code: 'signature_missing', status: 401 })
    })
  })

  it("gets nowhere with a gateway's signature", async () => {
    const signer = own.gateway.key.signer
    await withEach(ofPeople(operations), async (operation) => {
      const call = unsignedCall(callers.owner.origin, fill(operation, ownValues))
      const answer = await unhurried(async () => {
        const parameters = { nonce: crypto.getRandomValues(new Uint8Array(16)), created: Math.floor(Date.now() / 1000) }
        const fields = await signCall(call, [{ label: 'gateway', signer }], parameters)
        return callers.owner.sendRaw({ ...call, fields })
      })
      expect(answer, operation.operationId).toMatchObject({ code: 'signature_invalid', status: 401 })
    })
  })

  it("finds what is for gateways only where a gateway's certificate is asked for", async () => {
    const forGateways = operations.filter(({ caller }) => caller === 'gateway')
    expect(forGateways.length).toBeGreaterThan(4)
    for (const operation of forGateways) {
      const path = { method: operation.method, path: operation.path, body: new Uint8Array(), references: [], filters: [] }
      expect(await signedBy(callers.owner, path), operation.operationId).toMatchObject({ code: 'not_found' })
      const there = unsignedCall(own.gateway.origin, path)
      await expect(callers.owner.sendRaw(there)).rejects.toMatchObject({ code: 'api_unreachable' })
      expect(await own.gateway.sendRaw(there), operation.operationId).toMatchObject({ code: 'signature_missing' })
      const parameters = { nonce: crypto.getRandomValues(new Uint8Array(16)), created: Math.floor(Date.now() / 1000) }
      const asPerson = { ...there, fields: await signCall(there, callers.owner.callSigners, parameters) }
      expect(await sendCall(own.gateway.sender.send, asPerson), operation.operationId).toMatchObject({
        code: 'signature_invalid',
      })
    }
    expect(await own.gateway.attempt('getGatewayTrustBundle')).toMatchObject({ code: null })
  })
})

describe('a gateway of another organization', () => {
  it("gets no lease with a person's ticket, renews none and ends none", async () => {
    const { credential, lease } = theirs.ids
    for (const target of [own.gateway.id, theirs.gateway.id]) {
      const { text } = await theirs.person.makeTicket({ gateway: target, credential })
      for (const parts of [{}, { organization: theirs.gateway.organization }, { gateway: theirs.gateway.id }]) {
        const { answer } = await own.gateway.askForLease(text, parts)
        expect(answer.code).toMatch(/^(session_unknown|identity_mismatch|gateway_unknown)$/)
      }
    }
    const renewal = await theirs.person.makeLeaseRenewal({ gateway: own.gateway.id, leases: [lease] })
    expect(await own.gateway.attempt('renewLeases', { body: { renewal } })).toMatchObject({ code: 'session_unknown' })
    await own.gateway.attempt('endLeases', { body: { leases: [{ id: lease, reason: 'closed' }] } })
    const { items } = await victim.call('listLeases')
    expect(items.find(({ id }) => id === lease)).toMatchObject({ status: 'active' })
    // Its own gateway does each of these.
    const { text } = await theirs.person.makeTicket({ gateway: theirs.gateway.id, credential })
    expect((await theirs.gateway.askForLease(text)).lease).not.toBeNull()
  })
})

describe('permissions', () => {
  it('allow, each alone, just the endpoints that ask for them', async () => {
    const { id: role } = await callers.owner.call('createRole', { body: { name: 'one permission' } })
    const tester = await addNewcomer(callers.owner, 'tester', { roles: ['one permission'] })
    const allow = (list: readonly Permission[]) =>
      callers.owner.call('changeRole', { parameters: { role }, body: { permissions: [...list] } })
    const isForbidden = async (operation: Operation): Promise<boolean> => {
      const answer = await signedBy(tester, fill(operation, foreignValues))
      expectNoLeak(answer, fill(operation, foreignValues))
      // Some are refused for what they would give away: a role that may do what its maker may not.
      return answer.code === 'forbidden' && answer.text.includes('Your roles do not allow this.')
    }
    for (const permission of permissions) {
      const asking = ofPeople(operations).filter((operation) => operation['x-permission'] === permission)
      await allow(permissions.filter((each) => each !== permission))
      await withEach(asking, async (operation) => {
        expect(await isForbidden(operation), `${operation.operationId} without ${permission}`).toBe(true)
      })
      await allow([permission])
      // Settings are the whole organization's: the rest of this file lives by them.
      const harmless = asking.filter(({ operationId }) => operationId !== 'changeSettings')
      await withEach(harmless, async (operation) => {
        expect(await isForbidden(operation), `${operation.operationId} with ${permission}`).toBe(false)
      })
    }
    tester.close()
  })
})

describe('what is allowed', () => {
  it("works for the auditor, with ids of one's own", async () => {
    const reading = ofPeople(operations).filter(({ method }) => method === 'GET')
    await withEach(reading, async (operation) => {
      const answer = await signedBy(callers.auditor, fill(operation, ownValues))
      expect(answer, operation.operationId).toMatchObject({ status: 200 })
    })
  })

  it("works for the owner, with ids of one's own", async () => {
    const order = ['GET', 'POST', 'PUT', 'PATCH']
    // Previews are of what is there once everything was added.
    const previews = ofPeople(operations).filter(({ path }) => path.startsWith('/v1/previews/'))
    const building = ofPeople(operations).filter((operation) => operation.method !== 'DELETE' && !previews.includes(operation))
    const ending = ofPeople(operations).filter(({ method, parameters }) => method === 'DELETE' && parameters.length > 0)
    // What hangs on others ends first, and what others hang on is deleted last.
    const rank = ({ operationId, parameters }: Operation): number => {
      if (parameters.length > 1 || operationId.startsWith('end')) return 0
      if (operationId.startsWith('revoke')) return 1
      // Who was deleted can still be erased.
      return operationId.startsWith('erase') ? 3 : 2
    }
    const endings = ending.toReversed().toSorted((a, b) => rank(a) - rank(b))
    const built = building.toSorted((a, b) => order.indexOf(a.method) - order.indexOf(b.method))
    const inOrder = [...built, ...previews, ...endings]
    for (const operation of inOrder) {
      const filled = fill(operation, ownValues)
      if (filled.references.length === 0) continue
      const answer = await signedBy(callers.owner, filled)
      expect(answer.code ?? 'done', `${operation.operationId}: ${answer.text}`).not.toMatch(
        /^(forbidden|not_found|invalid_request|internal)$/,
      )
    }
  })
})
