/**
 * T2. Everything between client and resource is multiplexed through one mutually verified connection, whatever the resource's
 * own protocol encrypts.
 *
 * The attacker sees every packet between client and gateway (and between gateway and database), while the person's tool speaks
 * plaintext SQL. Nothing of it may be visible: neither statements, nor bind values, nor rows, nor names of users. The same bytes
 * must be visible in a capture of a plaintext connection to a PostgreSQL, or the search proves nothing.
 *
 * Redis and HTTP follow with their adapters: the connection they will share is the one captured here.
 */
import { addDatabase, addRole, postgresEndpoint, Testbed } from '@sallyport/testbed'
import { type Canary, canary, capturedStreams, packetCapture, temporaryPostgres } from '@sallyport/testkit'
import type { RunningPostgres } from '@sallyport/postgres'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { psqlPrints } from '../support/run-psql.ts'
import { asSuperuser } from '../support/superuser.ts'

const probe = await packetCapture([])
const reason = probe.kind === 'running' ? null : probe.reason
if (probe.kind === 'running') await probe.stop()

let bed: Testbed
let plain: RunningPostgres
/** What must not be seen, by what it is. `user` is a login of both servers. */
const hidden = { statement: canary(), result: canary(), bind: canary(), copied: canary(), application: canary(), user: canary() }
const password = canary().text

const makeLogin = (postgres: RunningPostgres): Promise<unknown> =>
  asSuperuser(postgres, `create role "${hidden.user.text}" login password '${password}'`)

beforeAll(async () => {
  if (reason !== null) return
  ;[bed, plain] = await Promise.all([Testbed.start(), temporaryPostgres({ port: 0 })])
  await Promise.all([makeLogin(bed.shop.postgres), makeLogin(plain)])
  const { credentials } = await addDatabase(bed.owner.agent, {
    site: bed.site,
    name: 'watched',
    endpoint: postgresEndpoint(bed.shop),
    database: 'postgres',
    credentials: { person: { userName: hidden.user.text, password } },
  })
  await addRole(bed.owner.agent, { users: [bed.owner.id], credentials: Object.values(credentials) })
})
afterAll(async () => {
  await bed?.stop()
  await plain?.stop({ mode: 'immediate' })
})

/** What a person does: a query by psql, one with a bind value by a driver, and a COPY. */
const work = async (connection: string): Promise<void> => {
  const upper = hidden.result.text.toUpperCase()
  const copy = `copy (select lower('${hidden.copied.text.toUpperCase()}')) to stdout`
  const statement = `select lower('${upper}'), '${hidden.statement.text}' <> '', current_user`
  const printed = await psqlPrints(connection, statement, copy)
  expect(printed).toBe(`${hidden.result.text}|t|${hidden.user.text}\n${hidden.copied.text}`)
  const client = new pg.Client({ connectionString: connection, application_name: hidden.application.text })
  await client.connect()
  const { rows } = await client.query<{ length: number }>('select length($1)', [hidden.bind.text])
  expect(rows).toEqual([{ length: hidden.bind.text.length }])
  await client.end()
}

/** What of all that is visible in which stream. */
const visibleIn = (streams: ReadonlyMap<string, Buffer>): string[] =>
  Object.entries<Canary>(hidden)
    .filter(([, one]) => [...streams.values()].some((bytes) => one.findBytes(bytes).length > 0))
    .map(([what]) => what)

const capture = async (port: number, act: () => Promise<void>): Promise<Map<string, Buffer>> => {
  const running = await packetCapture([port])
  if (running.kind !== 'running') throw new Error(running.reason)
  await act()
  return capturedStreams(await running.stop())
}

const length = (streams: ReadonlyMap<string, Buffer>, port: number, end: 'from' | 'to'): number =>
  [...streams]
    .filter(([flow]) => (end === 'to' ? flow.endsWith(`:${port}`) : flow.includes(`:${port} > `)))
    .reduce((total, [, bytes]) => total + bytes.length, 0)

test.skipIf(reason !== null)(`a capture of plaintext PostgreSQL shows everything (${reason ?? 'runs'})`, async () => {
  const direct = `postgresql://${hidden.user.text}:${password}@127.0.0.1:${plain.port}/postgres?sslmode=disable`
  expect(visibleIn(await capture(plain.port, () => work(direct)))).toEqual(Object.keys(hidden))
})

test.skipIf(reason !== null)(`between client and gateway nothing of it is visible (${reason ?? 'runs'})`, async () => {
  const url = await bed.owner.agent.url('watched/person')
  const { port } = bed.gateways[0]!
  const streams = await capture(port, () => work(url))
  expect(visibleIn(streams)).toEqual([])
  // It did go this way: at least what was typed up and what was printed down.
  const everything = Object.values(hidden).reduce((total, one) => total + one.text.length, 0)
  expect(Math.min(length(streams, port, 'to'), length(streams, port, 'from'))).toBeGreaterThan(everything)
})

test.skipIf(reason !== null)(`between gateway and database nothing of it is visible either (${reason ?? 'runs'})`, async () => {
  const url = await bed.owner.agent.url('watched/person')
  const streams = await capture(bed.shop.port, () => work(url))
  expect(visibleIn(streams)).toEqual([])
  expect(length(streams, bed.shop.port, 'to')).toBeGreaterThan(0)
})

test.skipIf(reason !== null)(
  `between tool and agent, on the person's own computer, it is as the tool sent it (${reason ?? 'runs'})`,
  async () => {
    const { port } = await bed.owner.agent.listening('watched/person')
    const url = await bed.owner.agent.url('watched/person')
    const seen = visibleIn(await capture(port, () => work(url)))
    expect(seen).toEqual(Object.keys(hidden))
  },
)
