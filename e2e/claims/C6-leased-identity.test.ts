/**
 * C6 (PostgreSQL). The resource's own process list shows the leased credential, the gateway as the other end, and an opaque label;
 * the log attributes each query to the person.
 *
 * Two people use the same credential at the same moment: the database sees one user, and whoever reads only one of the two sides
 * must be able to tell them apart with the other. What a tool says it is (user name, application name) must not mislead: one of
 * them claims to be somebody else. A credential by role and one by a temporary grant are alike.
 */
import { addRole, type Person, Testbed } from '@sallyport/testbed'
import { runProgram, skipReason, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ActivityRow, allActivity, statementOf } from '../support/activity.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { asSuperuser } from '../support/superuser.ts'

let bed: Testbed
let alice: Person
let bob: Person
beforeAll(async () => {
  bed = await Testbed.start()
  ;[alice, bob] = [await bed.addPerson('alice'), await bed.addPerson('bob')]
  const credential = bed.database.credentials['read-only']!
  await addRole(bed.owner.agent, { users: [alice.id], credentials: [credential] })
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await bed.owner.agent.api('createGrant', { body: { user: bob.id, credential, expiresAt } })
  await Promise.all([alice, bob].map(({ agent }) => takeOwnPorts(agent)))
})
afterAll(() => bed?.stop())

interface Process {
  readonly pid: number
  readonly usename: string
  readonly client_addr: string
  readonly client_port: number
  readonly application_name: string
  readonly query: string
}

const processes = (): Promise<Process[]> =>
  asSuperuser<Process>(
    bed.shop.postgres,
    `select pid, usename, host(client_addr) as client_addr, client_port, application_name, query
       from pg_stat_activity where datname = 'shop' and client_addr is not null`,
  )

const open = async (person: Person, claims: pg.ClientConfig): Promise<pg.Client> => {
  const url = new URL(await person.agent.url('shop-db/read-only', ''))
  const client = new pg.Client({ host: url.hostname, port: Number(url.port), database: 'shop', ...claims })
  await client.connect()
  return client
}

/** The processes that hold a TCP connection from this port to that one. */
const holders = async (from: number, to: number): Promise<number[]> => {
  const { stdout } = await runProgram({ command: 'ss', args: ['-Htnp', `sport = :${from} and dport = :${to}`] })
  return [...stdout.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid))
}

const backendOf = (rows: readonly ActivityRow[]): string[] =>
  rows.flatMap(({ activity }) => (activity.kind === 'connection.opened' ? [activity.upstreamId ?? ''] : []))

test('server’s process list and log, side by side, with two people on one credential at once', async (context) => {
  const hers = await open(alice, { user: 'postgres', application_name: 'reports' })
  const his = await open(bob, { user: 'alice', application_name: 'alice’s laptop' })
  try {
    await Promise.all([hers.query(`select 'asked by alice'`), his.query('select $1::text', ['asked by bob'])])
    const listed = await processes()
    expect(listed).toHaveLength(2)
    const hersListed = listed.find(({ query }) => query.includes('asked by alice'))!
    const hisListed = listed.find(({ pid }) => pid !== hersListed.pid)!

    // What the database shows: the leased user and the gateway's address.
    expect(listed.map(({ usename, client_addr }) => ({ usename, client_addr }))).toEqual([
      { usename: 'readonly', client_addr: '127.0.0.1' },
      { usename: 'readonly', client_addr: '127.0.0.1' },
    ])

    // The label names neither person nor session, and leads an auditor to both.
    const { items: sessions } = await bed.owner.agent.api('listSessions', { query: { limit: 500 } })
    const labelled = (application: string): string | undefined => {
      const [, label] = /\[sp:([a-z0-9]{8})\]$/.exec(application) ?? []
      return sessions.find((session) => session.label === label)?.user
    }
    expect(hersListed.application_name).toMatch(/^reports \[sp:/)
    expect([labelled(hersListed.application_name), labelled(hisListed.application_name)]).toEqual([alice.id, bob.id])

    // The log, for each person alone: their query, on the very server process.
    const found = await waitFor(
      async () => {
        const [byAlice, byBob] = [
          await allActivity(bed.owner.agent, { user: alice.id }),
          await allActivity(bed.owner.agent, { user: bob.id }),
        ]
        return byAlice.some(statementOf) && byBob.some(statementOf) && { byAlice, byBob }
      },
      { description: 'both queries in the log', timeoutMs: 30_000 },
    )
    expect(found.byAlice.map(statementOf).filter(Boolean)).toEqual([`select 'asked by alice'`])
    expect(found.byBob.map(statementOf).filter(Boolean)).toEqual(['select $1::text'])
    expect(JSON.stringify(found.byBob)).toContain('asked by bob')
    expect(JSON.stringify(found.byAlice)).not.toContain('asked by bob')
    expect(backendOf(found.byAlice)).toEqual([String(hersListed.pid)])
    expect(backendOf(found.byBob)).toEqual([String(hisListed.pid)])

    // Who, device, gateway and leased credential of each row.
    const { items: gateways } = await bed.owner.agent.api('listGateways', {})
    for (const [person, rows] of [
      [alice, found.byAlice],
      [bob, found.byBob],
    ] as const) {
      const { device, session } = await person.agent.local.call('status', {})
      for (const row of rows) {
        expect(row).toMatchObject({
          user: person.id,
          device,
          session: session!.id,
          gateway: gateways[0]!.id,
          resource: bed.database.resource,
          credential: bed.database.credentials['read-only'],
        })
      }
    }

    const reason = skipReason({ programs: ['ss'], platforms: ['linux'], root: true })
    if (reason !== null) context.skip(`that the other end is the gateway’s process ${reason}`)
    for (const { client_port } of listed)
      expect(await holders(client_port, bed.shop.port)).toEqual([bed.gateways[0]!.program.pid])
  } finally {
    await hers.end()
    await his.end()
  }
})

test('where the organization wants no label on a resource there is none, and the server process still leads to the person', async () => {
  const parameters = { resource: bed.database.resource }
  await bed.owner.agent.api('changeResource', {
    parameters,
    body: { options: { labelConnections: false, strictRecording: false } },
  })
  // Somebody who holds no lease of it yet: a lease keeps the options with which it was given.
  const client = await open(bed.owner, { user: 'x', application_name: 'unlabelled' })
  const [bare] = (await processes()).filter(({ application_name }) => application_name.startsWith('unlabelled'))
  await client.end()
  expect(bare?.application_name).toBe('unlabelled')
  const rows = await waitFor(
    async () => {
      const opened = await allActivity(bed.owner.agent, { kind: 'connection.opened' })
      const mine = opened.filter((row) => backendOf([row])[0] === String(bare!.pid))
      return mine.length > 0 && mine
    },
    { description: 'the connection in the log', timeoutMs: 30_000 },
  )
  expect(rows.map(({ user }) => user)).toEqual([bed.owner.id])
})
