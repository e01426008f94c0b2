/** Opening a tool over a whole Sallyport: what the person is told is what the agent and the database see. */
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Testbed } from '@sallyport/testbed'
import { findProgram, skipReason, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sallyport } from '../support/sallyport.ts'

const why = skipReason({ programs: ['psql', 'bash'], platforms: ['linux'] })
const CREDENTIAL = 'shop-db/read-only'

describe.skipIf(why)(`sallyport open${why === null ? '' : ` (${why})`}`, () => {
  let testbed: Testbed
  beforeAll(async () => {
    testbed = await Testbed.start()
  })
  afterAll(() => testbed.stop())

  /** A tool of the person's own; psql keeps its connection until its input ends. */
  const addTool = async (name: string, script: string): Promise<void> => {
    const program = join(testbed.directory, name)
    await writeFile(program, `#!/bin/bash\n${script}\n`)
    await chmod(program, 0o755)
    const { agent } = testbed.owner
    const words = ['tools', 'add', name, program, '--', '{host}', '{port}', '{database}']
    expect(await sallyport(agent, ...words)).toMatchObject({ code: 0 })
  }
  const open = (name: string) => sallyport(testbed.owner.agent, 'open', CREDENTIAL, name, '--json')
  const connections = async () => (await testbed.owner.agent.local.call('connections', {})).items
  const psql = `${findProgram('psql')} -XqAtw "host=$1 port=$2 dbname=$3 sslmode=disable"`

  test('says connected when the agent serves a connection of that program', async () => {
    await testbed.owner.agent.listening(CREDENTIAL)
    await addTool('own', `exec ${psql} < <(sleep 300)`)
    const { code, stdout, stderr } = await open('own')
    expect(stderr).toBe('')
    expect([code, JSON.parse(stdout)]).toEqual([0, { credential: CREDENTIAL, tool: 'own', state: 'connected', message: null }])
    const [connection] = await connections()
    expect(connection).toMatchObject({ credential: CREDENTIAL, caller: { program: expect.stringMatching(/\/psql$/) } })
    await testbed.owner.agent.local.call('endConnection', { id: connection!.id })
    await waitFor(async () => (await connections()).length === 0, { description: 'the end of the connection' })
  })

  test('does not say connected when the connection of the tool is refused', async () => {
    await addTool('wrong', `exec ${psql.replace('$3', 'postgres')} -c 'select 1'`)
    const { code, stderr } = await open('wrong')
    expect(code).toBe(8)
    expect(stderr).toContain('wrong was opened, but its connection failed')
    expect(stderr).toContain('database_not_allowed')
  })

  test('what tools were given goes when the access has ended', async () => {
    const { agent } = testbed.owner
    const folder = join(agent.profile, 'open')
    const { stdout } = await sallyport(agent, 'open', CREDENTIAL, '--json')
    expect(JSON.parse(stdout)).toContainEqual(expect.objectContaining({ id: 'own', lastUsed: false, outcome: 'connects' }))
    const { granted } = await agent.listening(CREDENTIAL)
    for (const id of [granted.credential, crypto.randomUUID()]) await mkdir(join(folder, id), { recursive: true })
    await agent.local.call('signOut', {})
    await waitFor(async () => (await readdir(folder)).length === 0, { description: 'the end of the folders' })
  })
})
