import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { devNull } from 'node:os'
import { SallyportError } from '@sallyport/protocol'
import { runProgram } from '@sallyport/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { LAUNCHER, runCli, runOnTerminal, terminalSkipReason } from './testing/run-cli.ts'
import { page, sampleConnection, sampleCredential, sampleStatus, sampleUser } from './testing/samples.ts'
import { type StandInAgent, standInAgent, type StandInOptions } from './testing/stand-in-agent.ts'

let agent: StandInAgent | null = null
const start = async (options: StandInOptions): Promise<StandInAgent> => (agent = await standInAgent(options))
afterEach(async () => {
  await agent?.stop()
  agent = null
})

const grantedUntil = (expiresAt: string) => {
  const credential = sampleCredential('shop-db/read-write', { port: 15_002, listener: { state: 'off' } })
  return { ...credential, granted: { ...credential.granted, through: [{ kind: 'grant' as const, id: randomUUID(), expiresAt }] } }
}

describe('what is granted', () => {
  test('is a table for people, with aligned columns and no colours in a pipe', async () => {
    const { profile } = await start({
      methods: {
        credentials: () => ({
          items: [grantedUntil('2036-01-02T03:04:05.000Z'), sampleCredential('shop-db/read-only', { connections: 3 })],
        }),
      },
    })
    const { stdout, stderr, code } = await runCli(['ls'], { profile })
    expect(stderr).toBe('')
    expect(stdout).toBe(
      [
        'NAME                PROTOCOL    ADDRESS          STATE      THROUGH     UNTIL                OPEN',
        'shop-db/read-only   postgresql  127.0.0.1:15001  listening  Developers  -                       3',
        'shop-db/read-write  postgresql  127.0.0.1:15002  off        grant       2036-01-02 03:04:05     0',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
  })

  test('is a list of objects for programs', async () => {
    const { profile } = await start({ methods: { credentials: () => ({ items: [grantedUntil('2036-01-02T03:04:05.000Z')] }) } })
    const { stdout } = await runCli(['ls', '--json'], { profile })
    expect(JSON.parse(stdout)).toMatchObject([
      {
        name: 'shop-db/read-write',
        protocol: 'postgresql',
        host: '127.0.0.1',
        port: 15_002,
        state: 'off',
        connections: 0,
        user: 'shop_read_write',
        databases: ['shop'],
        accessUntil: '2036-01-02T03:04:05.000Z',
      },
    ])
  })

  test('says what to do when there is nothing, and is an empty list for programs', async () => {
    const { profile } = await start({ methods: { credentials: () => ({ items: [] }) } })
    expect((await runCli(['ls'], { profile })).stdout).toContain('Ask an administrator for access')
    expect(JSON.parse((await runCli(['ls', '--json'], { profile })).stdout)).toEqual([])
  })
})

test('what keeps tools from connecting is said beside the list', async () => {
  const failure = { code: 'resource_unreachable', message: 'The resource does not answer.', at: '2026-11-22T08:00:00.000Z' }
  const items = [
    sampleCredential('shop-db/read-only', { listener: { state: 'port-taken', owner: '/usr/sbin/nginx (12)' } }),
    sampleCredential('shop-db/read-write', { lastError: failure }),
  ]
  const { profile } = await start({ methods: { credentials: () => ({ items }) } })
  const { stdout, stderr } = await runCli(['ls'], { profile })
  expect(stdout).toContain('port taken')
  expect(stderr).toContain(
    'used by /usr/sbin/nginx (12). End that program, or choose another port: sallyport port shop-db/read-only <port>',
  )
  expect(stderr).toContain('shop-db/read-write: the last connection failed: The resource does not answer. (resource_unreachable)')
})

describe('on a terminal', () => {
  const skip = terminalSkipReason()
  const methods = { credentials: () => ({ items: [sampleCredential('shop-db/read-only')] }) }

  test.skipIf(skip)('states have colours', async () => {
    const { profile } = await start({ methods })
    const run = runOnTerminal(['ls'], { profile, columns: 200 })
    expect(await run.exited).toBe(0)
    expect(run.shown).toContain('\u001b[32mlistening\u001b[39m')
  })

  test.skipIf(skip)('nothing has colours with --no-color, or NO_COLOR in the environment', async () => {
    const { profile } = await start({ methods })
    for (const run of [
      runOnTerminal(['ls', '--no-color'], { profile }),
      runOnTerminal(['ls'], { profile, env: { NO_COLOR: '1' } }),
    ]) {
      await run.exited
      expect(run.shown).toContain('listening')
      // Only the spinner moves the cursor, on stderr.
      // oxlint-disable-next-line no-control-regex -- the beginning of a colour
      expect(run.shown).not.toMatch(/\u001b\[\d+m/)
    }
  })

  test.skipIf(skip)('tables are cut to its width in the column that may be', async () => {
    const name = 'a role with a very long name that nobody reads to the end'
    const credential = sampleCredential('shop-db/read-only')
    const through = [{ kind: 'role' as const, id: randomUUID(), name }]
    const items = [{ ...credential, granted: { ...credential.granted, through } }]
    const { profile } = await start({ methods: { credentials: () => ({ items }) } })
    const run = runOnTerminal(['ls', '--no-color'], { profile, columns: 95 })
    await run.exited
    const lines = run.shown.split(/\r?\n/)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(95)
    expect(run.shown).toContain('a role with a ve')
    expect(run.shown).toContain('…')
  })
})

test('what other people wrote cannot move the cursor or turn the text around', async () => {
  const description = '\u001b[31mred \u202e\u009b2J'
  const role = { id: randomUUID(), name: 'Developers', description, builtIn: false, permissions: [], users: [], credentials: [] }
  const { profile } = await start({ routes: { listRoles: () => page([role]) } })
  const { stdout } = await runCli(['admin', 'roles', 'list'], { profile })
  expect(stdout).toContain('\\u001b[31mred \\u202e\\u009b2J')
  expect(stdout).not.toContain('\u001b')
})

test('connections show who opened them and how much went through', async () => {
  const id = randomUUID()
  const { profile } = await start({ methods: { connections: () => ({ items: [sampleConnection(id)] }) } })
  const { stdout } = await runCli(['connections'], { profile })
  expect(stdout).toContain(id)
  expect(stdout).toContain('/usr/bin/psql (99)')
  expect(stdout).toContain('2.0 KiB   4.8 MiB')
})

test('the status of the agent is answered whole with --json', async () => {
  const status = sampleStatus()
  const { profile } = await start({ methods: { status: () => status } })
  expect(JSON.parse((await runCli(['--json', 'status'], { profile })).stdout)).toEqual(status)
})

describe('errors', () => {
  test.for([
    ['internal', 1],
    ['invalid_request', 2],
    ['session_expired', 3],
    ['forbidden', 4],
    ['not_found', 5],
    ['conflict', 6],
    ['rate_limited', 7],
    ['api_unreachable', 8],
  ] as const)('%s ends with exit code %i', async ([error, exitCode]) => {
    const { profile } = await start({
      methods: {
        status: () => {
          throw new SallyportError(error)
        },
      },
    })
    const { code, stdout, stderr } = await runCli(['status'], { profile })
    expect(code).toBe(exitCode)
    expect(stdout).toBe('')
    expect(stderr).toContain(`(${error})`)
  })

  test('say what to type next', async () => {
    const { profile } = await start({
      methods: {
        status: () => {
          throw new SallyportError('session_expired')
        },
      },
    })
    expect((await runCli(['status'], { profile })).stderr).toBe(
      'sallyport: Your sign-in has expired. Sign in again. (session_expired)\nTry: sallyport login\n',
    )
  })

  test('are JSON on stderr with --json, whatever they are about', async () => {
    const { profile } = await start({
      methods: {
        status: () => {
          throw new SallyportError('forbidden', { details: ['one'] })
        },
      },
    })
    const failure = await runCli(['status', '--json'], { profile })
    expect(JSON.parse(failure.stderr)).toEqual({
      error: { code: 'forbidden', message: 'Your roles do not allow this.', details: ['one'] },
    })
    expect(failure.stdout).toBe('')
    const usage = await runCli(['psql', '--json'])
    expect(JSON.parse(usage.stderr)).toMatchObject({ error: { code: 'invalid_request' } })
    expect(usage.code).toBe(2)
  })

  test.for([
    { words: ['frobnicate'], says: "unknown command 'frobnicate'" },
    { words: ['psql'], says: "missing required argument 'credential'" },
    { words: ['ls', '--sort'], says: "unknown option '--sort'" },
    { words: ['port', 'shop-db/read-only', '99999'], says: 'is not a port' },
    { words: ['admin', 'grants', 'add', randomUUID(), randomUUID(), '--for', '4 hours'], says: 'a duration such as 30m' },
    { words: ['help', 'frobnicate'], says: 'There is no command' },
    { words: ['help', `-${'J'.repeat(42)}`], says: `There is no command “-${'J'.repeat(42)}”` },
    { words: ['logs', 'decrypt', `-${'J'.repeat(42)}`, '--identity', devNull], says: 'There is no identity in it.' },
  ])('of usage end with 2 and say what is wrong: $words', async ({ words, says }) => {
    const { profile } = await start({ methods: { credentials: () => ({ items: [sampleCredential('shop-db/read-only')] }) } })
    const { code, stderr } = await runCli(words, { profile })
    expect(stderr).toContain(says)
    expect(code).toBe(2)
  })

  test('name the agent and the way out when an answer is of another version', async () => {
    const { profile } = await start({ methods: { status: () => ({ version: 'next' }) } })
    const { code, stderr } = await runCli(['status'], { profile })
    expect(stderr).toContain('sallyport agent stop')
    expect(code).toBe(2)
  })
})

test('a program behind the socket that does not know the token is not trusted', async () => {
  const { profile } = await start({})
  await writeFile(`${profile}/agent.token`, Buffer.alloc(32))
  const { code, stderr } = await runCli(['status'], { profile })
  expect(stderr).toContain('is not the agent')
  expect(code).toBe(3)
})

test('a reader that goes away ends the command quietly', async () => {
  const items = Array.from({ length: 3000 }, (_, index) => sampleUser(`user-${index}@example.org`))
  const { profile } = await start({
    routes: {
      listUsers: ({ query }: { query: { limit: number; cursor?: string } }) => {
        const first = Number(query.cursor ?? 0)
        const rest = first + query.limit
        return page(items.slice(first, rest), rest < items.length ? String(rest) : null)
      },
    },
  })
  const { stdout, stderr } = await runProgram({
    command: 'bash',
    args: ['-c', `"${process.execPath}" "${LAUNCHER}" admin users list --json | head -n 1; echo "\${PIPESTATUS[0]}"`],
    env: { ...process.env, SALLYPORT_PROFILE: profile },
  })
  expect(stderr).toBe('')
  expect(stdout).toBe('[\n0\n')
})
