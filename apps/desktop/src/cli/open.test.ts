import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { skipReason } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from './testing/run-cli.ts'
import { sampleCredential } from './testing/samples.ts'
import { type StandInAgent, standInAgent } from './testing/stand-in-agent.ts'

const why = skipReason({ platforms: ['linux', 'darwin'] })

describe.skipIf(why)(`open${why === null ? '' : ` (${why})`}`, () => {
  let agent: StandInAgent
  let tool: string
  beforeEach(async () => {
    agent = await standInAgent({
      methods: {
        credentials: () => ({ items: [sampleCredential('shop-db/read-only')] }),
        connections: () => ({ items: [] }),
        subscribe: () => ({}),
      },
    })
    tool = join(agent.profile, 'tool')
    await writeFile(tool, `#!/bin/sh\nprintf '%s\\n' "$@" > '${agent.profile}/words'\nexit 3\n`)
    await chmod(tool, 0o755)
  })
  afterEach(() => agent.stop())
  // No tool of this computer is found: nothing is looked for in its window or on its search path.
  const run = (...words: string[]) =>
    runCli(words, { profile: agent.profile, env: { PATH: '', DISPLAY: '', WAYLAND_DISPLAY: '' } })

  test('lists the tools that were found, also those of one’s own', async () => {
    expect(await run('tools', 'add', 'own', tool, '--label', 'Own tool', '--', '{host}:{port}', '{name}')).toMatchObject({
      code: 0,
    })
    const { stdout } = await run('open', 'shop-db/read-only', '--json')
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ id: 'own', label: 'Own tool', outcome: 'connects' }))
  })

  test('says that a tool failed, and ends with 8', async () => {
    await run('tools', 'add', 'own', tool, '--', '{host}:{port}', '{name}')
    const { code, stderr } = await run('open', 'shop-db/read-only', 'own')
    expect(code).toBe(8)
    expect(stderr).toContain('own ended at once (3)')
    expect(await readFile(join(agent.profile, 'words'), 'utf8')).toBe('127.0.0.1:15001\nshop-db · read-only (Sallyport)\n')
  })

  test('knows no tool that was removed', async () => {
    await run('tools', 'add', 'own', tool)
    await run('tools', 'remove', 'own')
    expect(await run('open', 'shop-db/read-only', 'own')).toMatchObject({ code: 5 })
  })

  test('takes no name of a known tool for one of one’s own', async () => {
    expect(await run('tools', 'add', 'dbeaver', tool)).toMatchObject({ code: 6 })
  })
})
