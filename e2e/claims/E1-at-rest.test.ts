/**
 * E1. What people do and who they are is encrypted wherever it rests: in the API's database, its write-ahead log too, in spools and recordings of
 * gateways, in what agents keep.
 *
 * The attacker takes every disk: the folders of the API with its database, of the gateway, of every person's agent. They search them
 * for statements, values, names of tables and what a resource answered, for what people and their computers are called, their
 * addresses and what they typed, in every form in which a text is commonly written. They come when everything was shipped, and when
 * the API is away and the spool is full of what was done since.
 */
import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import { type Person, Testbed } from '@sallyport/testbed'
import { canary, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allActivity } from '../support/activity.ts'
import { accessRuleTerms } from '../support/ask-for-access.ts'
import { latestEntries } from '../support/audit.ts'
import { takeOwnPorts } from '../support/own-ports.ts'

let bed: Testbed
let person: Person
beforeAll(async () => {
  bed = await Testbed.start()
  person = bed.owner
  await takeOwnPorts(person.agent)
})
afterAll(() => bed?.stop())

const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: await person.agent.url('shop-db/read-write') })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** A statement with a value, a name and an error in it, each to be found nowhere. */
const marked = () => ({ value: canary(), name: canary(), failure: canary() })

const run = async (client: pg.Client, { value, name, failure }: ReturnType<typeof marked>): Promise<void> => {
  await client.query(`select $1::text as "${name.text}"`, [value.text])
  await expect(client.query(`select * from "${failure.text}"`)).rejects.toMatchObject({ code: '42P01' })
}

/** Below the folder of everything that runs here but the resource itself. */
const sightings = async (marks: ReturnType<typeof marked>) => {
  const found = []
  for (const mark of Object.values(marks)) found.push(...(await mark.searchDirectory(bed.directory)))
  return found
}

test('after everything was shipped, nothing of it is readable on any disk', async () => {
  const marks = marked()
  // What is in clear there, as names of sites are, is found: the search reaches the files of the database.
  const control = canary()
  await bed.owner.agent.api('createSite', { body: { name: control.text } })
  expect(await control.searchDirectory(bed.directory)).not.toEqual([])
  const client = await connect()
  await run(client, marks)
  await client.end()
  const isThere = async () => {
    const text = JSON.stringify(await allActivity(bed.owner.agent))
    return Object.values(marks).every((mark) => text.includes(mark.text)) && text.includes('connection.closed')
  }
  // Who may read it reads it: what is searched for below was really kept.
  await waitFor(isThere, { description: 'all of it to be kept', timeoutMs: 90_000 })
  expect(await sightings(marks)).toEqual([])
})

test('while the API is away, nothing of it is readable in the spool either', async () => {
  const marks = marked()
  const client = await connect()
  await client.query('select 1')
  await bed.api.stop()
  await run(client, marks)
  const spool = join(bed.gateways[0]!.state, 'spool')
  const hasSegments = async () => (await readdir(spool)).length > 1
  await waitFor(hasSegments, { description: 'the spool to hold it', timeoutMs: 90_000 })
  expect(await sightings(marks)).toEqual([])
  await client.end()
  await bed.restartApi()
  const isThere = async () => JSON.stringify(await allActivity(bed.owner.agent)).includes(marks.value.text)
  await waitFor(isThere, { description: 'the spool to be shipped', timeoutMs: 90_000 })
  expect(await sightings(marks)).toEqual([])
})

test('who people are, what their computers are called and what they typed is readable on no disk either', async () => {
  const { owner } = bed
  const mark = canary()
  const names = ['email', 'first', 'last', 'computer', 'granted-for', 'asked-for', 'refused-for'] as const
  /** All of them are found by what they begin with. */
  const called = (name: (typeof names)[number]): string => `${mark.text}-${name}`
  const body = { email: `${called('email')}@acme.example`, firstName: called('first'), lastName: called('last'), roles: [] }
  const { id: user } = await owner.agent.api('createUser', { body })
  const { invitation } = await owner.agent.api('createInvitation', { parameters: { user } })
  const agent = await bed.startAgent(join(bed.directory, 'profile-of-somebody'))
  await agent.local.call('enrol', { invitation, password: canary().text, deviceName: called('computer') })
  const [granted, asked] = [bed.database.credentials['read-only']!, bed.database.credentials.owner!]
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await owner.agent.api('createGrant', { body: { user, credential: granted, expiresAt, reason: called('granted-for') } })
  const terms = accessRuleTerms({ name: 'asked', credential: asked, responder: owner.id, decider: owner.id })
  await owner.agent.api('createAccessRule', { body: terms })
  const request = { credential: asked, reason: called('asked-for'), duration: 3600 }
  const { id } = await agent.api('createAccessRequest', { body: request })
  await owner.agent.api('refuseAccessRequest', { parameters: { accessRequest: id }, body: { note: called('refused-for') } })

  // Who may read it reads it: what is searched for below was really kept, and was written to the log.
  const kept = JSON.stringify([
    await owner.agent.api('listUsers', {}),
    await owner.agent.api('listDevices', {}),
    await owner.agent.api('listGrants', {}),
    await owner.agent.api('listAccessRequests', {}),
  ])
  const entries = JSON.stringify(await latestEntries(owner.agent))
  for (const name of names) expect(kept).toContain(called(name))
  for (const name of ['first', 'computer', 'refused-for'] as const) expect(entries).toContain(called(name))
  expect(await mark.searchDirectory(bed.directory)).toEqual([])
})
