/**
 * L3. Recording is configurable: with the API, at the gateway, or both; encrypted at the gateway or by the API; a tool decrypts with
 * the organization's key.
 *
 * Whoever wants to read what was done without being meant to holds the API's database as its superuser, the gateway's state folder,
 * and every answer of the API. Whoever is meant to holds an identity, and uses the program `age` or `sallyport logs decrypt`. Bind
 * values that were not to be kept are nowhere. What was erased or is past its time is no tampering. Of a kind that is kept for a shorter
 * time nothing is left for whoever has every table, every file, the identity, and knows which numbers its words had.
 */
import { randomBytes } from 'node:crypto'
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { leafHash, openCheckpoint, parseEntryProof, parseNoteKey, verifyInclusion } from '@sallyport/audit-log'
import { type RecordingPolicy, sha256, toBase64url, utf8 } from '@sallyport/protocol'
import { auditEntry } from '@sallyport/protocol/api'
import { addRole, type Person, Testbed } from '@sallyport/testbed'
import { runProgram, skipReason, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allActivity } from '../support/activity.ts'
import { centralSql } from '../support/central-sql.ts'
import { verifyExport, verifyRecordings } from '../support/export-log.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { sallyport } from '../support/sallyport.ts'
import { tablesWith } from '../support/tables-with.ts'

const shownProof = z.object({ entry: z.string(), lines: z.string(), proof: z.string() })

const unlikely = (): string => `quicksilver${randomBytes(8).toString('hex')}`

let bed: Testbed
let person: Person
let role: string
let identityFile: string
let recipient: string
let exports = 0

const record = (recording: RecordingPolicy): Promise<unknown> => bed.owner.agent.api('changeSettings', { body: { recording } })

/** A lease tells how to record: who loses it, and may have it again, asks for a new one. */
const endLeases = async (): Promise<void> => {
  const parameters = { role, user: person.id }
  await bed.owner.agent.api('removeRoleMember', { parameters })
  const isGone = async () => (await person.agent.local.call('credentials', {})).items.length === 0
  await waitFor(isGone, { description: 'the agent to let go of the credential' })
  await bed.owner.agent.api('addRoleMember', { parameters })
}

/** Runs a statement with a value, and returns both, and the row that the log has of it. */
const ask = async (policy: RecordingPolicy) => {
  await record(policy)
  await endLeases()
  const [statement, value] = [unlikely(), unlikely()]
  const known = new Set((await allActivity(bed.owner.agent, { user: person.id })).map(({ id }) => id))
  const client = new pg.Client({ connectionString: await person.agent.url('shop-db/read-only') })
  await client.connect()
  await client.query(`select $1::text as ${statement}`, [value])
  await client.end()
  const row = await waitFor(
    async () => (await allActivity(bed.owner.agent, { user: person.id, kind: 'query' })).find(({ id }) => !known.has(id)),
    { description: 'the statement to be recorded', timeoutMs: 90_000 },
  )
  const isClosed = async () => {
    const rows = await allActivity(bed.owner.agent, { user: person.id })
    return rows.some((each) => each.kind === 'connection.closed' && each.connection === row.connection)
  }
  await waitFor(isClosed, { description: 'the connection to be recorded', timeoutMs: 90_000 })
  return { statement, value, row, stored: row.activity as unknown as { kind: string; recording?: string } }
}

const recordings = (): string => join(bed.gateways[0]!.state, 'recordings')

/** Every file of the gateway's state folder. */
const gatewayFiles = async (): Promise<{ readonly name: string; readonly bytes: Buffer }[]> => {
  const names = await readdir(bed.gateways[0]!.state, { recursive: true, withFileTypes: true })
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const read = async (name: string) => ({ name, bytes: await readFile(name).catch(() => Buffer.alloc(0)) })
  return Promise.all(paths.map(read))
}
const fileOf = async (digest: string): Promise<string | undefined> =>
  (await gatewayFiles()).find(({ name }) => name.endsWith(`${digest}.age`))?.name

/** Nobody reads it who only has the database, the gateway's disk, or the API's answers. */
const expectUnreadable = async (text: string): Promise<void> => {
  for (const { name, bytes } of await gatewayFiles()) expect(bytes.includes(text), name).toBe(false)
  const url = bed.central.database!.url('superuser')
  for (const table of ['activity', 'recordings', 'activity_words', 'audit_entries', 'audit_outbox']) {
    const forms = [text, Buffer.from(text).toString('hex')].map((form) => `t::text ilike '%${form}%'`).join(' or ')
    expect(await centralSql(url, `select 1 from ${table} t where ${forms} limit 1`), table).toEqual([])
  }
  expect(JSON.stringify(await allActivity(bed.owner.agent))).not.toContain(text)
}

const decryptWithAge = async (path: string): Promise<string> =>
  (await runProgram({ command: 'age', args: ['--decrypt', '-i', identityFile, path] })).stdout
const decryptWithOurs = async (named: string): Promise<string> => {
  const { code, stdout, stderr } = await sallyport(bed.owner.agent, 'logs', 'decrypt', named, '--identity', identityFile)
  expect(code, stderr).toBe(0)
  return stdout
}

const reason = skipReason({ programs: ['age', 'age-keygen'] })

describe.skipIf(reason !== null)(`recording (${reason ?? 'runs'})`, () => {
  beforeAll(async () => {
    bed = await Testbed.start({ database: 'central' })
    person = await bed.addPerson('recorded')
    const credential = bed.database.credentials['read-only']!
    role = await addRole(bed.owner.agent, { users: [person.id], credentials: [credential] })
    await takeOwnPorts(person.agent)
    const { stdout } = await runProgram({ command: 'age-keygen', args: [] })
    recipient = /^# public key: (age1\w+)$/m.exec(stdout)![1]!
    identityFile = join(bed.directory, 'identity.txt')
    await writeFile(identityFile, stdout, { mode: 0o600 })
  })
  afterAll(() => bed?.stop())

  test('with the API, encrypted by the API, it is read by who may read activity', async () => {
    const { statement, value, stored } = await ask({ keep: 'api', binds: 'keep', recipients: [] })
    expect(stored.kind).toBe('query')
    expect(JSON.stringify(stored)).toContain(statement)
    expect(JSON.stringify(stored)).toContain(value)
  })

  test('one call leads from a record to a signed head: the lines that its gateway signed, their entry, the proof of that', async () => {
    const { statement, row } = await ask({ keep: 'api', binds: 'keep', recipients: [] })
    const proven = await waitFor(
      async () => {
        const { code, stdout } = await sallyport(bed.owner.agent, 'activity', 'prove', row.id, '--json')
        return code === 0 ? (shownProof.safeParse(JSON.parse(stdout)).data ?? null) : null
      },
      { description: 'the record to be in the signed log', timeoutMs: 90_000 },
    )
    const line = proven.lines.split('\n').find((text) => text.startsWith(`{"number":${row.id.split('-').at(-1)},`))
    expect(line).toContain(statement)
    const { details } = auditEntry.parse(JSON.parse(proven.entry))
    expect(toBase64url(await sha256(utf8(proven.lines)))).toBe(details['digest'])
    const { index, proof, checkpoint } = parseEntryProof(proven.proof)
    const { keys } = await bed.owner.agent.api('getLog', {})
    const { size, root } = openCheckpoint(checkpoint, keys.map(parseNoteKey))
    expect(verifyInclusion({ index, size, leaf: leafHash(utf8(proven.entry)), root, proof })).toBe(true)
    expect(verifyInclusion({ index, size, leaf: leafHash(utf8(`${proven.entry} `)), root, proof })).toBe(false)
  })

  test('with the API, encrypted at the gateway, only an identity reads it: by sallyport, and by age', async () => {
    const { statement, stored } = await ask({ keep: 'api', binds: 'keep', recipients: [recipient] })
    expect(stored.kind).toBe('sealed')
    await expectUnreadable(statement)
    expect(await decryptWithOurs(stored.recording!)).toContain(statement)
    const { items } = await bed.owner.agent.api('listRecordings', { query: { digest: stored.recording } })
    const bytes = Buffer.from(items[0]!.body!, 'base64url')
    expect(toBase64url(await sha256(bytes))).toBe(stored.recording)
    const file = join(bed.directory, 'from-the-api.age')
    await writeFile(file, bytes)
    expect(await decryptWithAge(file)).toContain(statement)
    await waitFor(async () => (await fileOf(stored.recording!)) === undefined, { description: 'the gateway to let go of it' })
  })

  test('at the gateway, the API has that something was done, and the gateway a file that only an identity reads', async () => {
    const { statement, row, stored } = await ask({ keep: 'gateway', binds: 'keep', recipients: [recipient] })
    expect(row).toMatchObject({ kind: 'query', failed: false, user: person.id })
    await expectUnreadable(statement)
    const { items } = await bed.owner.agent.api('listRecordings', { query: { digest: stored.recording } })
    expect(items).toMatchObject([{ kept: 'gateway', body: null }])
    const path = (await fileOf(stored.recording!))!
    expect(await decryptWithAge(path)).toContain(statement)
    expect(await decryptWithOurs(path)).toContain(statement)
  })

  test('with both, both have it; a wrong identity reads neither', async () => {
    const { statement, stored } = await ask({ keep: 'both', binds: 'keep', recipients: [recipient] })
    await expectUnreadable(statement)
    expect(await decryptWithOurs(stored.recording!)).toContain(statement)
    expect(await decryptWithAge((await fileOf(stored.recording!))!)).toContain(statement)
    const { stdout: another } = await runProgram({ command: 'age-keygen', args: [] })
    const wrong = join(bed.directory, 'wrong.txt')
    await writeFile(wrong, another, { mode: 0o600 })
    const refused = await sallyport(bed.owner.agent, 'logs', 'decrypt', stored.recording!, '--identity', wrong)
    expect(refused.code).not.toBe(0)
    expect(refused.stdout).toBe('')
  })

  test('bind values are hashed or dropped before anything is written, and a resource may say otherwise than the organization', async () => {
    const hashed = await ask({ keep: 'api', binds: 'hash', recipients: [] })
    expect(hashed.row.activity).toMatchObject({ binds: [{ form: 'hashed' }] })
    await expectUnreadable(hashed.value)
    const dropped = await ask({ keep: 'api', binds: 'drop', recipients: [] })
    expect(dropped.row.activity).toMatchObject({ binds: [{ form: 'dropped' }] })
    await expectUnreadable(dropped.value)
    const resource = bed.database.resource
    const { options } = await bed.owner.agent.api('getResource', { parameters: { resource } })
    const own = { keep: 'api', binds: 'keep', recipients: [] } satisfies RecordingPolicy
    await bed.owner.agent.api('changeResource', { parameters: { resource }, body: { options: { ...options, recording: own } } })
    const kept = await ask({ keep: 'api', binds: 'drop', recipients: [] })
    expect(JSON.stringify(kept.row.activity)).toContain(kept.value)
    await bed.owner.agent.api('changeResource', { parameters: { resource }, body: { options: { ...options, recording: null } } })
  })

  test('what the gateway would keep is encrypted: a policy without recipients is refused', async () => {
    for (const keep of ['gateway', 'both'] as const) {
      await expect(record({ keep, binds: 'keep', recipients: [] })).rejects.toMatchObject({ code: 'invalid_request' })
    }
  })

  const exported = async (): Promise<string> => {
    const file = join(bed.directory, `log-${(exports += 1)}.jsonl`)
    const { code, stderr } = await sallyport(bed.owner.agent, 'admin', 'log', 'export', '--file', file)
    expect(code, stderr).toBe(0)
    return file
  }
  const verified = async () => (await verifyExport(await exported(), '--recordings', recordings())).wrong

  test('the verifier holds what the gateway keeps against the log; a change is named, and an erasure is none', async () => {
    const { stored } = await ask({ keep: 'gateway', binds: 'keep', recipients: [recipient] })
    const path = (await fileOf(stored.recording!))!
    expect(await verified()).toEqual([])
    const honest = await readFile(path)
    const changed = Buffer.from(honest)
    changed[changed.length - 1]! ^= 1
    await writeFile(path, changed)
    expect(await verified()).toEqual([expect.stringMatching(/^recording-changed \d+$/)])
    await writeFile(path, honest)

    await bed.owner.agent.api('erasePerson', { parameters: { user: person.id } })
    await waitFor(async () => (await fileOf(stored.recording!)) === undefined, { description: 'the gateway to remove it' })
    expect(await verified()).toEqual([])
    const { items } = await bed.owner.agent.api('listRecordings', { query: { user: person.id } })
    expect(items).toEqual([])
  })

  const HOURS = 3_600_000
  /** More than a day, and the hour in which it ends. */
  const LATER = 26 * HOURS

  /** What is told to Node, for its clock to be so much later. */
  const clockLater = async (): Promise<Record<string, string>> => {
    const file = join(bed.directory, 'later.mjs')
    const source = `
      const Then = Date
      globalThis.Date = class extends Then {
        constructor(...parts) { if (parts.length === 0) super(Then.now() + ${LATER}); else super(...parts) }
        static now() { return Then.now() + ${LATER} }
      }`
    await writeFile(file, source)
    return { NODE_OPTIONS: `--import=${pathToFileURL(file).href}` }
  }

  /** What a tool of this name asks: the rows of both, once the connection is recorded as closed. */
  const askAs = async (credential: string) => {
    const [statement, tool] = [unlikely(), unlikely()]
    const url = await bed.owner.agent.url(`shop-db/${credential}`, `sslmode=disable&application_name=${tool}`)
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query(`select 1 as ${statement}`)
    await client.end()
    const credentialId = bed.database.credentials[credential]!
    const rows = await waitFor(
      async () => {
        const all = await allActivity(bed.owner.agent, { user: bed.owner.id, credential: credentialId })
        return all.some(({ kind }) => kind === 'connection.closed') ? all : null
      },
      { description: 'the connection to be recorded', timeoutMs: 90_000 },
    )
    const of = (kind: string) => rows.find((row) => row.kind === kind)!
    return { statement, tool, query: of('query'), opened: of('connection.opened') }
  }

  /** Numbers of the words of one record, which whoever reads the tables sees. */
  const wordsOf = async ({ id }: { readonly id: string }): Promise<string[]> => {
    const [stream, number] = [id.slice(0, 36), id.slice(37)]
    const found = await centralSql<{ word: string }>(
      bed.central.database!.url('superuser'),
      'select word from activity_words where stream = $1 and $2 = any(numbers)',
      [stream, number],
    )
    return found.map(({ word }) => word)
  }

  const signIn = async (): Promise<unknown> => {
    const { agent, email, password } = bed.owner
    return agent.local.call('signIn', { email, password }).catch(() => null)
  }

  const isQuery = ({ name }: { readonly name: string }): boolean => name.includes('/query/') && name.endsWith('.age')
  const ageFiles = async () => (await gatewayFiles()).filter(({ name }) => name.endsWith('.age'))
  const recordingOf = ({ activity }: { readonly activity: unknown }): string =>
    z.object({ recording: z.string() }).parse(activity).recording

  test('of a kind whose time is over nothing is left, with the API and at the gateway, and other kinds stay', async () => {
    const superuser = bed.central.database!.url('superuser')
    const { owner } = bed
    await owner.agent.api('changeSettings', { body: { activityRetentionByKind: { query: 1 } } })
    await takeOwnPorts(owner.agent)
    await record({ keep: 'api', binds: 'keep', recipients: [] })
    const plain = await askAs('read-write')
    await record({ keep: 'both', binds: 'keep', recipients: [recipient] })
    const sealed = await askAs('owner')
    const [words, others] = [await wordsOf(plain.query), await wordsOf(plain.opened)]
    const ofStatement = words.filter((word) => !others.includes(word))
    const files = { query: recordingOf(sealed.query), opened: recordingOf(sealed.opened) }
    // The search finds it while it is there.
    for (const word of [...ofStatement, ...others]) expect(await tablesWith(superuser, word)).toContain('activity_words')
    for (const file of Object.values(files)) expect(await tablesWith(superuser, file)).toEqual(['recordings'])
    expect(ofStatement.length * others.length).toBeGreaterThan(0)
    expect((await ageFiles()).filter(isQuery).map(({ name }) => basename(name))).toEqual([`${files.query}.age`])
    expect(await decryptWithOurs(files.query)).toContain(sealed.statement)

    await bed.gateways.at(-1)!.stop()
    await bed.api.stop()
    await bed.restartApi(await clockLater())
    const isOver = async (): Promise<boolean> => {
      const left = await centralSql(superuser, `select 1 from activity where kind = 'query' limit 1`)
      const later = new Date(Date.now() + LATER - HOURS)
      const told = await centralSql(superuser, 'select 1 from audit_entries where at > $1 limit 1', [later])
      return left.length === 0 && told.length > 0
    }
    await waitFor(isOver, { description: 'a day to have passed for the API and its log', timeoutMs: 90_000 })
    await bed.api.stop()
    for (const { name } of await ageFiles()) await utimes(name, (Date.now() - LATER) / 1000, (Date.now() - LATER) / 1000)
    await bed.restartApi()
    await bed.restartGateway(bed.gateways[0]!)
    await waitFor(async () => !(await ageFiles()).some(isQuery), { description: 'a day to have passed for the gateway' })
    await waitFor(async () => (await signIn()) !== null, { description: 'the owner to be signed in again' })

    for (const text of [...ofStatement, files.query]) expect(await tablesWith(superuser, text), text).toEqual([])
    for (const word of others) expect(await tablesWith(superuser, word)).toContain('activity_words')
    for (const { name } of await ageFiles()) expect(await decryptWithAge(name), name).not.toContain(sealed.statement)
    // What was shipped is not in the spool either, whose key lies beside it.
    expect((await gatewayFiles()).filter(({ name }) => name.endsWith('.spool'))).toEqual([])
    expect(await allActivity(owner.agent, { kind: 'query' })).toEqual([])
    expect(await allActivity(owner.agent, { text: plain.statement })).toEqual([])
    expect((await allActivity(owner.agent, { text: plain.tool })).map(({ id }) => id)).toEqual([plain.opened.id])
    expect(await decryptWithOurs(files.opened)).toContain(sealed.tool)
    const { code } = await sallyport(owner.agent, 'logs', 'decrypt', files.query, '--identity', identityFile)
    expect(code).not.toBe(0)
    const { removedByPolicy, ...rest } = await verifyRecordings(await exported(), recordings())
    expect(rest).toMatchObject({ exitCode: 0, wrong: [] })
    expect(removedByPolicy).toBeGreaterThan(0)
  })
})
