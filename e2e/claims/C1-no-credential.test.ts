/**
 * C1. A person never receives a credential, in any form: not on the wire, in the memory of the client, in logs, errors, exports or
 * answers. They cannot make one that they know (changing the leased user's password is refused), nor have it sent elsewhere
 * (changing a resource's endpoint unbinds its secrets).
 *
 * The attacker is a person with every permission to read, root on their own computer, and in the end all disks of gateway and
 * API. Every password of the database is a canary. A whole working day is played (queries, errors, a password rotated at the
 * server, one replaced in Sallyport, every listing, the command line), and every byte of it searched. Each search is shown to find
 * what it should: the password in the gateway's memory while its lease lives, a name on the disks.
 *
 * Statements that are put together while they run (DO with concatenation, functions that exist already) are beyond what an adapter
 * can see; its documentation says so. Here are those that say what they do.
 */
import { join } from 'node:path'
import type { RunningPostgres } from '@sallyport/postgres'
import { type Endpoint, endpointDigest } from '@sallyport/protocol'
import { passwordSecret, sealSecret, Testbed } from '@sallyport/testbed'
import { type Canary, canary, canaryOf, spawnProgram, temporaryPostgres, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { allActivity } from '../support/activity.ts'
import { provenRecord } from '../support/activity-stream.ts'
import { askForAccess } from '../support/ask-for-access.ts'
import { type ManInTheMiddle, manInTheMiddle } from '../support/man-in-the-middle.ts'
import { memorySkipReason, searchMemory } from '../support/process-memory.ts'
import { storeLocation } from '../support/organization-world.ts'
import { RawClient } from '../support/raw-client.ts'
import { openStream, refusalOf } from '../support/raw-stream.ts'
import { readEverything } from '../support/read-everything.ts'
import { psqlPrints, psqlRefusal, runPsql } from '../support/run-psql.ts'
import { sallyport, sallyportCommand } from '../support/sallyport.ts'
import { asSuperuser } from '../support/superuser.ts'

const CREDENTIAL = 'shop-db/read-only'
/** The database's user behind it. */
const LEASED = 'readonly'

let bed: Testbed
/** Reads all that can be read. */
let auditor: RawClient
/** Between tool and agent. */
let ear: ManInTheMiddle
/** Every password that ever was the database's, and what people tried to make it. */
const secrets: Canary[] = []
const chosen = canary()
/** Everything that reached the person: on the wire, on the screen, in answers. By where it was seen. */
const received: { readonly where: string; readonly bytes: Buffer }[] = []

const receive = (where: string, text: string | Buffer): void => void received.push({ where, bytes: Buffer.from(text) })

/** By the connection on which somebody listens. */
const url = (): string => `postgresql://sallyport:unused@127.0.0.1:${ear.port}/shop?sslmode=disable`

const passwordHash = async (user: string): Promise<string> => {
  const rows = await asSuperuser<{ hash: string }>(
    bed.shop.postgres,
    `select rolpassword as hash from pg_authid where rolname = '${user}'`,
  )
  return rows[0]!.hash
}

beforeAll(async () => {
  bed = await Testbed.start()
  secrets.push(...Object.values(bed.shop.users).map(({ password }) => canaryOf(password)))
  auditor = await RawClient.enrol((await bed.invite('auditor', { roles: ['owner'] })).invitation)
  ear = await manInTheMiddle((await bed.owner.agent.listening(CREDENTIAL)).port, { kind: 'relay' })
})
afterAll(async () => {
  auditor?.close()
  await ear?.close()
  await bed?.stop()
})

test('a working day: queries, errors, a password rotated at the server and one replaced here', async () => {
  const shown = async (what: string, ...statements: string[]): Promise<string> => {
    const { stdout, stderr } = await runPsql(url(), ...statements)
    receive(what, stdout + stderr)
    return stdout + stderr
  }
  expect(await shown('psql', 'select current_user')).toBe(`${LEASED}\n`)
  expect(await shown('psql error', 'select * from nowhere')).toContain('nowhere')
  expect(await shown('psql settings', 'show all', '\\conninfo', 'table pg_stat_activity')).toContain('server_version')

  const rotated = canary()
  secrets.push(rotated)
  await asSuperuser(bed.shop.postgres, `alter role ${LEASED} password '${rotated.text}'`)
  const refusal = await psqlRefusal(url())
  receive('psql refused', refusal.text)
  expect(refusal.code).toBe('resource_sign_in_failed')

  const resource = await bed.owner.agent.api('getResource', { parameters: { resource: bed.database.resource } })
  const { items } = await bed.owner.agent.api('listCredentials', {})
  const { secret } = items.find(({ id }) => id === bed.database.credentials['read-only'])!
  const body = await sealSecret(bed.owner.agent, resource, passwordSecret(rotated.text))
  receive('replaceSecret', JSON.stringify(await bed.owner.agent.api('replaceSecret', { parameters: { secret }, body })))
  await waitFor(async () => (await shown('psql again', 'select current_user')) === `${LEASED}\n`, {
    description: 'the replaced password to be used',
    timeoutMs: 60_000,
  })
})

/** Each asks for a new password of the leased user, under one of its names. */
const changes = (password: string): string[] => [
  `alter role ${LEASED} password '${password}'`,
  `ALTER USER current_user WITH ENCRYPTED PASSWORD '${password}'`,
  `alter role "${LEASED}" /* still */ encrypted password E'${password}'`,
  `select 1; alter user session_user password $x$${password}$x$`,
  `do $do$ begin alter role ${LEASED} password '${password}'; end $do$`,
  `do $do$ begin execute 'alter role current_user password ''${password}'''; end $do$`,
]

test('the leased user’s password cannot be changed to one that is known, in no form', async () => {
  const before = await passwordHash(LEASED)
  for (const text of changes(chosen.text)) {
    const { code, stderr } = await runPsql(url(), text)
    receive('refused change', stderr)
    expect({ text, code, stderr }).toEqual({ text, code: 1, stderr: expect.stringContaining('(password_change_refused)') })
    const client = new pg.Client({ connectionString: url() })
    client.on('error', () => undefined)
    await client.connect()
    const extended = { text, values: [], queryMode: 'extended' } as pg.QueryConfig
    await expect(client.query(extended), text).rejects.toThrow(text.includes(';') ? /./ : /password_change_refused/)
    await client.end()
  }
  expect(await passwordHash(LEASED)).toBe(before)

  // psql's own command asks twice, and sends a verifier that it made of what was typed.
  const psql = await spawnProgram({ command: 'psql', args: ['--no-psqlrc', url()], env: { PATH: process.env['PATH'] } })
  psql.stdin.write(`\\password ${LEASED}\n${chosen.text}\n${chosen.text}\n`)
  await psql.waitForLine(/password_change_refused/, { timeoutMs: 60_000 })
  psql.stdin.end()
  await psql.exited
  expect(await passwordHash(LEASED)).toBe(before)
})

test('the same statements change it where nobody is in between', async () => {
  const { host, port, database, users, caPem } = bed.shop
  for (const [index, text] of changes(canary().text).entries()) {
    const before = await passwordHash('readwrite')
    const { name: user, password } = users.readwrite
    const direct = text.replaceAll(LEASED, 'readwrite')
    if (index > 0) await asSuperuser(bed.shop.postgres, `alter role readwrite password '${password}'`)
    const client = new pg.Client({ host, port, database, user, password, ssl: { ca: caPem } })
    await client.connect()
    await client.query(direct)
    await client.end()
    expect(await passwordHash('readwrite'), direct).not.toBe(before)
  }
  await asSuperuser(bed.shop.postgres, `alter role readwrite password '${users.readwrite.password}'`)
})

test('nothing that was tried as a password is in what is recorded', async () => {
  const attempts = await waitFor(
    async () => {
      const rows = await allActivity(bed.owner.agent, { kind: 'query' })
      const found = rows.map((row) => JSON.stringify(row)).filter((text) => /alter (role|user)/i.test(text))
      return found.length >= changes('').length && found
    },
    { description: 'the attempts in the log', timeoutMs: 60_000 },
  )
  expect(attempts.join('\n')).toContain('[redacted]')
  expect(chosen.findBytes(Buffer.from(attempts.join('\n')))).toEqual([])
})

const commands = [
  'status',
  'ls',
  'audit',
  'activity',
  'doctor',
  `url ${CREDENTIAL}`,
  ...['resources', 'credentials', 'leases'].map((noun) => `admin ${noun} list`),
]

test('the command line shows none of it', async () => {
  for (const command of commands) {
    const { code, stdout, stderr } = await sallyport(bed.owner.agent, ...command.split(' '), '--json')
    receive(`sallyport ${command}`, stdout + stderr)
    // What is slow to answer is a fault to the doctor, and its exit code says so.
    const failed = command === 'doctor' ? 0 : code
    expect({ command, failed, stderr }).toEqual({ command, failed: 0, stderr: '' })
  }
})

test('every answer of the API to somebody who may read everything', async () => {
  const { items: roles } = await bed.owner.agent.api('listRoles', {})
  const credential = bed.database.credentials['read-only']!
  const { accessRule, accessRequest } = await askForAccess(auditor, { name: 'asked', credential, decider: bed.owner.id })
  const numbered = (await auditor.call('listAuditEntries')).items.findLast(({ index }) => index !== null)!
  const texts = await readEverything(
    auditor,
    {
      user: bed.owner.id,
      role: roles[0]!.id,
      site: bed.site,
      gateway: (await auditor.gateway()).id,
      resource: bed.database.resource,
      credential,
      slug: 'acme',
      accessRule,
      accessRequest,
      entry: z.object({ id: z.uuid() }).parse(numbered.entry).id,
      record: await provenRecord(auditor),
      store: (await auditor.call('createStore', { body: { name: 'elsewhere', location: storeLocation('shop') } })).id,
      organization: auditor.organization,
      level: '0',
      tile: '0',
    },
    { explainAccess: { user: bed.owner.id, credential }, explainMyAccess: { credential }, getLogTile: { width: '1' } },
  )
  for (const [name, text] of texts) receive(`GET ${name}`, text)
  expect(texts.get('listCredentials')).toContain(credential)
  expect(texts.get('listActivity')).toContain('select current_user')
})

test('what a gateway tells a client, opened', async () => {
  const credential = bed.database.credentials['read-only']!
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await bed.owner.agent.api('createGrant', { body: { user: auditor.user, credential, expiresAt } })
  const gateway = await auditor.gateway()
  const ticket = await auditor.makeTicket({ gateway: gateway.id, credential })
  const head = { type: 'open', ticket: ticket.text, share: ticket.share, caller: null } as const
  const { stream, answer } = await openStream(await auditor.dialGateway(gateway), head)
  expect(refusalOf(answer)).toBeNull()
  receive('answer of the gateway', JSON.stringify(answer))
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const startup = Buffer.from('\0\0\0\0\0\x03\0\0user\0x\0database\0shop\0\0', 'latin1')
  startup.writeInt32BE(startup.length, 0)
  stream.write(startup)
  await waitFor(() => Buffer.concat(chunks).includes('server_version'), { description: 'the greeting', timeoutMs: 30_000 })
  receive('greeting through the gateway', Buffer.concat(chunks))
  stream.destroy()
})

const reason = memorySkipReason()

test.skipIf(reason !== null)(`the memory of agent and command line, while a lease is in use (${reason ?? 'runs'})`, async () => {
  const wanted = [secrets[2]!, secrets.at(-1)!]
  const command = await sallyportCommand(bed.owner.agent, [
    'psql',
    CREDENTIAL,
    '--',
    '--no-psqlrc',
    '--tuples-only',
    '--no-align',
  ])
  const cli = await spawnProgram(command)
  try {
    const mark = canary()
    cli.stdin.write(`select '${mark.text}';\n`)
    await cli.waitForLine(new RegExp(mark.text), { timeoutMs: 60_000 })
    const look = (pid: number): ReturnType<typeof searchMemory> => searchMemory(pid, wanted)
    const [gateway, agent, line] = [
      await look(bed.gateways[0]!.program.pid),
      await look(bed.owner.agent.program.pid),
      await look(cli.pid),
    ]
    // The one in use is where it must be, so the search would find it elsewhere.
    expect(gateway.sightings[1]).not.toEqual([])
    expect({ agent: agent.sightings, line: line.sightings }).toEqual({ agent: [[], []], line: [[], []] })
    expect(Math.min(agent.bytes, line.bytes)).toBeGreaterThan(10 * 1024 * 1024)
  } finally {
    await cli.stop()
  }
})

test('a resource moved to the attacker’s server sends no credential there until somebody binds its secret to it', async () => {
  const { shop, owner, database } = bed
  const attacker: RunningPostgres = await temporaryPostgres({ port: 0, hba: ['host all all 127.0.0.1/32 password'] })
  const server = await manInTheMiddle(attacker.port, { kind: 'relay' })
  const parameters = { resource: database.resource }
  try {
    const { id: role } = await owner.agent.api('createRole', {
      body: { name: 'catalogue', permissions: ['resources.read', 'resources.write'] },
    })
    const { id, invitation } = await bed.invite('mallory')
    await owner.agent.api('addRoleMember', { parameters: { role, user: id } })
    const mallory = await RawClient.enrol(invitation)
    const credential = database.credentials['read-only']!
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    await owner.agent.api('createGrant', { body: { user: mallory.user, credential, expiresAt } })

    const { endpoint: honest } = await mallory.call('getResource', { parameters })
    const endpoint: Endpoint = { ...honest, port: server.port, plaintextAllowed: true, weakestAuthentication: 'cleartext' }
    await mallory.call('changeResource', { parameters, body: { endpoint } })
    // Until the gateway has heard of it the lease of before leads where it led.
    const refused = await waitFor(() => psqlRefusal(url()), { description: 'the lease of before to end' })
    receive('psql unbound', refused.text)
    expect(refused.code).toBe('secret_unbound')
    const gateway = await mallory.gateway()
    const ticket = await mallory.makeTicket({ gateway: gateway.id, credential })
    const head = { type: 'open', ticket: ticket.text, share: ticket.share, caller: null } as const
    const { answer } = await openStream(await mallory.dialGateway(gateway), head)
    expect(refusalOf(answer)).toBe('secret_unbound')

    // Nor by another way around: binding it, or naming it in a resource of one's own.
    const { items } = await owner.agent.api('listCredentials', {})
    const { secret } = items.find((item) => item.id === credential)!
    const binding = { parameters: { secret }, body: { endpointDigest: await endpointDigest(endpoint) } }
    expect((await mallory.attempt('bindSecret', binding)).code).toBe('forbidden')
    const own = await mallory.call('createResource', { body: { site: bed.site, name: 'bait', endpoint } })
    const borrowed = { resource: own.id, name: 'bait', userName: LEASED, secret }
    expect((await mallory.attempt('createCredential', { body: borrowed })).code).toMatch(/^(not_found|conflict|secret_unbound)$/)
    expect(server.connections).toBe(0)

    // Bound by somebody who may, it is used there: that is what the binding held back.
    await owner.agent.api('bindSecret', binding)
    await waitFor(
      async () => {
        await runPsql(url(), 'select 1')
        return secrets.at(-1)!.findBytes(server.seen).length > 0
      },
      { description: 'the credential to be sent where it is bound', timeoutMs: 60_000 },
    )
    await owner.agent.api('changeResource', { parameters, body: { endpoint: honest } })
    const digest = await endpointDigest(honest)
    await owner.agent.api('bindSecret', { parameters: { secret }, body: { endpointDigest: digest } })
    await waitFor(async () => (await psqlPrints(url(), 'select current_user')) === LEASED, {
      description: 'the way back',
      timeoutMs: 60_000,
    })
    expect(shop.port).toBe(honest.port)
    mallory.close()
  } finally {
    await server.close()
    await attacker.stop({ mode: 'immediate' })
  }
})

test('nothing that reached the person holds a password', async () => {
  receive('towards the tool', ear.answered)
  for (const { agent } of bed.people) receive(`log of ${agent.program.pid}`, agent.program.lines.join('\n'))
  expect(ear.answered.length).toBeGreaterThan(1000)
  const sightings = received.flatMap(({ where, bytes }) =>
    secrets.flatMap((one) => one.findBytes(bytes).map(({ form }) => ({ where, form }))),
  )
  expect(sightings).toEqual([])
})

test('neither logs nor disks of API, gateway and client hold one, after all', async () => {
  const logs = [bed.api.program, ...bed.gateways.map(({ program }) => program), ...bed.people.map(({ agent }) => agent.program)]
  for (const gateway of bed.gateways) await gateway.stop()
  // Stopping writes everything that PostgreSQL holds to its files.
  await bed.api.stop()
  const text = Buffer.from(logs.flatMap(({ lines }) => lines).join('\n'))
  expect(text.includes('"event":"ready"')).toBe(true)
  for (const one of [...secrets, chosen]) expect(one.findBytes(text)).toEqual([])
  // The one that was replaced, and the one in its place: both were in the vault.
  for (const one of [secrets[2]!, secrets.at(-1)!]) expect(await one.searchDirectory(bed.directory)).toEqual([])
  const known = canaryOf('shop: everything')
  expect((await known.searchDirectory(join(bed.directory, 'api'))).length).toBeGreaterThan(0)
})
