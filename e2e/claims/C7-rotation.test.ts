/**
 * C7 (passwords of resources). Rotation happens by itself, on demand and under load without one failed query, acts under an identity
 * of its own that opens nothing else, and ends consistent whenever it is cut off.
 *
 * pgbench keeps connecting anew and keeps connections while the password behind them changes; a thief tries the old one afterwards,
 * and tickets of jobs where they do not belong. A person changes a password behind Sallyport's back; a gateway falls into the hands of
 * somebody who has kept what it opened. In the other file of this claim the gateway is killed at each step.
 */
import { addRole, passwordSecret, type Person, storeSecret, Testbed } from '@sallyport/testbed'
import { hasProgram, runProgram, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { entriesOf } from '../support/audit.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { signsInTo } from '../support/signs-in.ts'
import { asSuperuser } from '../support/superuser.ts'

const FIRST = 'the first password of a login that rotates'

let bed: Testbed
let credential: string

const rotation = (of = credential) => bed.owner.agent.api('getRotation', { parameters: { credential: of } })

const rotated = async (of = credential): Promise<Awaited<ReturnType<typeof rotation>>> =>
  waitFor(
    async () => {
      const found = await rotation(of)
      return (found.last?.state === 'done' || found.last?.state === 'failed') && found
    },
    { description: 'the rotation to end', timeoutMs: 90_000 },
  )

const signsIn = (user: string, password: string): Promise<boolean> => signsInTo(bed.shop, user, password)

/** The rows of one statement, over a connection of its own. */
const ask = async <Row extends pg.QueryResultRow>({ agent }: Person, name: string, text: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: await agent.url(`shop-db/${name}`) })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

const whoIs = async (person: Person, name = 'rotating'): Promise<string> =>
  (await ask<{ user: string }>(person, name, 'select session_user as user'))[0]!.user

/** A login with a password of its own, and the credential for it, which those of the role may use. */
const addLogin = async (name: string, password: string): Promise<string> => {
  const { owner, database, shop } = bed
  await asSuperuser(shop.postgres, `create role ${name} login password '${password}' in role ${shop.users.readonly.name}`)
  const resource = await owner.agent.api('getResource', { parameters: { resource: database.resource } })
  const secret = await storeSecret(owner.agent, resource, passwordSecret(password))
  const body = { resource: resource.id, name, userName: name, secret, databases: [shop.database] }
  const made = await owner.agent.api('createCredential', { body })
  await addRole(owner.agent, { name: `those of ${name}`, users: [owner.id], credentials: [made.id] })
  return made.id
}

beforeAll(async () => {
  bed = await Testbed.start({ roles: 'apart' })
  const group = bed.shop.users.readwrite.name
  await asSuperuser(
    bed.shop.postgres,
    `create role rotating_a login password '${FIRST}' in role ${group}; create role rotating_b login password '${FIRST}' in role ${group};
     alter role rotating_a set role = ${group}; alter role rotating_b set role = ${group};
     alter role rotating_b set default_transaction_read_only = on`,
  )
  const { owner, database } = bed
  const resource = await owner.agent.api('getResource', { parameters: { resource: database.resource } })
  const [secret, second] = [
    await storeSecret(owner.agent, resource, passwordSecret(FIRST)),
    await storeSecret(owner.agent, resource, passwordSecret(FIRST)),
  ]
  const body = { resource: resource.id, name: 'rotating', userName: 'rotating_a', secret, databases: [bed.shop.database] }
  credential = (await owner.agent.api('createCredential', { body })).id
  await addRole(owner.agent, { name: 'those who rotate', users: [owner.id], credentials: [credential] })
  await owner.agent.api('changeRotation', {
    parameters: { credential },
    body: { second: { userName: 'rotating_b', secret: second } },
  })
})
afterAll(() => bed?.stop())

test('an administrator may have a credential tried out, without ever holding it', async () => {
  const tested = await bed.owner.agent.api('testCredential', { parameters: { credential }, body: {} })
  expect(tested.steps.map(({ step, ok }) => [step, ok])).toEqual(
    ['name', 'address', 'connection', 'encryption', 'greeting', 'sign-in'].map((step) => [step, true]),
  )
  const refused = bed.database.credentials['read-only']!
  await asSuperuser(bed.shop.postgres, `alter role ${bed.shop.users.readonly.name} password 'another'`)
  const failed = await bed.owner.agent.api('testCredential', { parameters: { credential: refused }, body: {} })
  expect(failed).toMatchObject({
    ok: false,
    steps: expect.arrayContaining([expect.objectContaining({ code: 'resource_sign_in_failed' })]),
  })
})

describe.skipIf(!hasProgram('pgbench'))('under load (needs pgbench)', () => {
  test('not one query and not one new connection fails, and every step is in the log', async () => {
    expect(await whoIs(bed.owner)).toBe('rotating_a')
    const connection = await bed.owner.agent.url('shop-db/rotating')
    const bench = (...args: string[]) =>
      runProgram({
        command: 'pgbench',
        args: ['--no-vacuum', '--file=-', '--time=6', '--max-tries=1', '--client=2', ...args, connection],
        input: 'select count(*) from customers;\n',
        env: { PATH: process.env['PATH'] },
        timeoutMs: 180_000,
      })
    const work = async () => {
      // As many a second as leave the machine to others.
      const loads = [bench('--connect', '--rate=20'), bench('--rate=100')]
      await bed.owner.agent.api('rotateCredential', { parameters: { credential } })
      const ended = await rotated()
      return { ended, loads: await Promise.all(loads) }
    }
    const { result, entries } = await entriesOf(bed.owner.agent, work, 250)
    expect(result.ended).toMatchObject({
      last: { state: 'done', userName: 'rotating_b' },
      second: { userName: 'rotating_a' },
      failures: 0,
    })
    for (const { code, stdout, stderr } of result.loads) {
      expect({ code, stderr }).toMatchObject({ code: 0 })
      expect(stdout).toMatch(/number of failed transactions: 0/)
    }
    const types = entries.map(({ type }) => type).filter((type) => type !== 'lease.renewed' && type !== 'activity.batch')
    expect(types.filter((type) => type.startsWith('job') || type.startsWith('secret'))).toEqual([
      'job.started',
      'job.taken',
      'secret.pending-stored',
      'job.finished',
    ])
    expect(entries.filter(({ type, actor }) => type === 'unlock.granted' && actor.kind === 'job')).toHaveLength(1)
    expect(JSON.stringify(entries)).not.toContain(FIRST)
  })

  test('the new login is handed out with a password that nobody knew, and the server saw only its verifier', async () => {
    // Whoever has a lease keeps it, and the login that goes with it; who comes later gets the new one.
    expect(await whoIs(bed.owner)).toBe('rotating_a')
    const later = await bed.addPerson('later', { roles: ['those who rotate'] })
    await takeOwnPorts(later.agent)
    expect(await whoIs(later)).toBe('rotating_b')
    expect(await signsIn('rotating_b', FIRST)).toBe(false)
    const [row] = await asSuperuser<{ rolpassword: string }>(
      bed.shop.postgres,
      `select rolpassword from pg_authid where rolname = 'rotating_b'`,
    )
    expect(row!.rolpassword).toMatch(/^SCRAM-SHA-256\$/)
  })
})

test('a password that a person changed where no gateway can see it is found when the session is over', async () => {
  const sneaky = await addLogin('sneaky', 'the password of sneaky')
  await bed.owner.agent.api('changeRotation', { parameters: { credential: sneaky }, body: { checkAfterSession: true } })
  const person = await bed.addPerson('sneak', { roles: ['those of sneaky'] })
  await takeOwnPorts(person.agent)
  await ask(person, 'sneaky', `do $do$ begin execute 'alter role sneaky pass' || 'word ''mine'''; end $do$`)
  expect(await signsIn('sneaky', 'mine')).toBe(true)
  await person.agent.local.call('signOut', {})
  const alert = await waitFor(
    async () => {
      const { items } = await bed.owner.agent.api('listAlerts', { query: { limit: 50 } })
      return items.find(({ kind }) => kind === 'credential-refused') ?? false
    },
    { description: 'the alert', timeoutMs: 60_000 },
  )
  expect(alert.message).toContain('sneaky')
})

test('whatever a gateway opened is rotated when it turns out to be compromised, and nothing else', async () => {
  const [opened, untouched] = [await addLogin('opened', FIRST), await addLogin('untouched', FIRST)]
  await takeOwnPorts(bed.owner.agent)
  expect(await whoIs(bed.owner, 'opened')).toBe('opened')
  expect(await signsIn('opened', FIRST)).toBe(true)
  // Somebody has kept its password, and connects while that is good.
  const { host, port, database, caPem } = bed.shop
  const thief = new pg.Client({ host, port, database, user: 'opened', password: FIRST, ssl: { ca: caPem } })
  thief.on('error', () => undefined)
  await thief.connect()
  const thrownOut = new Promise<void>((resolve) => thief.once('end', resolve))
  const { items } = await bed.owner.agent.api('listGateways', {})
  await bed.addGateway()
  const parameters = { gateway: items[0]!.id }
  await bed.owner.agent.api('revokeGateway', { parameters })
  await bed.owner.agent.api('markGatewayCompromised', { parameters })
  expect(await rotated(opened)).toMatchObject({ last: { state: 'done', reason: 'compromise' } })
  expect(await signsIn('opened', FIRST)).toBe(false)
  await thrownOut
  // By the other gateway, with a password that the first one never saw.
  await waitFor(async () => (await whoIs(bed.owner, 'opened').catch(() => '')) === 'opened', {
    description: 'the new password to be used',
    timeoutMs: 60_000,
  })
  expect((await rotation(untouched)).last).toBeNull()
  expect(await signsIn('untouched', FIRST)).toBe(true)
})
