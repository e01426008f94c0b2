/** Proves on the running demo what Sallyport promises, a line for each proof. */
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Agent } from '@sallyport/testbed'
import pg from 'pg'
import { step, table } from './progress.ts'
import type { DemoState } from './state.ts'
import type { DemoSystem } from './system.ts'

type Row = Readonly<Record<string, unknown>>

const names = ['owner', 'read-write', 'read-only'] as const
type CredentialName = (typeof names)[number]

const withClient = async <Result>(
  agent: Agent,
  name: CredentialName,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> => {
  const client = new pg.Client({ connectionString: await agent.url(`shop/${name}`) })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The SQLSTATE with which a query fails. Throws when it succeeds. */
const refusal = async (query: Promise<unknown>): Promise<string> => {
  try {
    await query
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
  throw new Error('It was not refused.')
}

const expectCode = (found: string, wanted: string): string => {
  if (found !== wanted) throw new Error(`Expected SQLSTATE ${wanted}, got ${found}.`)
  return found
}

/** A query through agent, gateway and database, printed. */
export const firstQuery = async (system: DemoSystem): Promise<void> => {
  const text = `SELECT name, city, created_at::date::text AS since FROM customers ORDER BY id LIMIT 4`
  const rows = await step('a query as shop/read-only, through agent and gateway', () =>
    withClient(system.user, 'read-only', async (client) => (await client.query<Row>(text)).rows),
  )
  table(rows)
}

const asEachCredential = async ({ user }: DemoSystem): Promise<string> => {
  const found = []
  for (const name of names) {
    const text = 'SELECT current_user AS who, count(*)::int AS orders FROM orders'
    const { rows } = await withClient(user, name, (client) => client.query<{ who: string; orders: number }>(text))
    if (rows[0]?.who !== name.replace('-', '')) throw new Error(`shop/${name} is ${rows[0]?.who}`)
    found.push(`${name} is “${rows[0].who}”`)
  }
  return found.join(', ')
}

const refusedWrite = ({ user }: DemoSystem): Promise<string> =>
  withClient(user, 'read-only', async (client) => {
    const code = expectCode(await refusal(client.query(`DELETE FROM orders`)), '42501')
    const { rows } = await client.query<{ orders: number }>('SELECT count(*)::int AS orders FROM orders')
    return `SQLSTATE ${code}, all ${rows[0]?.orders} orders still there`
  })

const cancelledSleep = ({ user }: DemoSystem): Promise<string> =>
  withClient(user, 'read-only', async (client) => {
    const started = performance.now()
    const sleeping = refusal(client.query('SELECT pg_sleep(30)'))
    await delay(300)
    await cancel(client)
    const code = expectCode(await sleeping, '57014')
    return `SQLSTATE ${code} after ${((performance.now() - started) / 1000).toFixed(1)} s`
  })

/** What a tool’s Stop button does: a CancelRequest over a connection of its own (PostgreSQL manual, "Message Formats"). */
const cancel = (client: pg.Client): Promise<void> => {
  const { processID, secretKey, host, port } = client as unknown as Record<'processID' | 'secretKey' | 'port', number> & {
    host: string
  }
  const request = Buffer.alloc(16)
  for (const [index, value] of [16, 80877102, processID, secretKey].entries()) request.writeInt32BE(value, index * 4)
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => socket.end(request))
    socket
      .once('error', reject)
      .once('close', () => resolve())
      .resume()
  })
}

const revocation = ({ administrator, user }: DemoSystem, state: DemoState): Promise<string> =>
  withClient(user, 'owner', async (client) => {
    await client.query('SELECT 1')
    const parameters = { role: state.saved.role!, credential: state.saved.ownerCredential! }
    const closed = new Promise<number>((resolve) => client.once('end', () => resolve(performance.now())))
    const started = performance.now()
    await administrator.api('removeRoleCredential', { parameters })
    const answered = performance.now()
    const ended = await Promise.race([closed, delay(10_000)])
    await administrator.api('addRoleCredential', { parameters })
    if (ended === undefined) throw new Error('The connection is still open.')
    const since =
      ended - answered > 0 ? `${(ended - answered).toFixed(0)} ms after the API’s answer` : 'before the API’s answer arrived'
    return `the open connection closed ${(ended - started).toFixed(0)} ms after the administrator’s click, ${since}`
  })

const recorded = async ({ administrator }: DemoSystem, state: DemoState): Promise<string> => {
  const { items: users } = await administrator.api('listUsers', { query: {} })
  const dana = users.find((user) => user.email === state.saved.user.email)!
  for (let attempt = 0; attempt < 50; attempt++) {
    const { items } = await administrator.api('listActivity', { query: { user: dana.id, kind: 'query', limit: 500 } })
    const deletion = items.find((row) => JSON.stringify(row.activity).includes('DELETE FROM orders'))
    if (deletion) return `${items.length} queries of ${dana.firstName}’s, the refused DELETE among them`
    await delay(100)
  }
  throw new Error('The refused DELETE is not in the log.')
}

export const proveAll = async (system: DemoSystem, state: DemoState): Promise<void> => {
  const echo = (text: string): string => text
  await step('a query as each of the three credentials', () => asEachCredential(system), echo)
  await step('the write that read-only must refuse', () => refusedWrite(system), echo)
  await step('a pg_sleep stopped by a cancel request', () => cancelledSleep(system), echo)
  await step('access taken away while connected', () => revocation(system, state), echo)
  await step('the log attributes each query to the person', () => recorded(system, state), echo)
}
