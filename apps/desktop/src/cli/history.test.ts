import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import { spawnProgram } from '@sallyport/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { PROGRAM, runCli } from './testing/run-cli.ts'
import { ORGANIZATION, page, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
const start = async (options: StandInOptions): Promise<StandInAgent> => (agent = await standInAgent(options))
afterEach(async () => {
  await agent?.stop()
  agent = null
})
const ada = sampleUser('ada@example.org')
const listUsers = () => page([ada])
const nothing = () => page([])
const logPage = (rows: readonly object[]) => ({ ...page(rows), tail: 'the newest' })

const auditRow = (index: number, at = Date.now()) => ({
  index,
  leaf: null,
  entry: {
    version: 1,
    id: randomUUID(),
    organization: ORGANIZATION,
    type: 'role.created',
    at,
    actor: { kind: 'user', id: ada.id, device: null, session: null, address: null },
    subject: { kind: 'user', id: ada.id },
    details: { number: `entry ${index}` },
  },
})
const names = {
  listUsers,
  listRoles: nothing,
  listSites: nothing,
  listResources: nothing,
  listCredentials: nothing,
  listGateways: nothing,
}

test('the log names people and things, filtered by what is asked for', async () => {
  const { profile } = await start({
    routes: { ...names, listAuditEntries: () => logPage([auditRow(7, Date.UTC(2026, 10, 22, 8))]) },
  })
  const { stdout } = await runCli(['audit', '--user', 'ada@example.org', '--type', 'role.created', '--since', '2026-11-01'], {
    profile,
  })
  expect(stdout).toContain('7  2026-11-22 08:00:00  role.created  ada@example.org  user ada@example.org  number=entry 7')
  const [asked] = agent!.asked.filter(({ name }) => name === 'listAuditEntries')
  expect(asked?.input).toMatchObject({
    query: { user: ada.id, type: 'role.created', after: '2026-11-01T00:00:00.000Z', limit: 100 },
  })
})

test('an entry of a kind that this version does not know is shown as it is', async () => {
  const { profile } = await start({
    routes: { ...names, listAuditEntries: () => logPage([{ index: 1, leaf: null, entry: { version: 9, news: true } }]) },
  })
  expect((await runCli(['audit'], { profile })).stdout).toContain('{"version":9,"news":true}')
})

test('activity shows statements with their values, and never a redacted one', async () => {
  const clipped = (text: string) => ({ text })
  const row = {
    id: '1',
    at: '2026-11-22T08:00:00.000Z',
    kind: 'query',
    user: ada.id,
    session: randomUUID(),
    device: randomUUID(),
    gateway: randomUUID(),
    lease: randomUUID(),
    connection: randomUUID(),
    resource: randomUUID(),
    credential: randomUUID(),
    failed: true,
    shortened: false,
    activity: {
      kind: 'query',
      at: '2026-11-22T08:00:00.000Z',
      form: 'extended',
      statement: clipped('select $1,\n  $2, $3'),
      binds: [{ form: 'text', value: clipped('one') }, { form: 'null' }, { form: 'redacted' }],
      bindsOmitted: 0,
      durationMs: 1.25,
      rows: 3,
      error: { code: '42P01', message: 'no such table' },
    },
  }
  const { profile } = await start({
    routes: { ...names, listActivity: () => logPage([row]), listMyActivity: () => logPage([]) },
  })
  const { stdout } = await runCli(['activity'], { profile })
  expect(stdout).toContain('select $1,⏎  $2, $3  [one, NULL, [redacted]]     3  1.3  42P01 no such table')
  expect(JSON.parse((await runCli(['activity', '--json'], { profile })).stdout)).toEqual([row])
  expect((await runCli(['activity', '--mine'], { profile })).stdout).toContain('No activity fits.')
})

describe('an export', () => {
  const parts: Readonly<Record<string, object>> = {
    first: { text: 'at,kind\nmorning,query\n', rows: 1, next: 'second' },
    second: { text: 'evening,query\n', rows: 1, next: null },
  }
  const exportActivity = ({ query }: { query: { cursor?: string } }) => parts[query.cursor ?? 'first']
  const asked = () => agent!.asked.filter(({ name }) => name.startsWith('export')).map(({ input }) => input)

  test('is all parts one after the other, narrowed by what is asked for', async () => {
    const { profile } = await start({ routes: { exportActivity } })
    const { stdout } = await runCli(['activity', 'export', '--kind', 'query', '--text', 'orders'], { profile })
    expect(stdout).toBe('at,kind\nmorning,query\nevening,query\n')
    expect(await runCli(['activity', 'export', '--follow'], { profile })).toMatchObject({ code: 2 })
    const query = { kind: 'query', text: 'orders' }
    expect(asked()).toEqual([
      { query, body: { format: 'csv' } },
      { query: { ...query, cursor: 'second' }, body: { format: 'csv' } },
    ])
  })

  test('goes into a new file, that only its owner reads, and into no other', async () => {
    const { profile } = await start({ routes: { exportActivity } })
    const output = join(profile, 'activity.csv')
    const words = ['activity', 'export', '--output', output]
    expect((await runCli(words, { profile })).stdout).toContain(`2 rows in ${output}.`)
    expect(await readFile(output, 'utf8')).toBe('at,kind\nmorning,query\nevening,query\n')
    expect((await stat(output)).mode & 0o777).toBe(0o600)
    expect(await runCli(words, { profile })).toMatchObject({ code: 6 })
  })

  test('leaves no file behind that is not complete', async () => {
    const broken = ({ query }: { query: { cursor?: string } }) => {
      if (query.cursor !== undefined) throw new SallyportError('log_unavailable')
      return parts['first']
    }
    const { profile } = await start({ routes: { exportAuditEntries: broken } })
    const output = join(profile, 'log.jsonl')
    expect(await runCli(['audit', 'export', '--format', 'jsonl', '--output', output], { profile })).toMatchObject({ code: 8 })
    expect(asked()[0]).toMatchObject({ body: { format: 'json-lines' } })
    await expect(stat(output)).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

test('following shows each new row once and old ones not at all, as soon as the agent tells of it', async () => {
  const old = Array.from({ length: 5 }, (_, index) => auditRow(index))
  const rows = [...old]
  const { profile } = await start({
    routes: {
      ...names,
      listAuditEntries: ({ query }: { query: { limit: number } }) => logPage(rows.toReversed().slice(0, query.limit)),
    },
  })
  const program = await spawnProgram({
    command: process.execPath,
    args: [PROGRAM, 'audit', '--follow', '--limit', '1', '--json'],
    env: { ...process.env, SALLYPORT_PROFILE: profile },
  })
  await program.waitForLine(/entry 4/)
  rows.push(auditRow(5), auditRow(6))
  agent!.tell('alerts')
  agent!.tell('audit')
  await program.waitForLine(/entry 6/)
  rows.push(auditRow(7))
  agent!.tell('audit')
  await program.waitForLine(/entry 7/)
  await program.stop()
  expect(program.lines.map((line) => JSON.parse(line).index)).toEqual([4, 5, 6, 7])
})
