/** Takes what a gateway says about its open connections. */
import { type ControlFromGateway, MAX_TOLD_CONNECTIONS, SallyportError, type ToldConnection } from '@sallyport/protocol'
import { sql } from 'kysely'
import { lockByName } from '../../db/lock-by-name.ts'
import type { Transaction } from '../../db/schema.ts'
import { callers } from './caller.ts'

export type ConnectionReport = Omit<Extract<ControlFromGateway, { type: 'connections' }>, 'type'>

export interface ReportOptions {
  readonly gateway: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Only under leases of this very gateway: it cannot say that somebody is connected elsewhere. */
const insertOpened = async (
  transaction: Transaction,
  opened: readonly ToldConnection[],
  { gateway, now }: ReportOptions,
): Promise<void> => {
  const { count } = await transaction
    .selectFrom('open_connections')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('gateway_id', '=', gateway)
    .executeTakeFirstOrThrow()
  if (Number(count) + opened.length > MAX_TOLD_CONNECTIONS) throw new SallyportError('limit_reached')
  const sealed = await Promise.all(
    opened.map(({ id, caller }) =>
      caller === null ? Promise.resolve(null) : callers.seal(transaction, { row: id, person: null }, caller),
    ),
  )
  const column = (type: string, value: (told: ToldConnection) => unknown) => sql`${opened.map(value)}::${sql.raw(type)}[]`
  await sql`
    insert into open_connections (id, gateway_id, lease_id, personal, opened_at, reported_at)
    select told.id, ${gateway}::uuid, told.lease, told.personal, least(told.opened_at, ${new Date(now)}::timestamptz), ${new Date(now)}
    from unnest(${column('uuid', ({ id }) => id)}, ${column('uuid', ({ lease }) => lease)},
      ${sealed}::bytea[],
      ${column('timestamptz', ({ openedAt }) => new Date(openedAt))}) as told (id, lease, personal, opened_at)
    join leases on leases.id = told.lease and leases.gateway_id = ${gateway}
    on conflict do nothing`.execute(transaction)
}

const updateBytes = async (
  transaction: Transaction,
  bytes: ConnectionReport['bytes'],
  { gateway, now }: ReportOptions,
): Promise<void> => {
  await sql`
    update open_connections set bytes_up = greatest(bytes_up, told.up), bytes_down = greatest(bytes_down, told.down),
      reported_at = ${new Date(now)}
    from unnest(${bytes.map(({ id }) => id)}::uuid[], ${bytes.map(({ bytesUp }) => bytesUp)}::bigint[],
      ${bytes.map(({ bytesDown }) => bytesDown)}::bigint[]) as told (id, up, down)
    where open_connections.id = told.id and gateway_id = ${gateway}`.execute(transaction)
}

/** Throws `limit_reached` for a gateway that says there are more than it may tell. */
export const takeConnectionReport = async (
  transaction: Transaction,
  report: ConnectionReport,
  options: ReportOptions,
): Promise<void> => {
  // A gateway that has just connected again may still be heard on its former link.
  await lockByName(transaction, 'connections of a gateway', options.gateway)
  const own = transaction.deleteFrom('open_connections').where('gateway_id', '=', options.gateway)
  if (report.reset) await own.execute()
  if (report.opened.length > 0) await insertOpened(transaction, report.opened, options)
  if (report.bytes.length > 0) await updateBytes(transaction, report.bytes, options)
  if (report.closed.length > 0) await own.where('id', 'in', report.closed).execute()
}

/** Forgets connections whose lease is over: their gateway was lost before it could say that they closed. Returns how many. */
export const forgetLostConnections = async (
  transaction: Transaction,
  { now, limit }: { readonly now: number; readonly limit: number },
): Promise<number> => {
  const { numAffectedRows = 0n } = await sql`
    delete from open_connections where (organization_id, id) in (
      select open_connections.organization_id, open_connections.id from open_connections
      left join leases on leases.id = open_connections.lease_id and leases.ended_at is null and leases.expires_at > ${new Date(now)}
      where open_connections.organization_id = sallyport_organization() and leases.id is null limit ${limit})`.execute(
    transaction,
  )
  return Number(numAffectedRows)
}
