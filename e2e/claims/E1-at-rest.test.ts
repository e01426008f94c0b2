/**
 * E1. What people do is encrypted wherever it rests: in the API's database, its write-ahead log too, in spools and recordings of
 * gateways, in what agents keep.
 *
 * The attacker takes every disk: the folders of the API with its database, of the gateway, of every person's agent. They search them
 * for statements, values, names of tables and what a resource answered, in every form in which a text is commonly written. They come
 * when everything was shipped, and when the API is away and the spool is full of what was done since.
 */
import { join } from 'node:path'
import { readdir } from 'node:fs/promises'
import { type Person, Testbed } from '@sallyport/testbed'
import { canary, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allActivity } from '../support/activity.ts'
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
  const client = await connect()
  await run(client, marks)
  await client.end()
  const isThere = async () => {
    const text = JSON.stringify(await allActivity(bed.owner.agent))
    return Object.values(marks).every((mark) => text.includes(mark.text)) && text.includes('connection.closed')
  }
  // Who may read it reads it: what is searched for below was really kept.
  await waitFor(isThere, { description: 'all of it to be kept', timeoutMs: 30_000 })
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
  await waitFor(hasSegments, { description: 'the spool to hold it' })
  expect(await sightings(marks)).toEqual([])
  await client.end()
  await bed.restartApi()
  const isThere = async () => JSON.stringify(await allActivity(bed.owner.agent)).includes(marks.value.text)
  await waitFor(isThere, { description: 'the spool to be shipped', timeoutMs: 30_000 })
  expect(await sightings(marks)).toEqual([])
})
