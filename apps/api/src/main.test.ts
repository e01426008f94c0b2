import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { findFreePort } from '@sallyport/postgres'
import { createHttpsSender } from '@sallyport/transport'
import { decodeInvitation, fromBase64url } from '@sallyport/protocol'
import { createApiClient } from '@sallyport/protocol/api'
import { bundledProgram } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toPem } from './domains/authority/index.ts'

const run = promisify(execFile)
const program = await bundledProgram('apps/api/src/main.ts')
const flags = ['--organization', 'acme', '--name', 'Acme', '--email', 'o@acme.test', '--first-name', 'O', '--last-name', 'W']

let folder: string
let environment: NodeJS.ProcessEnv
beforeAll(async () => {
  folder = join(await mkdtemp(join(await realpath(tmpdir()), 'sallyport-main-')), 'api')
  const [open, gateway, pages] = [await findFreePort(), await findFreePort(), await findFreePort()]
  const { PATH, NODE_COMPILE_CACHE } = process.env
  environment = {
    PATH,
    NODE_COMPILE_CACHE,
    SALLYPORT_DATA_DIRECTORY: folder,
    SALLYPORT_LISTEN: `127.0.0.1:${open}`,
    SALLYPORT_GATEWAY_LISTEN: `127.0.0.1:${gateway}`,
    SALLYPORT_PAGES_LISTEN: `127.0.0.1:${pages}`,
  }
  await chmod(join(folder, '..'), 0o711)
})
afterAll(() => rm(join(folder, '..'), { recursive: true, force: true }))

const bootstrap = () => run(process.execPath, [program, 'bootstrap', ...flags], { env: environment })

/** A cluster is made as in production, synced to disk: on a busy machine that takes its time. */
const PATIENCE = 300_000

describe('the program', { timeout: PATIENCE }, () => {
  let invitation: string

  it('makes the first organization once, and prints the invitation of its owner', async () => {
    const { stdout } = await bootstrap()
    ;({ invitation } = JSON.parse(stdout))
    expect(decodeInvitation(invitation)).toMatchObject({
      organization: 'acme',
      api: `https://${environment['SALLYPORT_LISTEN']}`,
    })
    const refusal = await bootstrap().catch((error: unknown) => error as { code: number; stderr: string; stdout: string })
    expect(refusal).toMatchObject({ code: 1, stdout: '' })
    expect(refusal.stderr).toContain('"code":"conflict"')
  })

  it('gives its servers a new root, on demand; whoever was invited before believes them, as the next test shows', async () => {
    const { stdout } = await run(process.execPath, [program, 'rotate-root'], { env: environment })
    expect(JSON.parse(stdout)).toEqual({ root: expect.stringMatching(/^[\w-]{43}$/), organizations: 1 })
  })

  it('says when it is ready, answers, and ends in order with its database', async () => {
    const child = spawn(process.execPath, [program, 'serve'], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
    const events: string[] = []
    let database = 0
    for await (const line of createInterface({ input: child.stdout })) {
      const entry = JSON.parse(line) as { event: string }
      events.push(entry.event)
      if (entry.event !== 'ready') continue
      const { api, apiRoot } = decodeInvitation(invitation)
      const sender = createHttpsSender({ ca: toPem([fromBase64url(apiRoot!)]) })
      const client = createApiClient({
        origin: api,
        send: sender.send,
        signers: () => [],
        random: (bytes) => new Uint8Array(bytes),
        clock: Date.now,
      })
      expect(await client.call('getHealth')).toMatchObject({ status: 'ok' })
      sender.close()
      const postmaster = await readFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')
      database = Number(postmaster.split('\n')[0])
      child.kill('SIGTERM')
    }
    const [code] = child.exitCode === null ? ((await once(child, 'exit')) as [number]) : [child.exitCode]
    expect(code).toBe(0)
    expect(events.at(-1)).toBe('stopped')
    expect(database).toBeGreaterThan(0)
    expect(() => process.kill(database, 0)).toThrow('ESRCH')
  })

  it('keeps what is secret from other accounts', async () => {
    const entries = await readdir(folder, { withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name))
    const modes = await Promise.all(files.map(async (file) => (await stat(file)).mode & 0o077))
    expect(files.length).toBeGreaterThan(2)
    expect(modes.every((mode) => mode === 0)).toBe(true)
  })

  it('explains what it was told wrongly, with a code of its own', async () => {
    const wrong = run(process.execPath, [program, 'serve'], { env: { ...environment, SALLYPORT_LISTEN: 'nowhere' } })
    await expect(wrong).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('SALLYPORT_LISTEN') })
  })
})
