/**
 * O5. Only declared personal data is kept; a person's data can be exported, and erased on request without breaking the log's proofs.
 *
 * The attacker is superuser of the API's database after a person was erased, holds an export of the log from before and a backup of
 * the database from before, and looks for the person: their name and address, the reason that somebody typed, the statement that
 * they ran. Starting from the backup must not bring them back. Whoever adds a column must say what it holds.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addRole, type Person, Testbed } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allActivity } from '../support/activity.ts'
import { latestEntries } from '../support/audit.ts'
import { centralSql, withCentralSql } from '../support/central-sql.ts'
import { undeclaredColumns } from '../support/declared-columns.ts'
import { verifyExport } from '../support/export-log.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { sallyport } from '../support/sallyport.ts'
import { tablesWith } from '../support/tables-with.ts'

const unlikely = (what: string): string => `${what}${randomBytes(6).toString('hex')}`
const name = unlikely('zephyrine')
const reason = unlikely('incident')
const statement = unlikely('quicksilver')

let bed: Testbed
let person: Person
let exports = 0

const superuser = (): string => bed.central.database!.url('superuser')
/** On the server of the API's database, while nobody is in that database. */
const onServer = (...statements: readonly string[]): Promise<void> =>
  withCentralSql(superuser().replace(/\/sallyport(?=\?|$)/, '/postgres'), async (client) => {
    for (const text of statements) await client.query(text)
  })

beforeAll(async () => {
  bed = await Testbed.start({ database: 'central' })
  person = await bed.addPerson(name)
  const credential = bed.database.credentials['read-only']!
  await addRole(bed.owner.agent, { users: [person.id], credentials: [credential] })
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await bed.owner.agent.api('createGrant', { body: { user: person.id, credential, expiresAt, reason } })
  await takeOwnPorts(person.agent)
  const client = new pg.Client({ connectionString: await person.agent.url('shop-db/read-only') })
  await client.connect()
  await client.query(`select '${statement}'`)
  await client.end()
  const isKept = async () =>
    (await allActivity(bed.owner.agent, { user: person.id })).some(({ kind }) => kind === 'connection.closed')
  await waitFor(isKept, { description: 'what they did to be kept', timeoutMs: 90_000 })
})
afterAll(() => bed?.stop())

/** By which what is sealed for somebody opens, as far as the database has a part in it. */
const keysOf = (id: string): Promise<unknown[]> =>
  centralSql(superuser(), 'select 1 from users where id = $1 and seed is not null', [id])

/** What the log hands out to whoever verifies it: everything that was hashed. */
const exportedLog = async (): Promise<string> => {
  const file = join(bed.directory, `log-${(exports += 1)}.jsonl`)
  const { code, stderr } = await sallyport(bed.owner.agent, 'admin', 'log', 'export', '--file', file)
  expect(code, stderr).toBe(0)
  return file
}

const exportedPerson = async (): Promise<string> => {
  let [text, cursor] = ['', null as string | null]
  do {
    const query = cursor === null ? {} : { cursor }
    const part = await bed.owner.agent.api('exportPersonalData', { parameters: { user: person.id }, query })
    text += part.text
    cursor = part.next
  } while (cursor !== null)
  return text
}

let before: string

test('every column of the database says whether it holds personal data', async () => {
  expect(await withCentralSql(superuser(), undeclaredColumns)).toEqual([])
})

test('what is held about a person can be handed to them, and of nobody else', async () => {
  const text = await exportedPerson()
  for (const theirs of [name, reason, statement, person.email]) expect(text).toContain(theirs)
  expect(text).not.toContain('owner@acme.example')
  const kinds = text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { kind: string }).kind]))
  expect(new Set(kinds)).toEqual(new Set(['data', 'activity', 'log-entry']))
})

test('in tables they are sealed', async () => {
  for (const theirs of [name, reason, statement, person.email]) expect(await tablesWith(superuser(), theirs), theirs).toEqual([])
  expect(await keysOf(person.id)).toHaveLength(1)
})

test('in the log they are sealed, and whoever may read it reads them', async () => {
  before = await exportedLog()
  const text = await readFile(before, 'utf8')
  for (const theirs of [name, reason, statement]) expect(text).not.toContain(theirs)
  expect(JSON.stringify(await latestEntries(bed.owner.agent))).toContain(name)
  expect(await verifyExport(before)).toEqual({ exitCode: 0, wrong: [] })
})

test('erased, they are in no table and no answer, the log verifies, and is the one of before', async () => {
  await bed.api.stop()
  await onServer('create database backup template sallyport owner sallyport_owner')
  await bed.restartApi()
  const { finishedAt } = await bed.owner.agent.api('erasePerson', { parameters: { user: person.id } })
  expect(finishedAt).not.toBeNull()
  expect(await keysOf(person.id)).toEqual([])
  expect(await allActivity(bed.owner.agent, { user: person.id })).toEqual([])
  expect(JSON.stringify(await bed.owner.agent.api('listGrants', {}))).not.toContain(reason)
  const entries = await latestEntries(bed.owner.agent)
  expect(JSON.stringify(entries)).not.toContain(name)
  // Who it was is gone; that somebody did it is not.
  const theirs = entries.filter(({ actor }) => actor.id === person.id)
  expect(theirs.length).toBeGreaterThan(0)
  expect(theirs.map(({ actor }) => actor.address)).toEqual(theirs.map(() => null))
  expect(await exportedPerson()).not.toContain(name)
  await expect(person.agent.api('getMe')).rejects.toMatchObject({ code: expect.any(String) })

  const after = await exportedLog()
  expect(await verifyExport(after, '--earlier', before)).toEqual({ exitCode: 0, wrong: [] })
})

test('a person who was erased cannot be erased again, and an id of nobody is none', async () => {
  const erase = (user: string) => bed.owner.agent.api('erasePerson', { parameters: { user } })
  await expect(erase(person.id)).rejects.toMatchObject({ code: 'conflict' })
  await expect(erase(bed.site)).rejects.toMatchObject({ code: 'not_found' })
  await expect(erase(bed.owner.id)).rejects.toMatchObject({ code: 'in_use' })
})

/** Rows of what they did, and the key of their part of the log's entries. */
const heldOf = async (id: string): Promise<boolean[]> => {
  const queries = [
    'select 1 from activity where user_id = $1 limit 1',
    'select 1 from person_keys where holder = $1::text and seed is not null',
  ]
  const found = await Promise.all(queries.map((query) => centralSql(superuser(), query, [id])))
  return found.map((rows) => rows.length > 0)
}

test('a backup of before does not bring them back', async () => {
  expect(await heldOf(person.id)).toEqual([false, false])
  await bed.api.stop()
  await onServer('alter database sallyport rename to later', 'alter database backup rename to sallyport')
  expect(await keysOf(person.id)).toHaveLength(1)
  expect(await heldOf(person.id)).toEqual([true, true])
  await bed.restartApi()
  const isGone = async () => (await centralSql(superuser(), 'select 1 from erasures where finished_at is not null')).length === 1
  await waitFor(isGone, { description: 'the ledger to be replayed', timeoutMs: 90_000 })
  expect(await keysOf(person.id)).toEqual([])
  expect(await heldOf(person.id)).toEqual([false, false])
})
