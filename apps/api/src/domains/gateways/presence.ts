/** Which gateways hold a control link, whichever replica has it. */
import { HEARTBEAT_INTERVAL } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import type { GatewayLoad } from './tables.ts'

/** A gateway whose link was last heard of longer ago than this, in milliseconds, counts as gone: its replica died. */
export const PRESENCE_LIMIT = 4 * HEARTBEAT_INTERVAL

export interface Link {
  readonly gateway: string
  readonly link: string
  /** Milliseconds since 1970. */
  readonly now: number
}

/** Makes this the gateway's link, in place of any other. False when the gateway is revoked: it gets none. */
export const beginLink = async (transaction: Transaction, { gateway, link, now }: Link): Promise<boolean> => {
  const { numUpdatedRows } = await transaction
    .updateTable('gateways')
    .set({ link_id: link, last_seen_at: new Date(now) })
    .where('id', '=', gateway)
    .where('status', '=', 'joined')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Says that the gateway is still there. False when another link took this one's place, or the gateway is revoked. */
export const keepLink = async (
  transaction: Transaction,
  { gateway, link, now, version, load }: Link & { readonly version: string | null; readonly load: GatewayLoad | null },
): Promise<boolean> => {
  const { numUpdatedRows } = await transaction
    .updateTable('gateways')
    .set({
      last_seen_at: new Date(now),
      ...(version === null ? {} : { version }),
      ...(load === null ? {} : { load: JSON.stringify(load) }),
    })
    .where('id', '=', gateway)
    .where('link_id', '=', link)
    .where('status', '=', 'joined')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** The link closed. Does nothing when another one has taken its place. */
export const endLink = async (transaction: Transaction, { gateway, link, now }: Link): Promise<void> => {
  await transaction
    .updateTable('gateways')
    .set({ link_id: null, last_seen_at: new Date(now) })
    .where('id', '=', gateway)
    .where('link_id', '=', link)
    .execute()
}
