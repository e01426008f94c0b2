/**
 * Stop works, and never stops somebody else's query.
 *
 * Two people are connected to two databases, each through a gateway of its own, by backends that have the *same* process id
 * (the databases run in process id namespaces). Whoever knows one's own cancel key, the other's process id, or guesses, must
 * not reach the other's query.
 */
import { connect } from 'node:net'
import { addDatabase, addRole, type Person, postgresEndpoint, Testbed } from '@sallyport/testbed'
import { waitFor } from '@sallyport/testkit'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type NamespacedPostgres, namespaceRefusal, startNamespacedPostgres } from '../support/postgres-in-namespace.ts'

const refusal = await namespaceRefusal()

/** What node-postgres knows of a connection, though it does not say so. */
interface Backend {
  readonly client: pg.Client
  readonly processId: number
  readonly key: number
  readonly host: string
  readonly port: number
}

let testbed: Testbed
const servers: NamespacedPostgres[] = []
const people: Person[] = []
let pair: readonly [Backend, Backend]

beforeAll(async () => {
  if (refusal) return
  testbed = await Testbed.start()
  for (const index of [0, 1]) {
    const server = await startNamespacedPostgres()
    servers.push(server)
    const site = (await testbed.owner.agent.api('createSite', { body: { name: `site ${index}` } })).id
    await testbed.addGateway({ site })
    const person = await testbed.addPerson(`person${index}`)
    people.push(person)
    const { credentials } = await addDatabase(testbed.owner.agent, {
      site,
      name: `db-${index}`,
      endpoint: postgresEndpoint(server),
      database: server.database,
      credentials: { 'read-only': { userName: server.users.readonly.name, password: server.users.readonly.password } },
    })
    await addRole(testbed.owner.agent, { users: [person.id], credentials: Object.values(credentials) })
  }
  pair = await twoWithEqualIds()
})
afterAll(async () => {
  if (refusal) return
  await Promise.all((pair ?? []).map(({ client }) => client.end().catch(() => undefined)))
  await testbed?.stop()
  for (const server of servers) await server.stop()
})

const open = async (index: number): Promise<Backend> => {
  const client = new pg.Client({ connectionString: await people[index]!.agent.url(`db-${index}/read-only`) })
  client.on('error', () => undefined)
  await client.connect()
  const { processID, secretKey, host, port } = client as unknown as Record<'processID' | 'secretKey' | 'port', number> & {
    host: string
  }
  return { client, processId: processID, key: secretKey, host, port }
}

/** Process ids in a namespace count up from one, so that a few connections to each server meet. */
const twoWithEqualIds = async (): Promise<readonly [Backend, Backend]> => {
  const found: [Map<number, Backend>, Map<number, Backend>] = [new Map(), new Map()]
  for (let attempt = 0; attempt < 200; attempt++) {
    const behind = Math.max(0, ...found[0].keys()) <= Math.max(0, ...found[1].keys()) ? 0 : 1
    const backend = await open(behind)
    found[behind].set(backend.processId, backend)
    const other = found[1 - behind]!.get(backend.processId)
    if (!other) continue
    const chosen = behind === 0 ? ([backend, other] as const) : ([other, backend] as const)
    const rest = found.flatMap((backends) => [...backends.values()]).filter((one) => !chosen.includes(one))
    await Promise.all(rest.map(({ client }) => client.end()))
    return chosen
  }
  throw new Error('no two backends with the same process id')
}

/** PostgreSQL documentation, "Message Formats", CancelRequest. */
const sendCancel = (to: Backend, processId: number, key: number): Promise<void> => {
  const request = Buffer.alloc(16)
  for (const [index, value] of [16, 80_877_102, processId, key].entries()) request.writeInt32BE(value, index * 4)
  return new Promise((resolve, reject) => {
    const socket = connect(to.port, to.host, () => socket.end(request))
    socket
      .once('error', reject)
      .once('close', () => resolve())
      .resume()
  })
}

const asleep = ({ client }: Backend) => {
  const state = { done: false }
  const outcome = client.query('select pg_sleep(3600)').then(
    () => 'finished',
    (error: unknown) => (error as { code?: string }).code ?? 'failed',
  )
  void outcome.then(() => (state.done = true))
  return { outcome, state }
}

const sleeping = async (index: number): Promise<void> => {
  const watcher = await open(index)
  await waitFor(
    async () => {
      const text = `select 1 from pg_stat_activity where wait_event = 'PgSleep'`
      return (await watcher.client.query(text)).rowCount === 1
    },
    { description: `the query of person ${index} to run`, timeoutMs: 90_000 },
  )
  await watcher.client.end()
}

describe.skipIf(refusal !== null)('Stop (needs Linux and the right to make process id namespaces)', () => {
  test('two people’s backends have the same id, and cancel keys that differ', () => {
    expect(pair[0].processId).toBe(pair[1].processId)
    expect(pair[0].key).not.toBe(pair[1].key)
  })

  test('Stop ends one’s own query and leaves the other’s alone, whichever keys are tried', async () => {
    const [mine, theirs] = pair
    const [my, their] = [asleep(mine), asleep(theirs)]
    await Promise.all([sleeping(0), sleeping(1)])
    // My listener with their key, their listener with mine, a key of nobody.
    await sendCancel(mine, theirs.processId, theirs.key)
    await sendCancel(theirs, mine.processId, mine.key)
    await sendCancel(theirs, theirs.processId, theirs.key ^ 1)
    await sendCancel(mine, mine.processId, mine.key ^ 1)
    await Promise.all([sleeping(0), sleeping(1)])
    expect([my.state.done, their.state.done]).toEqual([false, false])

    await sendCancel(mine, mine.processId, mine.key)
    expect(await my.outcome).toBe('57014')
    await sleeping(1)
    expect(their.state.done).toBe(false)
    await sendCancel(theirs, theirs.processId, theirs.key)
    expect(await their.outcome).toBe('57014')
  })

  test('a cancel request leases nothing', async () => {
    const count = async () => (await testbed.owner.agent.api('listLeases', { query: { limit: 500 } })).items.length
    const before = await count()
    await sendCancel(pair[0], 1, 1)
    // Others end meanwhile.
    expect(await count()).toBeLessThanOrEqual(before)
  })

  test('each still knows its own notifications by that id', async () => {
    for (const { client, processId } of pair) {
      const heard = new Promise<number>((resolve) =>
        client.once('notification', (notification) => resolve(notification.processId)),
      )
      await client.query('listen mine')
      await client.query('notify mine')
      expect(await heard).toBe(processId)
    }
  })
})
