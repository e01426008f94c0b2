import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { spawnProgram } from '@sallyport/testkit'
import { afterEach, expect, test } from 'vitest'
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
    routes: { ...names, listAuditEntries: () => page([auditRow(7, Date.UTC(2026, 10, 22, 8))]) },
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
    routes: { ...names, listAuditEntries: () => page([{ index: 1, leaf: null, entry: { version: 9, news: true } }]) },
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
  const { profile } = await start({ routes: { ...names, listActivity: () => page([row]) } })
  const { stdout } = await runCli(['activity'], { profile })
  expect(stdout).toContain('select $1,⏎  $2, $3  [one, NULL, [redacted]]     3  1.3  42P01 no such table')
  expect(JSON.parse((await runCli(['activity', '--json'], { profile })).stdout)).toEqual([row])
})

test('following shows each new row once and old ones not at all', async () => {
  const old = Array.from({ length: 5 }, (_, index) => auditRow(index))
  const rows = [...old]
  const { profile } = await start({
    routes: {
      ...names,
      listAuditEntries: ({ query }: { query: { limit: number } }) => page(rows.toReversed().slice(0, query.limit)),
    },
  })
  const program = await spawnProgram({
    command: process.execPath,
    args: [PROGRAM, 'audit', '--follow', '--limit', '1', '--json'],
    env: { ...process.env, SALLYPORT_PROFILE: profile },
  })
  await program.waitForLine(/entry 4/)
  rows.push(auditRow(5), auditRow(6))
  await program.waitForLine(/entry 6/)
  const polls = () => agent!.asked.length
  const before = polls()
  while (polls() === before) await pause(50)
  rows.push(auditRow(7))
  await program.waitForLine(/entry 7/)
  await program.stop()
  expect(program.lines.map((line) => JSON.parse(line).index)).toEqual([4, 5, 6, 7])
})
