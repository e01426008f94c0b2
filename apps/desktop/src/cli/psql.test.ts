import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeTemporaryDirectory, skipReason, type TemporaryDirectory, temporaryPostgres } from '@sallyport/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { LocalCredential } from '../shared/local-api.ts'
import { runCli, runOnTerminal, terminalSkipReason } from './testing/run-cli.ts'
import { sampleCredential } from './testing/samples.ts'
import { type StandInAgent, standInAgent } from './testing/stand-in-agent.ts'

type Postgres = Awaited<ReturnType<typeof temporaryPostgres>>

/** Everything here would send psql elsewhere, or have it refused. */
const hostileEnvironment = {
  PGSERVICE: 'elsewhere',
  PGHOSTADDR: '192.0.2.1',
  PGHOST: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGDATABASE: 'nothing',
  PGSSLMODE: 'verify-full',
  PGGSSENCMODE: 'require',
  PGCHANNELBINDING: 'require',
  PGTARGETSESSIONATTRS: 'standby',
  PGOPTIONS: '-c nonsense=1',
}

describe.skipIf(skipReason({ programs: ['psql'], platforms: ['linux', 'darwin'] }))('psql', () => {
  let postgres: Postgres
  let home: TemporaryDirectory
  let agent: StandInAgent

  beforeAll(async () => {
    postgres = await temporaryPostgres({ port: 0 })
    // The listener of an agent asks for no password; this server stands in for it and does.
    home = await makeTemporaryDirectory()
    const { name, password } = postgres.superuser
    await writeFile(join(home.path, '.pgpass'), `127.0.0.1:${postgres.port}:*:${name}:${password}\n`, { mode: 0o600 })
  })
  afterAll(async () => {
    await postgres.stop()
    await home.remove()
  })
  afterEach(() => agent.stop())

  const start = async (changes: Partial<LocalCredential> = {}, connected: Partial<LocalCredential> = changes): Promise<void> => {
    const sample = sampleCredential('shop-db/read-only', { port: postgres.port })
    const granted = { ...sample.granted, userName: postgres.superuser.name, databases: ['template1'] }
    agent = await standInAgent({
      methods: {
        credentials: () => ({ items: [{ ...sample, granted, ...changes }] }),
        connect: () => ({ ...sample, granted, ...connected }),
      },
    })
  }
  const environment = () => ({ ...hostileEnvironment, HOME: home.path })
  const run = (words: readonly string[], input?: string) =>
    runCli(words, { profile: agent.profile, env: environment(), ...(input === undefined ? {} : { input }) })
  const where = 'select current_user, current_database(), inet_server_port()'

  test('reaches the credential whatever the environment says', async () => {
    await start()
    const { code, stdout, stderr } = await run(['psql', 'shop-db/read-only', '--', '-XAtc', where])
    expect(stderr).toBe('')
    expect(stdout).toBe(`${postgres.superuser.name}|template1|${postgres.port}\n`)
    expect(code).toBe(0)
  })

  test('takes the resource alone where it has one credential, and another database', async () => {
    await start()
    const { stdout } = await run(['psql', 'shop-db', '--database', 'postgres', '--', '-XAtc', where])
    expect(stdout).toBe(`${postgres.superuser.name}|postgres|${postgres.port}\n`)
  })

  test('stays with the credential when its own arguments name another database', async () => {
    await start()
    const { stdout } = await run(['psql', 'shop-db/read-only', '--', '-d', 'postgres', '-XAtc', where])
    expect(stdout).toBe(`${postgres.superuser.name}|postgres|${postgres.port}\n`)
  })

  test('turns the listener on first', async () => {
    await start({ listener: { state: 'off' } }, {})
    expect(await run(['psql', 'shop-db/read-only', '--', '-Xc', 'select 1'])).toMatchObject({ code: 0 })
    expect(agent.asked.map(({ name }) => name)).toEqual(['credentials', 'connect'])
  })

  test('does not start where another program has the port', async () => {
    await start({ listener: { state: 'port-taken', owner: 'nginx (12)' } })
    const { code, stderr } = await run(['psql', 'shop-db/read-only', '--', '-Xc', 'select 1'])
    expect(code).toBe(6)
    expect(stderr).toContain('nginx (12)')
    expect(stderr).toContain('sallyport port shop-db/read-only <port>')
  })

  test('passes its exit code and standard input on', async () => {
    await start()
    const { code, stdout, stderr } = await run(
      ['psql', 'shop-db/read-only', '--', '-XAt', '-v', 'ON_ERROR_STOP=1'],
      'select 42;\nselect 1/0;\n',
    )
    expect(stdout).toBe('42\n')
    expect(stderr).toContain('division by zero')
    expect(code).toBe(3)
  })

  test('passes on that a signal ended it', async () => {
    await start()
    const program = join(home.path, 'killed')
    await writeFile(program, '#!/bin/sh\nkill -KILL $$\n')
    await chmod(program, 0o755)
    expect(await run(['psql', 'shop-db/read-only', '--program', program])).toMatchObject({ code: 137 })
  })

  test.skipIf(terminalSkipReason())('gets Ctrl-C, which cancels the query and not the session', async () => {
    await start()
    const words = ['psql', 'shop-db/read-only', '--', '-X', '--pset', 'pager=off']
    const terminal = runOnTerminal(words, { profile: agent.profile, env: environment() })
    await terminal.answer('template1=# ', "select 'begun', pg_sleep(0);\rselect pg_sleep(60);\r")
    await terminal.answer('begun', '')
    await terminal.answer('pg_sleep(60);', '\u0003')
    await terminal.answer('canceling statement due to user request', "select 'al' || 'ive';\r")
    await terminal.answer('alive', '\\q\r')
    expect(await terminal.exited).toBe(0)
  })
})

describe('what is not granted', () => {
  test('ends with 4 and shows the way', async () => {
    const agent = await standInAgent({ methods: { credentials: () => ({ items: [sampleCredential('shop-db/read-only')] }) } })
    const { code, stderr } = await runCli(['psql', 'other-db/owner'], { profile: agent.profile })
    expect(code).toBe(4)
    expect(stderr).toContain('sallyport ls')
    await agent.stop()
  })

  test('must be told apart where a resource has several credentials', async () => {
    const items = ['shop-db/read-only', 'shop-db/read-write'].map((name) => sampleCredential(name))
    const agent = await standInAgent({ methods: { credentials: () => ({ items }) } })
    const { code, stderr } = await runCli(['psql', 'shop-db'], { profile: agent.profile })
    expect(code).toBe(2)
    expect(stderr).toContain('shop-db/read-write')
    await agent.stop()
  })
})
