/** The agent as a process: keychain, passphrase, lock, end. */
import { readdir, readFile, writeFile, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  bundledProgram,
  makeTemporaryDirectory,
  type Program,
  secretService,
  secretServiceSkipReason,
  spawnProgram,
  type TemporaryDirectory,
} from '@sallyport/testkit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { connectAgent, connectOrStartAgent } from '../local/agent-process.ts'

const MAIN = await bundledProgram('apps/desktop/src/agent/main.ts')
let folder: TemporaryDirectory
let passphraseFile: string
const programs: Program[] = []
/** Starts in a fraction of the time that a face takes by itself. */
const command = [process.execPath, MAIN] as const

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  passphraseFile = join(folder.path, 'passphrase')
  await writeFile(passphraseFile, 'a passphrase of tests\n', { mode: 0o600 })
})
afterEach(async () => {
  for (const program of programs.splice(0)) await program.stop()
})
afterAll(() => folder.remove())

const run = async (profile: string, options: { env?: NodeJS.ProcessEnv; passphrase?: string } = {}): Promise<Program> => {
  const args = [MAIN, '--profile', profile, ...(options.passphrase ? ['--passphrase-file', options.passphrase] : [])]
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const env = { PATH, NODE_COMPILE_CACHE, HOME: folder.path, ...options.env }
  const program = await spawnProgram({ command: process.execPath, args, env, name: 'agent' })
  programs.push(program)
  return program
}
const ready = (program: Program) => program.waitForLine(/"event":"ready"/, { timeoutMs: 80_000 })
const failure = async (program: Program): Promise<string> => {
  const [line] = await program.waitForLine(/^\{"event":"failed".*$/, { timeoutMs: 80_000 })
  expect((await program.exited).code).toBe(1)
  return (JSON.parse(line) as { code: string }).code
}

describe('under a passphrase', () => {
  const options = () => ({ passphrase: passphraseFile })

  test('a second agent of the profile says that one runs, and the first goes on', async () => {
    const profile = join(folder.path, 'second')
    await ready(await run(profile, options()))
    expect(await failure(await run(profile, options()))).toBe('agent_running')
    const face = await connectAgent(profile)
    expect(await face!.call('status', {})).toMatchObject({ state: 'not-enrolled', keyStorage: 'passphrase' })
    face!.close()
  })

  test('an agent that was killed leaves nothing in the way of the next', async () => {
    const profile = join(folder.path, 'killed')
    const killed = await run(profile, options())
    await ready(killed)
    killed.kill('SIGKILL')
    await killed.exited
    expect(await connectAgent(profile)).toBeNull()
    await ready(await run(profile, options()))
    const face = await connectAgent(profile)
    expect((await face!.call('status', {})).state).toBe('not-enrolled')
    face!.close()
  })

  test('a diagnosis is told to who asked for it while it goes on, finding by finding', async () => {
    const profile = join(folder.path, 'diagnosis')
    await ready(await run(profile, options()))
    const face = await connectAgent(profile)
    const mine = '01933b5e-7c2a-7d11-9a53-3f1c8e0b4d21'
    const told: string[] = []
    face!.onFinding(({ run: asked, finding: { area, state } }) => told.push(`${asked === mine} ${area} ${state}`))
    await face!.call('subscribe', {})
    const { findings } = await face!.call('diagnose', { run: mine })
    expect(told.toSorted()).toEqual(findings.map(({ area, state }) => `true ${area} ${state}`).toSorted())
    expect(told).toContain('true keys ok')
    told.length = 0
    await face!.call('diagnose', {})
    expect(told).toEqual([])
    face!.close()
  })

  test('SIGTERM and a face’s stop end it with 0', async () => {
    const terminated = await run(join(folder.path, 'terminated'), options())
    await ready(terminated)
    terminated.kill('SIGTERM')
    expect((await terminated.exited).code).toBe(0)
    const profile = join(folder.path, 'stopped')
    const stopped = await run(profile, options())
    await ready(stopped)
    const face = await connectAgent(profile)
    await face!.call('stop', {})
    expect((await stopped.exited).code).toBe(0)
    await face!.closed
  })

  test('a face starts the agent where none runs, and finds it afterwards', async () => {
    const profile = join(folder.path, 'started')
    let started = 0
    const start = () => connectOrStartAgent({ profile, passphraseFile, onStart: () => (started += 1) })
    const first = await start()
    const second = await start()
    expect(started).toBe(1)
    expect((await second.call('status', {})).pid).toBe((await first.call('status', {})).pid)
    second.close()
    await first.call('stop', {})
    await first.closed
  })

  test('two faces that start it at the same moment share one', async () => {
    const profile = join(folder.path, 'together')
    const faces = await Promise.all([0, 1].map(() => connectOrStartAgent({ profile, passphraseFile, command })))
    const pids = await Promise.all(faces.map(async (face) => (await face.call('status', {})).pid))
    expect(new Set(pids).size).toBe(1)
    faces[1]!.close()
    await faces[0]!.call('stop', {})
    await faces[0]!.closed
  })

  test('a face is told why the agent does not start', async () => {
    const profile = join(folder.path, 'refused')
    const other = join(folder.path, 'other-passphrase')
    await writeFile(other, 'another passphrase\n')
    const face = await connectOrStartAgent({ profile, passphraseFile, command })
    await face.call('stop', {})
    await face.closed
    await expect(connectOrStartAgent({ profile, passphraseFile: other, command })).rejects.toMatchObject({
      code: 'passphrase_wrong',
    })
  })
})

const noKeychain = secretServiceSkipReason()
describe.skipIf(noKeychain !== null)(`under the keychain${noKeychain === null ? '' : ` (${noKeychain})`}`, () => {
  test('keys are sealed under it; locked, absent or another one is told, and nothing else is tried', async () => {
    const keychain = await secretService()
    const other = await secretService()
    try {
      const profile = join(folder.path, 'keychain')
      const first = await run(profile, { env: keychain.env })
      await ready(first)
      const face = await connectAgent(profile)
      expect(await face!.call('status', {})).toMatchObject({ keyStorage: 'keychain' })
      face!.close()
      await first.stop()
      const sealed = await readFile(join(profile, 'identity'))

      const again = await run(profile, { env: keychain.env })
      await ready(again)
      await again.stop()
      expect(await failure(await run(profile, { env: other.env }))).toBe('profile_unreadable')
      expect(await failure(await run(profile, { env: keychain.env, passphrase: passphraseFile }))).toBe('invalid_request')
      expect(await failure(await run(profile))).toBe('keychain_unavailable')
      await keychain.lock()
      expect(await failure(await run(profile, { env: keychain.env }))).toBe('keychain_locked')

      expect(sealed.equals(await readFile(join(profile, 'identity')))).toBe(true)
      const copy = join(folder.path, 'copy')
      await mkdir(copy, { mode: 0o700 })
      await copyFile(join(profile, 'identity'), join(copy, 'identity'))
      expect(await failure(await run(copy, { env: other.env }))).toBe('profile_unreadable')
    } finally {
      await keychain.stop()
      await other.stop()
    }
  })

  test('without a keychain a new profile is not begun', async () => {
    const profile = join(folder.path, 'nowhere')
    expect(await failure(await run(profile))).toBe('keychain_unavailable')
    expect(await readdir(profile)).not.toContain('identity')
  })
})
