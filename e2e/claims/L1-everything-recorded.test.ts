/**
 * L1 (for what exists). Every sign-in, query, transfer, permission change and other act of an administrator is logged, once, with
 * who, from which device, through which gateway, with which leased credential.
 *
 * Whoever wants to act unseen looks for a route, a refusal or a kind of statement that leaves no trace. Each route that changes
 * something is driven once, and must leave exactly one entry of the type that it declares; real tools run a script of every kind of
 * statement, and each must be found once, as it was sent.
 */
import { type AuditEntryType, type RouteName, routes } from '@sallyport/protocol/api'
import { Testbed } from '@sallyport/testbed'
import { type Finished, runProgram, spawnProgram, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ActivityRow, allActivity } from '../support/activity.ts'
import { allEntries, entriesOf } from '../support/audit.ts'
import type { Driver, MutatingRoute } from '../support/driver.ts'
import { mutationDrivers } from '../support/mutations.ts'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { asSuperuser } from '../support/superuser.ts'

let bed: Testbed
let drivers: Readonly<Record<MutatingRoute, Driver>>
beforeAll(async () => {
  bed = await Testbed.start()
  drivers = mutationDrivers(bed)
})
afterAll(() => bed?.stop())

/** More than any of them leaves. */
const MOST_ENTRIES = 15

const mutating = (Object.keys(routes) as RouteName[]).filter((name) => routes[name].method !== 'GET') as MutatingRoute[]

/** What else a route tells in entries of their own, because it happens with it. */
const besides: Partial<Record<MutatingRoute, readonly AuditEntryType[]>> = {
  acceptInvitation: ['device.enrolled', 'alert.raised'],
  finishBrowserInvitation: ['device.enrolled', 'alert.raised'],
  openEmergencyAccess: ['alert.raised'],
  openSupportAccess: ['alert.raised', 'invitation.created'],
  endSupportAccess: ['alert.ended'],
  // Its gateway takes and finishes it meanwhile.
  testCredential: ['job.taken', 'job.finished'],
}

test('each route that changes something is driven here', () => {
  expect(Object.keys(mutationDrivers(bed)).toSorted()).toEqual(mutating.toSorted())
  // Previews change nothing, and must leave nothing.
  const declared = mutating.filter((name) => routes[name].audit === null && !name.startsWith('preview'))
  expect(declared).toEqual(['createChallenge', 'beginBrowserSignIn', 'beginPresence'])
})

test.for(mutating)('%s leaves exactly one entry of its type, by whom it was', async (name) => {
  const act = await drivers[name]()
  const { result: actor, entries: all } = await entriesOf(bed.owner.agent, act, MOST_ENTRIES)
  const declared = routes[name].audit
  // Whoever acts may have to confirm first that they are there, which is an entry of its own. What others leased or asked for ends
  // meanwhile by itself.
  const entries = all.filter(
    (each) => each.actor.kind !== 'job' && (each.type !== 'presence.confirmed' || each.type === declared),
  )
  const expected = [...(besides[name] ?? []), ...(declared === null ? [] : [declared])]
  expect(entries.map(({ type }) => type).toSorted()).toEqual(expected.toSorted())
  if (declared === null) return
  const entry = entries.find(({ type }) => type === declared)!
  expect(entry.actor).toMatchObject(actor)
  // A renewal is passed on by the gateway, which does not say from where it came.
  expect(entry.actor.address).toBe(name === 'renewLeases' ? null : '127.0.0.1')
  expect(JSON.stringify(entry)).not.toContain('correct horse')
})

test('a change that is refused leaves no entry as if it had been made', async () => {
  const { entries } = await entriesOf(bed.owner.agent, async () => {
    const name = 'shop: everything'
    await expect(bed.owner.agent.api('createRole', { body: { name } })).rejects.toMatchObject({ code: 'conflict' })
  })
  expect(entries.map(({ type }) => type)).toEqual([])
})

test('refused sign-ins and unlocks are recorded once each, with their code', async () => {
  const { email, invitation } = await bed.invite('refused')
  const person = await RawClient.enrol(invitation)
  const wrong = await entriesOf(bed.owner.agent, () => person.signIn(email, { password: 'not the password' }).catch(() => null))
  expect(wrong.entries).toMatchObject([{ type: 'sign-in.refused', details: { code: 'sign_in_failed' } }])

  const played = { name: 'played', sites: [bed.site], address: { host: '127.0.0.1', port: 1 } }
  const gateway = await RawGateway.join((await bed.owner.agent.api('createJoinToken', { body: played })).token)
  const credential = bed.database.credentials['read-only']!
  const ticket = await person.makeTicket({ gateway: gateway.id, credential })
  const { result, entries } = await entriesOf(bed.owner.agent, () => gateway.askForLease(ticket.text))
  expect(result.answer.code).toBe('not_granted')
  expect(entries).toMatchObject([
    {
      type: 'unlock.refused',
      actor: { kind: 'user', id: person.user, device: person.device, session: person.session },
      details: { code: 'not_granted', gateway: gateway.id },
      subject: { kind: 'credential', id: credential },
    },
  ])
  await bed.owner.agent.api('revokeGateway', { parameters: { gateway: gateway.id } })
})

/** What of a record says what was done. */
const told = ({ activity }: ActivityRow): unknown => {
  switch (activity.kind) {
    case 'query': {
      const { form, statement, binds, rows, error } = activity
      const values = binds.map((bind) => ('value' in bind ? bind.value.text : bind.form))
      return [form, statement.text, ...(values.length > 0 ? [values] : []), error?.code ?? rows]
    }
    case 'transfer':
      return [`copy ${activity.direction}`, activity.statement.text, activity.rows]
    case 'cancel':
      return ['cancel', activity.matched]
    default:
      return [activity.kind]
  }
}

const numberOf = ({ id }: ActivityRow): number => Number(id.slice(id.lastIndexOf('-') + 1))

/** Waits until these connections have ended in the log; their records in order. */
const recordsOf = (application: string, connections: number): Promise<ActivityRow[]> =>
  waitFor(
    async () => {
      const rows = (await allActivity(bed.owner.agent)).toSorted((left, right) => numberOf(left) - numberOf(right))
      const mine = new Set(
        rows
          .filter(({ activity }) => activity.kind === 'connection.opened' && activity.application === application)
          .map((row) => row.connection),
      )
      const found = rows.filter(({ connection }) => mine.has(connection))
      return found.filter(({ kind }) => kind === 'connection.closed').length === connections && found
    },
    { description: `records of ${application}`, timeoutMs: 60_000 },
  )

const expectAttributed = async (rows: readonly ActivityRow[], credential: string): Promise<void> => {
  const { device, session } = await bed.owner.agent.local.call('status', {})
  const { items } = await bed.owner.agent.api('listGateways', { query: { limit: 500 } })
  const gateway = items.find(({ name }) => name === 'gateway-1')!.id
  const { resource } = bed.database
  for (const row of rows)
    expect(row).toMatchObject({ user: bed.owner.id, device, session: session!.id, gateway, resource, credential })
}

test('a driver’s statements: simple, with bind values, prepared, failing, in a transaction', async () => {
  const client = new pg.Client({
    connectionString: await bed.owner.agent.url('shop-db/read-write'),
    application_name: 'a driver',
  })
  await client.connect()
  await client.query('select 1 as one')
  await client.query('select $1::int + $2::int as sum, $3::text as missing', [2, 40, null])
  for (const city of ['Oslo', 'Rome']) await client.query({ name: 'by-city', text: 'select $1::text as city', values: [city] })
  await expect(client.query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' })
  const divide = 'select 1 / (random() * $1::int)::int'
  await expect(client.query(divide, [0])).rejects.toMatchObject({ code: '22012' })
  await expect(client.query('select $1::int', ['many'])).rejects.toMatchObject({ code: '22P02' })
  await client.query('begin')
  await client.query(`update customers set city = 'Paris' where id = 1`)
  await client.query('rollback')
  await client.query('select 1; select 2')
  await client.end()
  const rows = await recordsOf('a driver', 1)
  expect(rows.map(told)).toEqual([
    ['connection.opened'],
    ['simple', 'select 1 as one', 1],
    ['extended', 'select $1::int + $2::int as sum, $3::text as missing', ['2', '40', 'null'], 1],
    ['extended', 'select $1::text as city', ['Oslo'], 1],
    ['extended', 'select $1::text as city', ['Rome'], 1],
    ['simple', 'select * from nowhere', '42P01'],
    ['extended', divide, ['0'], '22012'],
    // Its values were refused before it could run: one record says so, one that it was to run and did not.
    ['extended', 'select $1::int', ['many'], '22P02'],
    ['extended', 'select $1::int', ['many'], 'skipped'],
    ['simple', 'begin', null],
    ['simple', `update customers set city = 'Paris' where id = 1`, 1],
    ['simple', 'rollback', null],
    ['simple', 'select 1; select 2', 2],
    ['connection.closed'],
  ])
  await expectAttributed(rows, bed.database.credentials['read-write']!)
})

/** psql on this script as its standard input. */
const psqlScript = async (application: string, script: string): Promise<Finished> =>
  runProgram({
    command: 'psql',
    args: ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', await ownerUrl(application)],
    env: { PATH: process.env['PATH'] },
    input: script,
  })
const ownerUrl = (application: string): Promise<string> =>
  bed.owner.agent.url('shop-db/owner', `sslmode=disable&application_name=${application}`)

test('psql: copying in and out, and what was sent before the server refused it', async () => {
  const script = `create table copied (id int);
copy copied from stdin;
1
2
\\.
copy (select id from copied order by id) to stdout;
copy nowhere to stdout;
drop table copied;
`
  expect(await psqlScript('copying', script)).toMatchObject({ stdout: '1\n2\n', stderr: expect.stringContaining('nowhere') })
  const rows = await recordsOf('copying', 1)
  expect(rows.map(told)).toEqual([
    ['connection.opened'],
    ['simple', 'create table copied (id int);', null],
    ['copy in', 'copy copied from stdin;', 2],
    ['copy out', 'copy (select id from copied order by id) to stdout;', 2],
    ['simple', 'copy nowhere to stdout;', '42P01'],
    ['simple', 'drop table copied;', null],
    ['connection.closed'],
  ])
  await expectAttributed(rows, bed.database.credentials['owner']!)
})

test('psql: a statement that its user stops, and the request that stopped it', async () => {
  const psql = await spawnProgram({
    command: 'psql',
    args: ['--no-psqlrc', '--quiet', await ownerUrl('stopping')],
    env: { PATH: process.env['PATH'] },
  })
  psql.stdin.write('select pg_sleep(3600);\n')
  const running = `select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`
  await waitFor(async () => (await asSuperuser(bed.shop.postgres, running)).length === 1, {
    description: 'the statement to run',
    timeoutMs: 30_000,
  })
  psql.kill('SIGINT')
  await psql.waitForLine(/canceling statement due to user request/, { timeoutMs: 30_000 })
  psql.stdin.end()
  await psql.exited
  const rows = await recordsOf('stopping', 1)
  expect(rows.map(told)).toEqual([['connection.opened'], ['simple', 'select pg_sleep(3600);', '57014'], ['connection.closed']])
  // It came on a connection of its own.
  const cancels = await waitFor(
    async () => {
      const found = (await allActivity(bed.owner.agent, { kind: 'cancel' })).filter(({ user }) => user === bed.owner.id)
      return found.length > 0 && found
    },
    { description: 'the request to stop in the log' },
  )
  expect(cancels.map(told)).toEqual([['cancel', true]])
  await expectAttributed([...rows, ...cancels], bed.database.credentials['owner']!)
})

test('each lease under which all that happened is an unlock in the log, and the sign-in before it', async () => {
  const entries = await allEntries(bed.owner.agent)
  const leases = new Set(
    (await allActivity(bed.owner.agent)).filter(({ user }) => user === bed.owner.id).map(({ lease }) => lease),
  )
  const unlocked = entries.filter(({ type, actor }) => type === 'unlock.granted' && actor.id === bed.owner.id)
  for (const lease of leases) expect(unlocked.filter((entry) => JSON.stringify(entry).includes(lease))).toHaveLength(1)
  // One for each credential; a new one where the last had ended meanwhile.
  expect(leases.size).toBeGreaterThanOrEqual(2)
  const accepted = entries.filter(({ type, actor }) => type === 'invitation.accepted' && actor.id === bed.owner.id)
  expect(accepted).toHaveLength(1)
})
