/** For the tests of this package. */
import { execFile } from 'node:child_process'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, onTestFinished } from 'vitest'
import { startPostgres } from './start.ts'

const run = promisify(execFile)

let template: Promise<string> | undefined

const makeTemplate = async (): Promise<string> => {
  const dataDirectory = await mkdtemp(join(await realpath(tmpdir()), 'postgres-template-'))
  await (await startPostgres({ dataDirectory, settings: { fsync: 'off' } })).stop()
  return dataDirectory
}

afterAll(async () => {
  const made = template
  // The next file of this worker makes its own.
  template = undefined
  if (made !== undefined) await rm(await made, { recursive: true, force: true })
})

/** An empty folder that is removed after the current test. */
export const testDataFolder = async (): Promise<string> => {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'postgres-'))
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 3 }))
  return path
}

/** A data folder that holds a database already, stopped. Made once per test file, then copied. */
export const filledDataFolder = async (): Promise<string> => {
  template ??= makeTemplate()
  const path = await testDataFolder()
  for (const part of ['cluster', 'superuser-password']) await run('cp', ['-a', join(await template, part), join(path, part)])
  return path
}

/** Runs one statement over a connection of its own and returns its rows. */
export const query = async (url: string | pg.ClientConfig, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}
