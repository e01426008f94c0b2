/**
 * A2. A call cannot be replayed.
 *
 * The attacker has recorded whole calls, signatures included, and sends them again: at once, many at a time, to another
 * replica, after the API was killed (its database with it) and started again, after the time in which a call is good; to
 * another deployment; or puts together the signatures of two calls. A call is carried out once, where it was meant to be.
 */
import { randomBytes } from 'node:crypto'
import type { HttpCall } from '@sallyport/protocol'
import { type Api, Central } from '@sallyport/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { addNewcomer } from '../support/newcomer.ts'
import { RawClient } from '../support/raw-client.ts'

/** One with a database beside it and two replicas; one with its own database. */
let central: Central
let replica: Api
let embedded: Central
let owner: RawClient
let embeddedOwner: RawClient

/** A call that could be carried out any number of times: only the nonce stands against it. */
const invite = async (client: RawClient): Promise<HttpCall> =>
  client.sign('createInvitation', { parameters: { user: (await newUser(client)).id } }, { presence: await client.presence() })
const newUser = (client: RawClient) =>
  client.call('createUser', {
    body: { email: `${randomBytes(6).toString('hex')}@acme.example`, firstName: 'New', lastName: 'User' },
  })

beforeAll(async () => {
  ;[central, embedded] = await Promise.all([Central.start({ database: 'central' }), Central.start()])
  replica = await central.addReplica()
  owner = await RawClient.enrol(central.invitation)
  embeddedOwner = await RawClient.enrol(embedded.invitation)
})
afterAll(async () => {
  owner?.close()
  embeddedOwner?.close()
  await Promise.all([central?.stop(), embedded?.stop()])
})

describe('a call that was recorded', () => {
  it('is refused when it is sent again at once', async () => {
    const call = await invite(owner)
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
    expect(await owner.sendRaw(call)).toMatchObject({ code: 'replayed', status: 401 })
  })

  it('is carried out once when many send it at the same time, to both replicas', async () => {
    const call = await invite(owner)
    const targets = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? undefined : replica.origin))
    const codes = (await Promise.all(targets.map((to) => owner.sendRaw(call, to)))).map(({ code }) => code)
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(codes.filter((code) => code === 'replayed')).toHaveLength(11)
  })

  it('is refused by another replica, which takes a call of its own', async () => {
    const call = await invite(owner)
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
    expect(await owner.sendRaw(call, replica.origin)).toMatchObject({ code: 'replayed' })
    expect(await owner.sendRaw(await invite(owner), replica.origin)).toMatchObject({ code: null })
  })

  it('is refused when only its fields that nobody signed are others', async () => {
    const call = await invite(owner)
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
    const disguised = {
      ...call,
      fields: { ...call.fields, 'accept': '*/*', 'user-agent': 'another', 'x-forwarded-for': '192.0.2.1' },
    }
    expect(await owner.sendRaw(disguised)).toMatchObject({ code: 'replayed' })
  })

  it('is refused when it is signed anew with the nonce of before', async () => {
    const nonce = randomBytes(16)
    expect(await owner.attempt('listRoles', {}, { nonce })).toMatchObject({ code: null })
    expect(await owner.attempt('listUsers', {}, { nonce })).toMatchObject({ code: 'replayed' })
  })

  it('was spent also when it was refused after its signatures were found good', async () => {
    const member = await addNewcomer(owner, 'member', { roles: ['member'] })
    const call = await member.sign('listUsers')
    expect(await member.sendRaw(call)).toMatchObject({ code: 'forbidden' })
    expect(await member.sendRaw(call)).toMatchObject({ code: 'replayed' })
    member.close()
  })

  it('is refused after the API and its database were killed and started again', async () => {
    const call = await invite(embeddedOwner)
    const unsent = await invite(embeddedOwner)
    expect(await embeddedOwner.sendRaw(call)).toMatchObject({ code: null })
    embedded.api.program.kill('SIGKILL')
    await embedded.api.program.exited
    await embedded.restart()
    expect(await embeddedOwner.sendRaw(call)).toMatchObject({ code: 'replayed' })
    // Not because nothing of before is taken any more.
    expect(await embeddedOwner.sendRaw(unsent)).toMatchObject({ code: null })
  })

  it('is refused once its time is over, and within its time however old it is', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const old = await owner.sign('listRoles', {}, { created: seconds - 20 })
    expect(await owner.sendRaw(old)).toMatchObject({ code: null })
    expect(await owner.sendRaw(old)).toMatchObject({ code: 'replayed' })
    expect(await owner.attempt('listRoles', {}, { created: seconds - 90 })).toMatchObject({ code: 'signature_expired' })
    // Of a clock that is ahead: it is good for longer, and is remembered for as long.
    const early = await owner.sign('listRoles', {}, { created: seconds + 45 })
    expect(await owner.sendRaw(early)).toMatchObject({ code: null })
    const kept = await rememberedUntil(early)
    expect(kept).toBeGreaterThanOrEqual((seconds + 45 + 60) * 1000)
  })
})

/** When the nonce of a call may be forgotten, in milliseconds since 1970. */
const rememberedUntil = async (call: HttpCall): Promise<number> => {
  const nonce = /nonce="([^"]+)"/.exec(call.fields['signature-input']!)![1]!
  const select = 'select expires_at from nonces where nonce = $1'
  const [row] = await centralSql<{ expires_at: Date }>(central.database!.url('superuser'), select, [nonce])
  return row!.expires_at.getTime()
}

describe('a call that is relayed to another deployment', () => {
  it('is refused by one that is reached by another origin, though it knows keys and sign-in', async () => {
    const origin = 'https://api.other.example'
    const elsewhere = await central.addReplica({ SALLYPORT_PUBLIC_ORIGIN: origin })
    const call = await invite(owner)
    expect(await owner.sendRaw(call, elsewhere.origin)).toMatchObject({ code: 'signature_invalid' })
    // Whoever it is meant for takes it, and a Host field decides nothing.
    const claimed = { ...call, fields: { ...call.fields, host: new URL(central.api.origin).host } }
    expect(await owner.sendRaw(claimed, elsewhere.origin)).toMatchObject({ code: 'signature_invalid' })
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
    const meant = await owner.sign('getMe', {}, { alter: (made) => ({ ...made, targetUri: `${origin}/v1/me` }) })
    expect(await owner.sendRaw(meant, elsewhere.origin)).toMatchObject({ code: null })
  })

  it('is refused by one that knows nobody of it', async () => {
    const call = await owner.sign('getMe')
    expect(await embeddedOwner.sendRaw(call, embedded.api.origin)).toMatchObject({ code: 'signature_invalid' })
    expect(await owner.sendRaw(call)).toMatchObject({ code: null })
  })
})

describe('signatures of two calls put together', () => {
  const split = (field: string): string[] => field.split(/, (?=session=)/)
  const splice = (first: HttpCall, second: HttpCall): HttpCall => ({
    ...first,
    fields: {
      ...first.fields,
      ...Object.fromEntries(
        ['signature', 'signature-input'].map((name) => [
          name,
          `${split(first.fields[name]!)[0]}, ${split(second.fields[name]!)[1]}`,
        ]),
      ),
    },
  })

  it('are refused, whichever call they are put on', async () => {
    const [first, second] = [await invite(owner), await invite(owner)]
    for (const call of [splice(first, second), splice(second, first)]) {
      expect(await owner.sendRaw(call)).toMatchObject({ code: 'signature_invalid' })
    }
    expect(await owner.sendRaw(splice(first, first))).toMatchObject({ code: null })
  })

  it('are refused also for the same request, at the same time, with the same nonce', async () => {
    const { id } = await newUser(owner)
    const presence = await owner.presence()
    const parts = { presence, nonce: randomBytes(16), created: Math.floor(Date.now() / 1000) }
    const make = (): Promise<HttpCall> => owner.sign('createInvitation', { parameters: { user: id } }, parts)
    // ECDSA is randomised: the two differ in their signatures alone.
    const [first, second] = [await make(), await make()]
    expect(await owner.sendRaw(splice(first, second))).toMatchObject({ code: 'signature_invalid' })
    expect(await owner.sendRaw(first)).toMatchObject({ code: null })
    expect(await owner.sendRaw(second)).toMatchObject({ code: 'replayed' })
  })
})
