import { type ChildProcess, fork } from 'node:child_process'
import { randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect as connectTls } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundledProgram, freePort } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProgramRole } from '../db/roles.ts'
import { type TestDatabase, testDatabase } from '../db/testing.ts'
import { connectLink } from '../links/connect.ts'
import { awaitCertificate, loadLinkIdentity } from '../links/identity.ts'
import { logOperations } from '../links/log-operations.ts'
import { roleHostName } from '../links/role-names.ts'
import { vaultOperations } from '../links/vault-operations.ts'
import { quietLogger } from '../testing/quiet-logger.ts'
import { administrator, makeUnlockWorld, type RolesOfWorld, startTestRoles, type UnlockWorld } from '../testing/unlock-world.ts'
import { startRoles } from './link.ts'
import type { RoleCall, RoleProcessOptions } from './testing/role-process.ts'

const program = await bundledProgram('apps/api/src/roles/testing/role-process.ts')
let database: TestDatabase
let folder: string
let addresses: RoleProcessOptions['addresses']
const children = new Map<ProgramRole, ChildProcess>()

const own = (role: ProgramRole): string => join(folder, role)
const shared = (): string => join(folder, 'shared')

const start = (role: ProgramRole): ChildProcess => {
  const options: RoleProcessOptions = { role, login: database.login(role), own: own(role), shared: shared(), addresses }
  const child = fork(program, {
    execArgv: [],
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      ROLE_PROCESS: JSON.stringify(options),
    },
  })
  children.set(role, child)
  return child
}
const message = async (child: ChildProcess): Promise<unknown> => ((await once(child, 'message')) as [unknown])[0]
const stop = async (role: ProgramRole): Promise<number | null> => {
  const child = children.get(role)
  children.delete(role)
  if (!child || child.exitCode !== null) return child?.exitCode ?? null
  child.kill('SIGTERM')
  return ((await once(child, 'exit')) as [number | null])[0]
}

const call = async (made: RoleCall): Promise<{ readonly output?: unknown; readonly code?: string }> => {
  const api = children.get('api')!
  const answered = message(api)
  api.send(made)
  return (await answered) as { output?: unknown; code?: string }
}

beforeAll(async () => {
  database = await testDatabase()
  folder = await mkdtemp(join(tmpdir(), 'sallyport-link-'))
  addresses = { vault: { host: '127.0.0.1', port: await freePort() }, log: { host: '127.0.0.1', port: await freePort() } }
  await Promise.all((['api', 'vault', 'log'] as const).map((role) => message(start(role))))
})
afterAll(async () => {
  await Promise.all([...children.keys()].map(stop))
  await database.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The api process as the roles that a world is built with. */
const remoteRoles = (): RolesOfWorld => {
  const linkTo = (link: 'vault' | 'log') =>
    new Proxy(
      {},
      {
        get: (_target, operation: string) => async (input: unknown) => {
          const { output, code } = await call({ link, operation, input })
          if (code !== undefined) throw new Error(code)
          return output
        },
      },
    )
  return { vault: linkTo('vault'), log: { link: linkTo('log') } } as unknown as RolesOfWorld
}

describe('roles in processes of their own', () => {
  let world: UnlockWorld

  it('unlock a credential together', async () => {
    world = await makeUnlockWorld(database, remoteRoles(), { now: Date.now() })
    const unlocked = await world.unlock()
    expect(await world.open(unlocked)).toBe('s3cret-of-shop')
    expect(await world.verifyReceipt(unlocked.answer.receipt)).toMatchObject({ lease: unlocked.answer.binding.lease })
  })

  it('have their own keys and no others', async () => {
    expect((await readdir(own('api'))).sort()).toEqual(['api-link.pem'])
    for (const role of ['vault', 'log'] as const) {
      expect((await readdir(own(role))).sort()).toEqual(['root.key', `${role}-link.pem`].sort())
    }
    for (const file of await readdir(shared())) {
      expect(await readFile(join(shared(), file), 'utf8')).not.toContain('PRIVATE')
    }
    const [vault, log] = [await readFile(join(own('vault'), 'root.key')), await readFile(join(own('log'), 'root.key'))]
    expect(vault.equals(log)).toBe(false)
  })

  it('do not let the API append to the log what only the vault may', async () => {
    const { link, close } = await linkAs('api', 'log')
    await expect(link.appendUnlock(unlockRecord())).rejects.toMatchObject({ code: 'forbidden' })
    close()
  })

  it('tell errors by their code', async () => {
    const input = { organization: world.organization, actor: administrator, secret: randomUUID(), endpointDigest: 'A'.repeat(43) }
    expect(await call({ link: 'vault', operation: 'bindSecret', input })).toEqual({ code: 'not_found' })
  })

  it('refuse whoever shows no certificate, or one that is not in the folder', async () => {
    const strange = join(folder, 'strange')
    const stranger = await loadLinkIdentity('api', { own: strange, shared: join(strange, 'shared') }, Date.now())
    const certificate = await awaitCertificate('vault', shared(), 0)
    const connection = connectLink({
      identity: stranger,
      operations: vaultOperations,
      role: 'vault',
      address: addresses.vault,
      certificate,
      unavailable: 'vault_unavailable',
    })
    await expect(connection.link.vaultKeys({ organization: world.organization })).rejects.toMatchObject({
      code: 'vault_unavailable',
      cause: expect.objectContaining({ message: expect.stringMatching(/alert|ECONNRESET|socket hang up/) }),
    })
    connection.close()
    const socket = connectTls({ ...addresses.vault, ca: [certificate], servername: roleHostName('vault') })
    const ended = new Promise<string>((resolve) => {
      socket.on('error', (error) => resolve(error.message))
      socket.on('end', () => resolve('ended'))
      socket.on('data', () => resolve('answered'))
    })
    socket.end('POST /vaultKeys HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}')
    expect(await ended).toMatch(/certificate required|ended|ECONNRESET/)
  })

  it('are not fooled by another role that answers in the place of one', async () => {
    const { link, close } = await linkAs('api', 'log', { address: addresses.vault })
    await expect(link.receiptKeys({ organization: world.organization })).rejects.toMatchObject({ code: 'log_unavailable' })
    close()
  })

  it('unlock nothing while the log is stopped, and go on when it is back', async () => {
    expect(await stop('log')).toBe(0)
    await expect(world.unlock()).rejects.toThrow('log_unavailable')
    expect(await message(start('log'))).toEqual({ ready: true })
    expect(await world.open(await world.unlock())).toBe('s3cret-of-shop')
  })

  it('answer that the vault is not there while it is stopped', async () => {
    expect(await stop('vault')).toBe(0)
    await expect(world.unlock()).rejects.toThrow('vault_unavailable')
    expect(await message(start('vault'))).toEqual({ ready: true })
    expect(await world.open(await world.unlock())).toBe('s3cret-of-shop')
  })

  const linkAs = async (caller: ProgramRole, role: 'log', change: { address?: { host: string; port: number } } = {}) => {
    const identity = await loadLinkIdentity(caller, { own: own(caller), shared: shared() }, Date.now())
    return connectLink({
      identity,
      operations: logOperations,
      role,
      address: change.address ?? addresses.log,
      certificate: await awaitCertificate(role, shared(), 0),
      unavailable: 'log_unavailable',
    })
  }

  const unlockRecord = () => ({
    id: randomUUID(),
    organization: world.organization,
    at: Date.now(),
    actor: administrator,
    lease: randomUUID(),
    gateway: randomUUID(),
    session: randomUUID(),
    device: randomUUID(),
    user: randomUUID(),
    resource: randomUUID(),
    credential: randomUUID(),
    secret: randomUUID(),
    secretVersion: 1,
    endpointDigest: 'A'.repeat(43),
    ticketDigest: 'A'.repeat(43),
    expiresAt: Date.now(),
  })
})

describe('a role', () => {
  it('does not start without what it needs', async () => {
    const common = { clock: Date.now, logger: quietLogger() }
    await expect(startRoles({ ...common, roles: ['api', 'vault', 'log'] })).rejects.toThrow('the log role is not configured')
    await expect(startRoles({ ...common, roles: ['api'] })).rejects.toThrow('how to reach the other roles is not configured')
    const lonely = join(folder, 'lonely')
    const links = { folders: { own: lonely, shared: join(lonely, 'shared') }, addresses, patience: 0 }
    await expect(startRoles({ ...common, roles: ['api'], links })).rejects.toThrow('vault.crt is missing')
  })

  it('has a certificate that names it and is no authority', async () => {
    for (const role of ['api', 'vault', 'log'] as const) {
      const certificate = new X509Certificate(await awaitCertificate(role, shared(), 0))
      expect(certificate.checkHost(roleHostName(role))).toBe(roleHostName(role))
      expect(certificate.ca).toBe(false)
    }
  })

  it('is not replaced in the folder by another of its kind', async () => {
    const second = join(folder, 'second')
    await expect(loadLinkIdentity('vault', { own: second, shared: shared() }, Date.now())).rejects.toThrow('another vault role')
  })

  it('may be played with others in one process', async () => {
    const keys = { vault: join(own('vault'), 'root.key'), log: join(own('log'), 'root.key') }
    const roles = await startTestRoles(database, { now: Date.now() }, keys)
    const world = await makeUnlockWorld(database, roles, { now: Date.now() })
    expect(await world.open(await world.unlock())).toBe('s3cret-of-shop')
    await roles.close()
  })
})
