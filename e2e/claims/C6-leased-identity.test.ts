/**
 * C6 (PostgreSQL). The resource's own process list shows the leased credential, the gateway as the other end, and an opaque label;
 * the log attributes each query to the person.
 *
 * Two people use the same credential at the same moment: the database sees one user, and whoever reads only one of the two sides
 * must be able to tell them apart with the other. What a tool says it is (user name, application name) must not mislead: one of
 * them claims to be somebody else. A credential by role and one by a temporary grant are alike.
 *
 * A credential may be for one person at a time: the second is told who has it, and gets it when the first is done. Or everybody
 * gets a user of their own on the server, made for the lease and dropped after it; whoever makes them is known to nobody.
 */
import type { CredentialPlaintext } from '@sallyport/protocol'
import { addRole, passwordSecret, type Person, storeSecret, Testbed } from '@sallyport/testbed'
import { canary, runProgram, skipReason, waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ActivityRow, allActivity, statementOf } from '../support/activity.ts'
import { openPsql } from '../support/open-psql.ts'
import { takeOwnPorts } from '../support/own-ports.ts'
import { psqlPrints, psqlRefusal, runPsql } from '../support/run-psql.ts'
import { signsInTo } from '../support/signs-in.ts'
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
      { description: 'both queries in the log', timeoutMs: 90_000 },
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
    { description: 'the connection in the log', timeoutMs: 90_000 },
  )
  expect(rows.map(({ user }) => user)).toEqual([bed.owner.id])
})

/** Another credential of the shop that the owner, Alice and Bob may lease. */
const addShared = async (credential: { name: string; userName: string; exclusive: boolean; secret: CredentialPlaintext }) => {
  const owner = bed.owner.agent
  const resource = await owner.api('getResource', { parameters: { resource: bed.database.resource } })
  const secret = await storeSecret(owner, resource, credential.secret)
  const body = { ...credential, resource: resource.id, secret, databases: ['shop'] }
  const { id } = await owner.api('createCredential', { body })
  const role = await addRole(owner, { users: [bed.owner.id, alice.id, bob.id], credentials: [id] })
  await Promise.all([alice, bob].map(({ agent }) => takeOwnPorts(agent)))
  return { role, credential: id, url: (person: Person): Promise<string> => person.agent.url(`shop-db/${credential.name}`) }
}

const useSeenBy = async ({ agent }: Person, name: string) => {
  const { items } = await agent.api('listMyCredentials')
  return items.find((item) => item.name === `shop-db/${name}`)!.inUse
}

test('a credential for one person at a time: the second is told who has it, and has it as soon as the first is done', async () => {
  const { name: userName, password } = bed.shop.users.readwrite
  const { url } = await addShared({ name: 'migrate', userName, exclusive: true, secret: passwordSecret(password) })
  const hers = await openPsql(await url(alice))
  // Another window of hers is no second person.
  expect(await psqlPrints(await url(alice), 'select current_user')).toBe(userName)

  const refused = await psqlRefusal(await url(bob))
  expect(refused.code).toBe('credential_in_use')
  expect(refused.text).toMatch(/Somebody else uses this credential until \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
  expect(refused.text).not.toContain('alice')
  expect((await psqlRefusal(await url(bed.owner))).text).toContain('alice Example uses this credential until')
  expect(await useSeenBy(bob, 'migrate')).toMatchObject({ by: null })
  expect(await useSeenBy(bed.owner, 'migrate')).toMatchObject({ by: 'alice Example' })
  expect(await useSeenBy(alice, 'migrate')).toBeNull()

  await hers.stop()
  await waitFor(async () => (await useSeenBy(bob, 'migrate')) === null, { description: 'the credential to be free' })
  const his = await openPsql(await url(bob))
  expect((await psqlRefusal(await url(alice))).code).toBe('credential_in_use')
  await his.stop()
})

const temporaryUsers = async (): Promise<string[]> => {
  const rows = await asSuperuser<{ rolname: string }>(
    bed.shop.postgres,
    `select rolname from pg_roles where rolname ~ '^sp_[0-9a-f]'`,
  )
  return rows.map(({ rolname }) => rolname)
}

test('everybody gets a user of their own, made for the lease and dropped after it, also when the gateway was killed', async () => {
  const maker = canary()
  const { name: memberOf } = bed.shop.users.readonly
  await asSuperuser(
    bed.shop.postgres,
    `create role maker login createrole password '${maker.text}'; grant ${memberOf} to maker with admin option`,
  )
  const encoded = Buffer.from(maker.text).toString('base64url')
  const secret = { kind: 'temporary-user', administrator: 'maker', password: encoded, memberOf, owned: 'drop' } as const
  const { role, url, credential } = await addShared({ name: 'personal', userName: memberOf, exclusive: false, secret })
  const [hers, his] = [await openPsql(await url(alice)), await openPsql(await url(bob))]
  expect(new Set([hers.user, his.user]).size).toBe(2)
  expect((await temporaryUsers()).toSorted()).toEqual([hers.user, his.user].toSorted())
  expect(await psqlPrints(await url(alice), `select current_user, pg_has_role('${memberOf}', 'usage')`)).toBe(`${hers.user}|t`)
  expect((await runPsql(await url(alice), `alter role current_user password 'known'`)).stderr).toContain(
    '(password_change_refused)',
  )

  // Nor by becoming its role, which is a user of its own here.
  const known = await runPsql(await url(alice), `set role ${memberOf}`, `alter role ${memberOf} password 'known'`)
  expect(known.stderr).toContain('(password_change_refused)')

  // The log has who had which.
  const named = await waitFor(
    async () => {
      const rows = await allActivity(bed.owner.agent, { kind: 'connection.opened' })
      const found = rows.flatMap(({ user, activity }) =>
        activity.kind === 'connection.opened' && activity.user?.startsWith('sp_') ? [`${activity.user} ${user}`] : [],
      )
      return new Set(found).size === 2 && new Set(found)
    },
    { description: 'both users in the log', timeoutMs: 90_000 },
  )
  expect(named).toEqual(new Set([`${hers.user} ${alice.id}`, `${his.user} ${bob.id}`]))

  // Killed, a gateway drops nobody. Whose time is over goes when the credential is used next, or when it is tried out.
  const expire = (user: string) => asSuperuser(bed.shop.postgres, `alter role ${user} valid until '2001-01-01'`)
  bed.gateways[0]!.program.kill('SIGKILL')
  await Promise.all([hers.ended, his.ended])
  await expire(hers.user)
  await bed.restartGateway(bed.gateways[0]!)
  const later = await waitFor(async () => openPsql(await url(alice)).catch(() => null), {
    description: 'the gateway to serve again',
    timeoutMs: 90_000,
  })
  expect((await temporaryUsers()).toSorted()).toEqual([his.user, later.user].toSorted())
  await expire(his.user)
  const tried = await bed.owner.agent.api('testCredential', { parameters: { credential }, body: {} })
  expect(tried).toMatchObject({ ok: true })
  expect(await temporaryUsers()).toEqual([later.user])

  // The maker's password rotates while her user is connected, who stays, and is dropped with the new one.
  const rotated = await bed.owner.agent.api('rotateCredential', { parameters: { credential } })
  await waitFor(
    async () => {
      const { last } = await bed.owner.agent.api('getRotation', { parameters: { credential } })
      return last?.id === rotated.last?.id && last?.state === 'done'
    },
    { description: 'the password of the maker to be rotated', timeoutMs: 90_000 },
  )
  expect(await signsInTo(bed.shop, 'maker', maker.text)).toBe(false)
  expect(await psqlPrints(await url(alice), `select pg_has_role('${memberOf}', 'usage')`)).toBe('t')

  // Taken from her, it takes its user along, and what that does there.
  await bed.owner.agent.api('removeRoleMember', { parameters: { role, user: alice.id } })
  await later.ended
  await expire(later.user)
  expect(await bed.owner.agent.api('testCredential', { parameters: { credential }, body: {} })).toMatchObject({ ok: true })
  await waitFor(async () => (await temporaryUsers()).length === 0, { description: 'the user to be dropped' })

  const seen = [bed.api.program, ...bed.gateways.map(({ program }) => program), ...bed.people.map(({ agent }) => agent.program)]
  expect(maker.findBytes(Buffer.from(seen.flatMap(({ lines }) => lines).join('\n')))).toEqual([])
})
