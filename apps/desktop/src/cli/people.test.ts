import { randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { supportPermissions } from '@sallyport/protocol/api'
import { makeTemporaryDirectory, type TemporaryDirectory } from '@sallyport/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runCli } from './testing/run-cli.ts'
import { page, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
let directory: TemporaryDirectory
beforeEach(async () => {
  directory = await makeTemporaryDirectory()
})
afterEach(async () => {
  await agent?.stop()
  agent = null
  await directory.remove()
})
const start = async (routes: StandInOptions['routes']): Promise<StandInAgent> => (agent = await standInAgent({ routes: routes! }))
const asked = (name: string): unknown[] => agent!.asked.filter((call) => call.name === name).map(({ input }) => input)

const user = sampleUser('ada@example.org')
const erasure = { user: user.id, erasedAt: '2026-11-22T08:00:00.000Z', finishedAt: null }
const held = {
  user: user.id,
  erasure: null,
  tables: [
    { table: 'access_requests', rows: 2 },
    { table: 'alerts', rows: 0 },
  ],
  lastActivityAt: '2026-11-22T08:00:00.000Z',
}

test('erasing says first how much there is, and is not done unless somebody agrees', async () => {
  const { profile } = await start({
    listUsers: () => page([user]),
    getPersonalData: () => held,
    erasePerson: () => erasure,
  })
  const words = ['admin', 'people', 'erase', 'ada@example.org']
  const alone = await runCli(words, { profile })
  expect(alone.code).toBe(2)
  expect(alone.stderr).toContain('2 access requests')
  expect(alone.stderr).not.toContain('alerts')
  expect(asked('erasePerson')).toEqual([])
  const agreed = await runCli([...words, '--yes'], { profile })
  expect(agreed).toMatchObject({ code: 0 })
  expect(agreed.stdout).toContain('is being deleted')
  expect(asked('erasePerson')).toEqual([{ parameters: { user: user.id } }])
})

test('an export is read to its end into a private file, which must be new', async () => {
  const parts = [
    { text: '{"kind":"data"}\n', rows: 1, next: 'more' },
    { text: '{"kind":"activity"}\n', rows: 1, next: null },
  ]
  const { profile } = await start({
    exportPersonalData: ({ query }: { query: { cursor?: string } }) => parts[query.cursor === 'more' ? 1 : 0],
  })
  const output = join(directory.path, 'ada.jsonl')
  const words = ['admin', 'people', 'export', user.id, '--output', output]
  expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
  expect(await readFile(output, 'utf8')).toBe('{"kind":"data"}\n{"kind":"activity"}\n')
  expect((await stat(output)).mode & 0o077).toBe(0)
  const again = await runCli(words, { profile })
  expect(again.code).not.toBe(0)
  expect(again.stderr).toContain('already')
})

const settings = {
  sessionLifetime: 43_200,
  sessionIdleLimit: 7200,
  leaseLifetime: 300,
  newDevices: 'approve',
  ports: { first: 10_000, last: 19_999 },
  activityRetentionDays: 365,
}
const organization = { id: randomUUID(), slug: 'example', name: 'Example', trustDomain: 'example', settings }
const recipient = `age1${'q'.repeat(58)}`

test('a policy of recording is changed in parts, and what is not a recipient is refused before it is sent', async () => {
  const { profile } = await start({ getSettings: () => organization, changeSettings: () => organization })
  const change = ['admin', 'recording', 'change']
  const words = [...change, '--keep', 'both', '--recipient', recipient, '--keep-kind', 'query=30']
  expect(await runCli(words, { profile })).toMatchObject({ code: 0 })
  expect(asked('changeSettings')).toEqual([
    {
      body: {
        recording: { keep: 'both', binds: 'keep', recipients: [recipient] },
        activityRetentionByKind: { query: 30 },
      },
    },
  ])
  for (const wrong of [
    ['--recipient', 'age1short'],
    ['--keep-kind', 'queries=30'],
    ['--without-recipients', '--recipient', recipient],
    ['--like-organization'],
  ]) {
    expect(await runCli([...change, ...wrong], { profile }), wrong.join(' ')).toMatchObject({ code: 2 })
  }
  expect(asked('changeSettings')).toHaveLength(1)
})

test('support access is opened for minutes, sees how things are set up unless told otherwise, and is ended by its address', async () => {
  const access = {
    id: randomUUID(),
    email: 'sam@vendor.example',
    firstName: 'Sam',
    lastName: 'Example',
    reason: 'ticket 4711',
    permissions: ['settings.read'],
    openedAt: '2026-11-22T08:00:00.000Z',
    openedBy: user.id,
    endsAt: '2026-11-22T12:00:00.000Z',
    endedAt: null,
    endedBy: null,
    lastSignInAt: null,
  }
  const before = { ...access, id: randomUUID(), endedAt: '2026-11-21T12:00:00.000Z' }
  const { profile } = await start({
    listUsers: () => page([user]),
    listSupportAccess: () => page([access, before]),
    openSupportAccess: () => ({ access, invitation: 'the-invitation', link: 'https://api.example/invitation#x' }),
    endSupportAccess: () => ({}),
  })
  const open = [
    'admin',
    'support',
    'open',
    access.email,
    '--first-name',
    'Sam',
    '--last-name',
    'Example',
    '--reason',
    'ticket 4711',
  ]
  const opened = await runCli([...open, '--for', '4h'], { profile })
  expect(opened).toMatchObject({ code: 0 })
  expect(opened.stdout).toContain('sallyport login the-invitation')
  const { email, firstName, lastName, reason } = access
  const person = { email, firstName, lastName, reason }
  expect(asked('openSupportAccess')).toEqual([{ body: { ...person, minutes: 240, permissions: [...supportPermissions] } }])
  const { stdout } = await runCli(['admin', 'support', 'list'], { profile })
  expect(stdout).toMatch(/sam@vendor\.example.*open/)
  const ended = await runCli(['admin', 'support', 'end', access.email, '--yes'], { profile })
  expect(ended).toMatchObject({ code: 0 })
  expect(asked('endSupportAccess')).toEqual([{ parameters: { supportAccess: access.id } }])
})
