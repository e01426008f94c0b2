/** The whole way: a window of a real terminal on a display of its own, psql in it, and a real PostgreSQL. */
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import {
  makeTemporaryDirectory,
  type Program,
  skipReason,
  spawnProgram,
  type TemporaryDirectory,
  temporaryPostgres,
} from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identifyCaller } from '../agent/listeners/caller/identify.ts'
import { OpenIn } from './open-in.ts'
import { thisSystem } from './system/this-system.ts'
import { endingLaunch, testAgent, type TestAgent } from './testing/agent.ts'

const why = skipReason({ programs: ['Xvfb', 'xterm', 'psql'], platforms: ['linux'] })

describe.skipIf(why)(`psql in a window${why === null ? '' : ` (${why})`}`, () => {
  let postgres: Awaited<ReturnType<typeof temporaryPostgres>>
  let home: TemporaryDirectory
  let display: Program
  let agent: TestAgent
  const tools = endingLaunch()

  beforeAll(async () => {
    home = await makeTemporaryDirectory()
    ;[postgres, display] = await Promise.all([
      temporaryPostgres({ port: 0 }),
      spawnProgram({ command: 'Xvfb', args: ['-displayfd', '1', '-screen', '0', '800x600x24', '-nolisten', 'tcp'] }),
    ])
    // A listener of ours asks for no password; the server behind this one does.
    const { name, password } = postgres.superuser
    await writeFile(join(home.path, '.pgpass'), `127.0.0.1:*:*:${name}:${password}\n`, { mode: 0o600 })
    agent = await testAgent({
      identify: identifyCaller,
      user: name,
      database: 'template1',
      serve: (socket) => {
        const server = connect(postgres.port, '127.0.0.1')
        server.on('error', () => socket.destroy())
        server.on('close', () => socket.destroy())
        socket.on('close', () => server.destroy())
        socket.pipe(server).pipe(socket)
      },
    })
  })
  afterAll(async () => {
    tools.endAll()
    await agent.stop()
    await display.stop()
    await postgres.stop()
    await home.remove()
  })

  test('connects, although its terminal would send it elsewhere', async () => {
    const [number] = await display.waitForLine(/^\d+$/)
    const environment = {
      ...{ PATH: process.env['PATH'], HOME: home.path, DISPLAY: `:${number}` },
      ...{ PGSERVICE: 'elsewhere', PGHOSTADDR: '192.0.2.1', PGSSLMODE: 'verify-full' },
    }
    const paths = { open: join(home.path, 'open'), tools: join(home.path, 'tools.json') }
    const openIn = new OpenIn({ system: { ...thisSystem(environment), home: home.path }, agent, paths, launch: tools.start })
    const { progress } = await openIn.open({ credential: agent.name, tool: 'psql' })
    const states: string[] = []
    for await (const { state, message } of progress) states.push(message ?? state)
    expect(states).toEqual(['started', 'connected'])
    const [connection] = await agent.connections()
    expect(connection?.caller?.program).toMatch(/\/psql$/)
  })
})
