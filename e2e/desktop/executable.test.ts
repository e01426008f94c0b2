/** The executable that is packaged beside the app: agent and command line tool in one file that runs nothing else. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { programEnvironment } from '@sallyport/testbed'
import { type Finished, makeTemporaryDirectory, runProgram, type TemporaryDirectory } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

const maker = fileURLToPath(new URL('../../apps/desktop/packaging/make-executable.ts', import.meta.url))

let folder: TemporaryDirectory
let program: string
let profile: readonly string[]

const run = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
  runProgram({ command: program, args: words, env: programEnvironment(env), name: 'sallyport', timeoutMs: 150_000 })

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  const passphrase = join(folder.path, 'passphrase')
  await writeFile(passphrase, randomBytes(24).toString('base64url'), { mode: 0o600 })
  profile = ['--profile', join(folder.path, 'profile'), '--passphrase-file', passphrase]
  const made = await runProgram({ command: process.execPath, args: [maker], name: 'make-executable', timeoutMs: 280_000 })
  program = made.stdout.trim().split('\n').at(-1) ?? ''
})
afterAll(async () => {
  await run([...profile, 'agent', 'stop']).catch(() => {})
  await folder.remove()
})

test('it starts the agent out of itself, which outlives it', async () => {
  expect(await run([...profile, 'agent', 'start'])).toMatchObject({ code: 0 })
  const { stdout } = await run([...profile, 'agent', 'status', '--json'])
  expect(JSON.parse(stdout)).toMatchObject({ state: 'not-enrolled' })
})

test('neither its environment nor its command line makes it run something else', async () => {
  const script = join(folder.path, 'other.cjs')
  const trace = join(folder.path, 'trace')
  await writeFile(script, `require('node:fs').writeFileSync(${JSON.stringify(trace)}, 'ran')`)
  const words = [...profile, 'agent', 'status', '--json']
  expect(await run(words, { NODE_OPTIONS: `--require ${script}` })).toMatchObject({ code: 0 })
  expect(await run(words, { NODE_OPTIONS: '--inspect=127.0.0.1:0' })).toMatchObject({ code: 0, stderr: '' })
  for (const attempt of [[script], ['-e', '1'], ['--require', script], ['--inspect'], ['--import', script]])
    expect((await run(attempt)).code).not.toBe(0)
  await expect(import('node:fs/promises').then(({ stat }) => stat(trace))).rejects.toMatchObject({ code: 'ENOENT' })
})
