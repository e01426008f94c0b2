/** What happens to the server when its owner ends, in each way an owner can end. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isAlive, servesCluster, waitUntilGone } from './processes.ts'
import type { Progress } from './start.ts'
import { startPostgres } from './start.ts'
import { filledDataFolder, query } from './test-data-folder.ts'

interface Owner {
  readonly process: ChildProcess
  readonly serverPid: number
}

/** A separate process that starts PostgreSQL, says so and then does what it is told. */
const startOwner = async (dataDirectory: string, afterwards: string): Promise<Owner> => {
  const script = `import { startPostgres } from ${JSON.stringify(new URL('start.ts', import.meta.url).href)}
    const postgres = await startPostgres({ dataDirectory: ${JSON.stringify(dataDirectory)}, settings: { fsync: 'off' } })
    console.log(postgres.pid); ${afterwards}`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void owner.kill('SIGKILL'))
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string]
  return { process: owner, serverPid: Number(line) }
}

const forever = 'setInterval(() => {}, 1000)'

test('an owner whose work is done ends, and the server with it', async () => {
  const owner = await startOwner(await filledDataFolder(), '')
  await once(owner.process, 'exit')
  expect(await waitUntilGone(owner.serverPid, 10_000)).toBe(true)
})

test('an owner that is killed takes the server with it', async () => {
  const owner = await startOwner(await filledDataFolder(), forever)
  expect(await isAlive(owner.serverPid)).toBe(true)
  owner.process.kill('SIGKILL')
  expect(await waitUntilGone(owner.serverPid, 10_000)).toBe(true)
})

test.skipIf(process.platform === 'win32')('Ctrl-C in the terminal of the owner does not reach the server', async () => {
  const owner = await startOwner(await filledDataFolder(), forever)
  const groupOf = async (pid: number): Promise<string> => {
    const ps = spawn('ps', ['-o', 'pgid=', '-p', String(pid)])
    const [line] = (await once(createInterface({ input: ps.stdout }), 'line')) as [string]
    return line.trim()
  }
  expect(await groupOf(owner.serverPid)).toBe(String(owner.serverPid))
  expect(await groupOf(owner.serverPid)).not.toBe(await groupOf(owner.process.pid ?? 0))
})

/** Kills an owner together with the guard that would have ended the server. */
const killWithGuard = async ({ process: owner, serverPid }: Owner): Promise<void> => {
  const list = spawn('ps', ['-eo', 'pid=,ppid=,args='])
  const guards: number[] = []
  for await (const line of createInterface({ input: list.stdout })) {
    const [pid, parent] = line.trim().split(/\s+/)
    if (Number(parent) === owner.pid && line.trim().endsWith(` sh ${serverPid}`)) guards.push(Number(pid))
  }
  expect(guards).toHaveLength(1)
  for (const pid of guards) process.kill(pid, 'SIGKILL')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
}

test.skipIf(process.platform === 'win32')('an orphan is found, checked and stopped by the next start', async () => {
  const dataDirectory = await filledDataFolder()
  const owner = await startOwner(dataDirectory, forever)
  await killWithGuard(owner)
  expect(await servesCluster(owner.serverPid, join(dataDirectory, 'cluster'))).toBe(true)
  const steps: Progress[] = []
  const postgres = await startPostgres({ dataDirectory, settings: { fsync: 'off' }, onProgress: (step) => steps.push(step) })
  onTestFinished(() => postgres.stop())
  expect(steps[0]).toEqual({ step: 'stopping-orphan', pid: owner.serverPid })
  expect(await isAlive(owner.serverPid)).toBe(false)
  expect(await query(postgres.connectionString('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('a process that got the id of a dead server is left alone', async () => {
  const dataDirectory = await filledDataFolder()
  const settings = { fsync: 'off' }
  const first = await startPostgres({ dataDirectory, settings })
  await query(first.connectionString('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer')
  await first.stop()
  const bystander = spawn(process.execPath, ['-e', forever])
  onTestFinished(() => void bystander.kill('SIGKILL'))
  await writeFile(
    join(dataDirectory, 'cluster', 'postmaster.pid'),
    `${bystander.pid}\n${dataDirectory}/cluster\n1700000000\n5432\n\n\n\nready\n`,
  )
  const second = await startPostgres({ dataDirectory, settings })
  onTestFinished(() => second.stop())
  expect(await query(second.connectionString('postgres'), 'TABLE kept')).toEqual([{ answer: 42 }])
  expect(bystander.exitCode ?? bystander.signalCode).toBeNull()
})

test('a server that dies is reported, and can be started again at once', async () => {
  const dataDirectory = await filledDataFolder()
  const settings = { fsync: 'off' }
  const first = await startPostgres({ dataDirectory, settings })
  await query(first.connectionString('postgres'), 'CREATE TABLE kept AS SELECT 42 AS answer')
  process.kill(first.pid, 'SIGKILL')
  await first.ended
  const second = await startPostgres({ dataDirectory, settings })
  onTestFinished(() => second.stop())
  expect(await query(second.connectionString('postgres'), 'TABLE kept')).toEqual([{ answer: 42 }])
})
