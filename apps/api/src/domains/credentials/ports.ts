/**
 * Loopback ports: one number for each credential, the same for everybody of the organization, and remembered: a credential
 * that is made again under its old name gets its old port, and nobody else gets it while there are others.
 */
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import { lockByName } from '../../db/lock-by-name.ts'
import type { Transaction } from '../../db/schema.ts'

export interface PortWish {
  /** `resource/credential`. */
  readonly name: string
  /** The port asked for; null: any. */
  readonly port: number | null
  /** First and last port of the organization. */
  readonly range: { readonly first: number; readonly last: number }
}

const remembered = async (transaction: Transaction, { name, range }: PortWish): Promise<number | null> => {
  const row = await transaction
    .selectFrom('credential_ports')
    .select('port')
    .where('name', '=', name)
    .where('released_at', 'is not', null)
    .where('port', '>=', range.first)
    .where('port', '<=', range.last)
    .orderBy('released_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.port ?? null
}

/** The lowest port of the range that was never given away. */
const untouched = async (transaction: Transaction, { first, last }: PortWish['range']): Promise<number | null> => {
  const { rows } = await sql<{ port: number | null }>`
    select min(candidate) as port from (
      select ${first}::integer as candidate
      union all
      select port + 1 from credential_ports where port >= ${first} and port < ${last}
    ) candidates
    where candidate <= ${last} and not exists (select 1 from credential_ports taken where taken.port = candidate)`.execute(
    transaction,
  )
  return rows[0]?.port ?? null
}

const longestReleased = async (transaction: Transaction, { first, last }: PortWish['range']): Promise<number | null> => {
  const row = await transaction
    .selectFrom('credential_ports')
    .select('port')
    .where('released_at', 'is not', null)
    .where('port', '>=', first)
    .where('port', '<=', last)
    .orderBy('released_at')
    .limit(1)
    .executeTakeFirst()
  return row?.port ?? null
}

const isTaken = async (transaction: Transaction, port: number): Promise<boolean> => {
  const row = await transaction
    .selectFrom('credential_ports')
    .select('port')
    .where('port', '=', port)
    .where('released_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

const choose = async (transaction: Transaction, wish: PortWish): Promise<number> => {
  const { port, range } = wish
  if (port !== null) {
    if (port < range.first || port > range.last) {
      throw new SallyportError('invalid_request', { message: `Ports of this organization are ${range.first} to ${range.last}.` })
    }
    if (await isTaken(transaction, port)) throw new SallyportError('conflict', { message: 'Another credential has this port.' })
    return port
  }
  const chosen =
    (await remembered(transaction, wish)) ?? (await untouched(transaction, range)) ?? (await longestReleased(transaction, range))
  if (chosen === null) throw new SallyportError('limit_reached', { message: 'Every port of the organization is taken.' })
  return chosen
}

/** Throws `conflict`, `invalid_request` for a port outside the range, or `limit_reached` when none is left. */
export const takePort = async (transaction: Transaction, wish: PortWish): Promise<number> => {
  // A free port is free until the transaction that took it ends.
  await lockByName(transaction, 'ports')
  const port = await choose(transaction, wish)
  await transaction
    .insertInto('credential_ports')
    .values({ port, name: wish.name, released_at: null })
    .onConflict((conflict) => conflict.columns(['organization_id', 'port']).doUpdateSet({ name: wish.name, released_at: null }))
    .execute()
  return port
}

export const releasePort = async (transaction: Transaction, port: number, now: number): Promise<void> => {
  await transaction
    .updateTable('credential_ports')
    .set({ released_at: new Date(now) })
    .where('port', '=', port)
    .execute()
}

export const renamePort = async (transaction: Transaction, port: number, name: string): Promise<void> => {
  await transaction.updateTable('credential_ports').set({ name }).where('port', '=', port).execute()
}
