import { randomUUID } from 'node:crypto'
import { decodeInvitation, utf8 } from '@sallyport/protocol'
import { type Route, routes } from '@sallyport/protocol/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest } from '../testing/api-under-test.ts'
import { codeOf, makePerson, type Person, sendRaw } from '../testing/person.ts'

let api: ApiUnderTest
let owner: Person
let member: Person
let user: { readonly id: string }
beforeAll(async () => {
  api = await apiUnderTest()
  owner = makePerson(api)
  member = makePerson(api)
  await owner.accept(api.invitation.code)
  user = await owner.client.call('createUser', { body: { email: 'm@acme.test', firstName: 'M', lastName: 'M' } })
  const { invitation } = await owner.client.call('createInvitation', { parameters: { user: user.id } })
  await member.accept(decodeInvitation(invitation).code)
})
afterAll(async () => {
  owner.close()
  member.close()
  await api.stop()
})

const table = Object.entries(routes as Readonly<Record<string, Route>>)
const guarded = table.filter(([, route]) => route.permission !== null)

/** Parameters that fit, of things that do not exist; a body that fits nothing. */
const callOf = (person: Person, route: Route) =>
  person.sign({
    path: route.path.replaceAll(/\{\w+\}/g, () => randomUUID()),
    method: route.method,
    ...(route.body ? { body: utf8('{}'), fields: { 'content-type': 'application/json' } } : {}),
  })

describe('somebody without a role', () => {
  it.each(guarded)('may not call %s', async (_name, route) => {
    expect(await sendRaw(member, await callOf(member, route))).toBe('forbidden')
  })

  it('is let in as soon as a role allows it, and out again as soon as none does', async () => {
    const role = await owner.client.call('createRole', { body: { name: 'readers', permissions: ['users.read'] } })
    const parameters = { role: role.id, user: user.id }
    await owner.client.call('addRoleMember', { parameters })
    expect(await codeOf(member.client.call('listUsers', {}))).toBe('accepted')
    expect(
      await codeOf(member.client.call('createUser', { body: { email: 'x@acme.test', firstName: 'X', lastName: 'X' } })),
    ).toBe('forbidden')
    await owner.client.call('removeRoleMember', { parameters })
    expect(await codeOf(member.client.call('listUsers', {}))).toBe('forbidden')
  })
})

describe('somebody who may do everything', () => {
  it.each(guarded)('is told %s of what does not exist, never of something else', async (_name, route) => {
    expect(await sendRaw(owner, await callOf(owner, route))).toMatch(/^(accepted|not_found|invalid_request|conflict)$/)
  })
})
