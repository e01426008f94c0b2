/** Probes as rows: whoever asks and whoever holds the gateway's link may be different replicas. */
import { type Endpoint, MAX_PROBES, PROBE_LIMIT, type ProbeStep } from '@sallyport/protocol'
import { sql } from 'kysely'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'

/** Channel of the wake-up; its payload is the gateway's id. */
export const PROBES_CHANNEL = 'sallyport_probes'

export interface Probe {
  readonly id: string
  readonly endpoint: Endpoint
}

/** Tells whoever holds the gateway's link that something waits for it. */
export const wakeGateway = (transaction: Transaction, gateway: string) =>
  sql`select pg_notify(${PROBES_CHANNEL}, ${gateway})`.execute(transaction)

/** Throws `limit_reached` while the gateway has as many as it runs at a time. */
export const insertProbe = async (
  transaction: Transaction,
  { id, gateway, endpoint, now }: Probe & { readonly gateway: string; readonly now: number },
): Promise<void> => {
  const message = 'This gateway is busy with other tests. Try again in a moment.'
  await requireRoom(transaction, { of: 'probes', which: gateway, limit: MAX_PROBES, message }, async () => {
    await transaction
      .deleteFrom('gateway_probes')
      .where('created_at', '<', new Date(now - 2 * PROBE_LIMIT))
      .execute()
    return (await transaction.selectFrom('gateway_probes').select('id').where('gateway_id', '=', gateway).execute()).length
  })
  await transaction
    .insertInto('gateway_probes')
    .values({ id, gateway_id: gateway, endpoint: JSON.stringify(endpoint), created_at: new Date(now) })
    .execute()
  await wakeGateway(transaction, gateway)
}

/** What the gateway has not answered and somebody still waits for. */
export const waitingProbes = async (transaction: Transaction, gateway: string, now: number): Promise<Probe[]> =>
  transaction
    .selectFrom('gateway_probes')
    .select(['id', 'endpoint'])
    .where('gateway_id', '=', gateway)
    .where('steps', 'is', null)
    .where('created_at', '>', new Date(now - PROBE_LIMIT))
    .limit(MAX_PROBES)
    .execute()

/** Does nothing for a probe that is over, and for that of another gateway. */
export const answerProbe = async (
  transaction: Transaction,
  { id, gateway, steps }: { readonly id: string; readonly gateway: string; readonly steps: readonly ProbeStep[] },
): Promise<void> => {
  await transaction
    .updateTable('gateway_probes')
    .set({ steps: JSON.stringify(steps) })
    .where('id', '=', id)
    .where('gateway_id', '=', gateway)
    .where('steps', 'is', null)
    .execute()
  await wakeGateway(transaction, gateway)
}

/** What was found; null while nothing was said. */
export const stepsOfProbe = async (transaction: Transaction, id: string): Promise<readonly ProbeStep[] | null> => {
  const row = await transaction.selectFrom('gateway_probes').select('steps').where('id', '=', id).executeTakeFirst()
  return row?.steps ?? null
}

export const deleteProbe = async (transaction: Transaction, id: string): Promise<void> => {
  await transaction.deleteFrom('gateway_probes').where('id', '=', id).execute()
}
