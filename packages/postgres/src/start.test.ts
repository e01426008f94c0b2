import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundledVersion } from './binaries.ts'
import type { Progress, RunningPostgres, StartOptions } from './start.ts'
import { startPostgres } from './start.ts'
import { filledDataFolder, query, testDataFolder } from './test-data-folder.ts'

const isRoot = process.getuid?.() === 0

const start = async (options: StartOptions): Promise<RunningPostgres> => {
  const postgres = await startPostgres({ ...options, settings: { fsync: 'off', ...options.settings } })
  onTestFinished(() => postgres.stop({ mode: 'immediate' }))
  return postgres
}

const permissions = async (path: string): Promise<number> => (await stat(path)).mode & 0o777

test('creates a database, resumes it with its data, and leaves no process behind', async () => {
  const dataDirectory = await testDataFolder()
  const steps: Progress['step'][] = []
  const onProgress = ({ step }: Progress): void => void steps.push(step)
  const first = await start({ dataDirectory, onProgress })
  const url = first.connectionString('postgres')
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer')
  await expect(startPostgres({ dataDirectory })).rejects.toMatchObject({ code: 'already_running' })
  await first.stop()
  await first.ended
  expect(() => process.kill(first.pid, 0)).toThrow('ESRCH')

  const second = await start({ dataDirectory, onProgress })
  expect(second.connectionString('postgres')).toBe(url)
  expect(await query(url, 'TABLE kept')).toEqual([{ answer: 42 }])
  expect(steps).toEqual(['initializing', 'starting', 'ready', 'starting', 'ready'])
})

test('listens on a private unix socket only, and asks for a password even there', async () => {
  const dataDirectory = await filledDataFolder()
  const postgres = await start({ dataDirectory })
  const { socketDirectory } = postgres
  expect(await permissions(socketDirectory ?? '')).toBe(0o700)
  expect(await permissions(join(dataDirectory, 'superuser-password'))).toBe(0o600)
  expect((await permissions(dataDirectory)) & 0o007).toBe(0)
  const url = postgres.connectionString('postgres')
  const settings = await query(
    url,
    `SELECT name, setting FROM pg_settings WHERE name IN ('data_checksums', 'listen_addresses') ORDER BY name`,
  )
  expect(settings).toEqual([
    { name: 'data_checksums', setting: 'on' },
    { name: 'listen_addresses', setting: '' },
  ])
  await expect(query(postgres.connectionString('postgres', 'postgres', 'wrong'), 'SELECT')).rejects.toMatchObject({
    code: '28P01',
  })
  const shadow = await query(url, 'SELECT rolpassword FROM pg_authid WHERE rolpassword IS NOT NULL')
  expect(shadow).toEqual([{ rolpassword: expect.stringMatching(/^SCRAM-SHA-256\$/) }])
})

test('syncs to disk unless told otherwise', async () => {
  const postgres = await startPostgres({ dataDirectory: await filledDataFolder() })
  onTestFinished(() => postgres.stop())
  expect(await query(postgres.connectionString('postgres'), 'SHOW fsync')).toEqual([{ fsync: 'on' }])
})

test('takes a TCP port below the ephemeral ones, settings and access rules, and changes them by reload', async () => {
  const postgres = await start({ dataDirectory: await filledDataFolder(), port: 0, settings: { work_mem: '5MB' } })
  expect(postgres.port).toBeLessThan(32_768)
  const { name: user, password } = postgres.superuser
  const overTcp = { host: '127.0.0.1', port: postgres.port, user, password, database: 'postgres' }
  expect(await query(overTcp, 'SHOW work_mem')).toEqual([{ work_mem: '5MB' }])
  await postgres.reload({
    settings: { work_mem: '7MB', application_name: `it's \\ odd` },
    hba: ['host all all 127.0.0.1/32 reject'],
  })
  const isRejected = (): Promise<boolean> =>
    query(overTcp, 'SELECT').then(
      () => false,
      () => true,
    )
  await expect.poll(isRejected).toBe(true)
  await expect(query(overTcp, 'SELECT')).rejects.toMatchObject({ code: '28000' })
  const url = postgres.connectionString('postgres')
  expect(await query(url, 'SHOW work_mem')).toEqual([{ work_mem: '7MB' }])
  expect(await query(url, `SELECT reset_val FROM pg_settings WHERE name = 'application_name'`)).toEqual([
    { reset_val: `it's \\ odd` },
  ])
})

test.each([
  { settings: { port: '1' } },
  { settings: { HBA_FILE: '/tmp/x' } },
  { settings: { work_mem: "1MB'\nport = 1" } },
  { settings: { 'x = 1 #': '' } },
  { hba: ['host all all 127.0.0.1/32 reject\nlocal all all trust'] },
])('refuses %j', async (configuration) => {
  const dataDirectory = await testDataFolder()
  await expect(start({ dataDirectory, ...configuration })).rejects.toMatchObject({ code: 'setting_refused' })
})

test('says that the port is taken', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await new Promise((settle) => squatter.once('listening', settle))
  onTestFinished(() => void squatter.close())
  const { port } = squatter.address() as AddressInfo
  await expect(start({ dataDirectory: await testDataFolder(), port })).rejects.toMatchObject({ code: 'port_taken' })
})

test('quotes the server when it does not start, and gives the folder back', async () => {
  const dataDirectory = await filledDataFolder()
  const wrong = start({ dataDirectory, settings: { max_connections: 'many' } })
  await expect(wrong).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringContaining('max_connections') as string,
  })
  await start({ dataDirectory })
})

test('refuses the data of another major version', async () => {
  const dataDirectory = await testDataFolder()
  await mkdir(join(dataDirectory, 'cluster'))
  await writeFile(join(dataDirectory, 'cluster', 'PG_VERSION'), '12\n')
  await expect(start({ dataDirectory })).rejects.toMatchObject({ code: 'version_mismatch' })
})

test('a lost password file is damage, not a reason to begin anew', async () => {
  const dataDirectory = await filledDataFolder()
  await rm(join(dataDirectory, 'superuser-password'))
  await expect(start({ dataDirectory })).rejects.toMatchObject({ code: 'data_folder_damaged' })
  expect(existsSync(join(dataDirectory, 'cluster', 'PG_VERSION'))).toBe(true)
})

test('an interrupted first start is begun anew', async () => {
  const dataDirectory = await testDataFolder()
  await writeFile(join(dataDirectory, 'superuser-password'), 'of the first attempt', { mode: 0o600 })
  const postgres = await start({ dataDirectory })
  expect(postgres.superuser.password).toBe(await readFile(join(dataDirectory, 'superuser-password'), 'utf8'))
  expect(postgres.superuser.password).not.toContain('attempt')
})

test('a path too long for a unix socket moves the socket, not the data', async () => {
  const parent = await testDataFolder()
  await chmod(parent, 0o711)
  const dataDirectory = join(parent, 'a'.repeat(90))
  await rename(await filledDataFolder(), dataDirectory)
  const postgres = await start({ dataDirectory })
  expect(await query(postgres.connectionString('postgres'), 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  const { socketDirectory } = postgres
  expect(socketDirectory?.startsWith(dataDirectory)).toBe(false)
  await postgres.stop()
  expect(existsSync(socketDirectory ?? '')).toBe(false)
})

test('missing programs are named', async () => {
  const dataDirectory = await testDataFolder()
  await expect(start({ dataDirectory, binaries: '/nowhere' })).rejects.toMatchObject({ code: 'binaries_missing' })
  expect(await bundledVersion()).toMatch(/^18\./)
})

const debianBinaries = '/usr/lib/postgresql/15/bin'

test.skipIf(!existsSync(debianBinaries))('runs other binaries, such as version 15', async () => {
  const postgres = await start({ dataDirectory: await testDataFolder(), binaries: debianBinaries })
  expect(await query(postgres.connectionString('postgres'), 'SHOW server_version')).toEqual([
    { server_version: expect.stringMatching(/^15\./) },
  ])
})

test.runIf(isRoot)('root runs it under another account, which owns only cluster and socket', async () => {
  const dataDirectory = await testDataFolder()
  const postgres = await start({ dataDirectory, runAs: 'nobody' })
  expect((await stat(`/proc/${postgres.pid}`)).uid).toBe(65_534)
  expect((await stat(join(dataDirectory, 'cluster'))).uid).toBe(65_534)
  for (const name of ['settings.conf', 'access.conf', 'superuser-password', 'lock', '.']) {
    expect((await stat(join(dataDirectory, name))).uid).toBe(0)
  }
  expect(await readlink(`/proc/${postgres.pid}/cwd`)).toBe(join(dataDirectory, 'cluster'))
})

test.runIf(isRoot)('says which folder keeps the account from its data', async () => {
  const dataDirectory = join(await testDataFolder(), 'below')
  const attempt = start({ dataDirectory })
  await expect(attempt).rejects.toMatchObject({ code: 'data_folder_unreachable' })
  await expect(attempt).rejects.toThrow(`may not enter ${join(dataDirectory, '..')})`)
})
