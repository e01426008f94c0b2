/** Opening with programs that are real processes, and a listener that asks the system who connects. */
import { once } from 'node:events'
import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { makeTemporaryDirectory, skipReason, type TemporaryDirectory, waitFor } from '@sallyport/testkit'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { identifyCaller } from '../agent/listeners/caller/identify.ts'
import type { OpenProgress } from '../shared/tools.ts'
import { OpenIn } from './open-in.ts'
import { changeToolSettings } from './settings/tool-settings.ts'
import type { System } from './system/system.ts'
import { thisSystem } from './system/this-system.ts'
import { CREDENTIAL_ID } from './testing/credential.ts'
import { endingLaunch, testAgent, type TestAgent } from './testing/agent.ts'

const why = skipReason({ programs: ['bash'], platforms: ['linux'] })

describe.skipIf(why)(`a tool${why === null ? '' : ` (${why})`}`, () => {
  let home: TemporaryDirectory
  let agent: TestAgent
  let system: System
  let openIn: OpenIn
  const tools = endingLaunch()
  const paths = () => ({ open: join(home.path, 'open'), tools: join(home.path, 'tools.json') })

  beforeEach(async () => {
    home = await makeTemporaryDirectory()
    agent = await testAgent({ identify: identifyCaller })
    system = {
      ...thisSystem({ PATH: '/usr/bin:/bin', PGSERVICE: 'elsewhere', SALLYPORT_PASSPHRASE_FILE: '/secret' }),
      home: home.path,
    }
    openIn = new OpenIn({ system, agent, paths: paths(), launch: tools.start })
  })
  afterEach(async () => {
    vi.useRealTimers()
    tools.endAll()
    await agent.stop()
    await home.remove()
  })

  /** A tool of the person's own: a script that writes its words down. */
  const own = async (
    script: string,
    args: readonly string[] = ['{host}', '{port}', '{database}', '{user}', '{name}'],
  ): Promise<void> => {
    const program = join(home.path, 'tool')
    await writeFile(program, `#!/bin/bash\nprintf '%s\\n' "$@" > words\nenv > environment\n${script}\n`)
    await chmod(program, 0o755)
    const tool = { id: 'own', label: 'Own tool', program, args: [...args] }
    await changeToolSettings({ system, path: paths().tools }, (settings) => ({ ...settings, custom: [tool] }))
  }
  const CONNECTS = 'exec 3<>"/dev/tcp/$1/$2"; read -r <&3'
  const open = async (tool = 'own') => (await openIn.open({ credential: agent.name, tool })).progress[Symbol.asyncIterator]()
  const next = async (news: AsyncIterator<OpenProgress>): Promise<OpenProgress> => (await news.next()).value as OpenProgress
  const written = (name: string): Promise<string> => readFile(join(home.path, name), 'utf8')
  const other = async () => {
    const socket = connect(agent.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  test('is connected when its own connection arrived', async () => {
    await own(CONNECTS)
    const news = await open()
    expect(await next(news)).toMatchObject({ credential: agent.name, tool: 'own', state: 'started' })
    expect(await next(news)).toMatchObject({ state: 'connected', message: null })
    expect(await news.next()).toMatchObject({ done: true })
    expect(await written('words')).toBe(`127.0.0.1\n${agent.port}\nshop\nreadonly\nshop · read-only (Sallyport)\n`)
    expect(await written('environment')).not.toMatch(/PGSERVICE|SALLYPORT/)
  })

  test('is connected when a process it started connects', async () => {
    await own(`/bin/bash -c '${CONNECTS}' child "$1" "$2"; true`)
    const news = await open()
    await next(news)
    expect(await next(news)).toMatchObject({ state: 'connected' })
  })

  test('is not connected by the connection of another program, nor by one that was there before', async () => {
    const before = await other()
    await waitFor(async () => (await agent.connections()).length === 1, { description: 'the connection before' })
    await own('read -r < /dev/tcp/127.0.0.1/9 || exec sleep 60')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const news = await open()
    await next(news)
    const waiting = next(news)
    const during = await other()
    await vi.waitUntil(async () => (await agent.connections()).length === 2, { timeout: 90_000 })
    await vi.advanceTimersByTimeAsync(45_000)
    const last = await waiting
    expect(last.state).toBe('did-not-connect')
    expect(last.message).toBe(
      'Own tool was opened, but did not connect within 45 seconds. Connect there by hand: ' +
        `host 127.0.0.1, port ${agent.port}, user readonly, password unused, database shop.`,
    )
    before.destroy()
    during.destroy()
  })

  test('whose connection is refused is told why', async () => {
    await own('exec sleep 60')
    const news = await open()
    await next(news)
    const last = next(news)
    agent.change({
      lastError: { code: 'resource_unreachable', message: 'The database does not answer.', at: new Date().toISOString() },
    })
    expect(await last).toMatchObject({
      state: 'did-not-connect',
      message: 'Own tool was opened, but its connection failed: The database does not answer.',
    })
  })

  test('whose connection ends at once is not connected', async () => {
    await own('exec 3<>"/dev/tcp/$1/$2"; read -r -t 0.1 <&3; exec 3<&-; exec sleep 60')
    const news = await open()
    await next(news)
    expect(await next(news)).toMatchObject({
      state: 'did-not-connect',
      message: 'Own tool connected, but its connection was ended at once. Its window says why.',
    })
  })

  test('that ends with an error has failed', async () => {
    await own('exit 7')
    const news = await open()
    await next(news)
    expect(await next(news)).toMatchObject({ state: 'failed', message: expect.stringContaining('Own tool ended at once (7)') })
  })

  test('that cannot be started is said so', async () => {
    await own('')
    await writeFile(join(home.path, 'tool'), '#!/no/such/interpreter\n')
    await expect(open()).rejects.toMatchObject({ code: 'tool_failed' })
  })

  test('that is not there is not found', async () => {
    await expect(open('dbeaver')).rejects.toMatchObject({ code: 'not_found' })
    await expect(openIn.open({ credential: 'other/owner', tool: 'own' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('turns the listener on, and does not start where nothing can connect', async () => {
    await own(CONNECTS)
    agent.change({ listener: { state: 'off' } })
    const news = await open()
    await next(news)
    expect(await next(news)).toMatchObject({ state: 'connected' })
    expect(agent.turnedOn).toEqual([agent.name])
    agent.change({ listener: { state: 'port-taken', owner: null } })
    await expect(open()).rejects.toMatchObject({ code: 'port_taken' })
    agent.change({ listener: { state: 'unbound' } })
    await expect(open()).rejects.toMatchObject({ code: 'secret_unbound' })
  })

  test('does not get a database that would become an option', async () => {
    await own(CONNECTS, ['{database}'])
    await expect(openIn.open({ credential: agent.name, tool: 'own', database: '--exec=x' })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    await expect(stat(join(home.path, 'words'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('is not watched any longer when nobody wants to know', async () => {
    await own('exec sleep 60')
    const abort = new AbortController()
    const { progress } = await openIn.open({ credential: agent.name, tool: 'own', signal: abort.signal })
    const news = progress[Symbol.asyncIterator]()
    await next(news)
    const last = news.next()
    abort.abort(new Error('the window was closed'))
    await expect(last).rejects.toThrow('the window was closed')
  })

  test('opened last is remembered, in a file of the person alone', async () => {
    await own(CONNECTS)
    expect(await openIn.tools(agent.name)).toMatchObject([{ id: 'own', label: 'Own tool', outcome: 'connects', lastUsed: false }])
    await open()
    expect(await openIn.tools(agent.name)).toMatchObject([{ id: 'own', lastUsed: true }])
    expect((await stat(paths().tools)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await written('tools.json'))).toMatchObject({ last: [[CREDENTIAL_ID, 'own']] })
  })

  test('is looked for once in ten minutes, or when it is asked for', async () => {
    await own(CONNECTS)
    const found = async (again = false) => (await openIn.tools(agent.name, { again })).map(({ id }) => id)
    expect(await found()).toEqual(['own'])
    await chmod(join(home.path, 'tool'), 0o644)
    expect(await found()).toEqual(['own'])
    expect(await found(true)).toEqual([])
  })

  test('settings that cannot be read are left alone', async () => {
    await writeFile(paths().tools, '{"version":9}')
    await expect(openIn.tools(agent.name)).rejects.toMatchObject({ code: 'profile_unreadable' })
    expect(await written('tools.json')).toBe('{"version":9}')
  })
})
