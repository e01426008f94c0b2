import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram, skipReason, withTemporaryDirectory } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LAUNCHER, runCli } from '../testing/run-cli.ts'
import { page, sampleCredential, sampleUser } from '../testing/samples.ts'
import { type StandInAgent, standInAgent } from '../testing/stand-in-agent.ts'
import { completionScripts, type Shell } from './scripts.ts'

const shells = Object.keys(completionScripts) as Shell[]

describe.for(shells)('the script for %s', (shell) => {
  test.skipIf(skipReason({ programs: [shell] }))('is accepted by the shell', async () => {
    const { stdout } = await runCli(['completion', shell])
    const { code, stderr } = await withTemporaryDirectory(async (folder) => {
      const file = join(folder, 'script')
      await writeFile(file, stdout)
      return runProgram({ command: shell, args: ['-n', file] })
    })
    expect(stderr).toBe('')
    expect(code).toBe(0)
  })
})

describe('words that are offered', () => {
  let agent: StandInAgent
  beforeAll(async () => {
    agent = await standInAgent({
      methods: {
        credentials: () => ({ items: ['shop-db/read-only', 'shop-db/read-write'].map((name) => sampleCredential(name)) }),
      },
      routes: { listUsers: () => page([sampleUser('ada@example.org')]) },
    })
  })
  afterAll(() => agent.stop())

  const offered = async (...words: readonly string[]): Promise<string[]> => {
    const { stdout } = await runCli(['complete', '--', ...words], { profile: agent.profile })
    return stdout.split('\n').filter((line) => line !== '')
  }

  test('begin with the commands', async () => {
    const words = await offered('')
    expect(words).toEqual(expect.arrayContaining(['login', 'ls', 'psql', 'admin']))
    expect(words).not.toContain('complete')
  })
  test('go on within a group', async () => {
    expect(await offered('admin', 'users', '')).toEqual([
      'list',
      'show',
      'add',
      'change',
      'invite',
      'disable',
      'enable',
      'delete',
    ])
  })
  test('are those below a command that stands alone, too, and then their own options', async () => {
    expect(await offered('activity', '')).toEqual(['prove', 'export'])
    expect(await offered('activity', '--')).not.toContain('--output')
    expect(await offered('activity', 'export', '--')).toEqual(expect.arrayContaining(['--output', '--format', '--kind']))
  })
  test('are names of what is granted, and of things that an administrator names', async () => {
    expect(await offered('psql', '')).toEqual(['shop-db/read-only', 'shop-db/read-write'])
    expect(await offered('admin', 'users', 'show', '')).toEqual(['ada@example.org'])
  })
  test('are options, and the words that an option takes', async () => {
    expect(await offered('url', 'shop-db/read-only', '--f')).toEqual(expect.arrayContaining(['--format', '--json']))
    expect(await offered('url', 'shop-db/read-only', '--format', '')).toEqual(['url', 'psql', 'jdbc', 'env', 'docker', 'socket'])
  })
  test('are files where files are read, and what psql takes', async () => {
    expect(await offered('login', '--password-file', '')).toEqual([':files'])
    expect(await offered('psql', 'shop-db/read-only', '--', '-f', '')).toEqual([':files'])
  })
  test('are none where no agent runs, which is not started for it', async () => {
    const { stdout, code } = await withTemporaryDirectory((profile) => runCli(['complete', '--', 'psql', ''], { profile }))
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
  })

  test.skipIf(skipReason({ programs: ['bash'], platforms: ['linux', 'darwin'] }))('reach the person in bash', async () => {
    const script = `
      sallyport() { "${process.execPath}" "${LAUNCHER}" "$@"; }
      source <(sallyport completion bash)
      COMP_WORDS=(sallyport psql shop-db/read-o) COMP_CWORD=2
      _sallyport
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { ...process.env, SALLYPORT_PROFILE: agent.profile }
    expect((await runProgram({ command: 'bash', args: ['-c', script], env })).stdout).toBe('shop-db/read-only\n')
  })
})
