import type { GatewayEntry } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { GatewayLoad } from './tables.ts'

export interface Gateway {
  readonly id: string
  readonly kind: 'gateway' | 'relay'
  readonly name: string
  readonly status: 'joined' | 'revoked'
  /** Sites it serves. */
  readonly sites: readonly string[]
  readonly address: { readonly host: string; readonly port: number } | null
  /** SubjectPublicKeyInfo, DER: signs its calls, lease requests and activity, and is in its certificate. */
  readonly publicKey: Uint8Array
  readonly version: string
  readonly linkId: string | null
  readonly lastSeenAt: Date | null
  /** What it last said about itself; null before that. */
  readonly load: GatewayLoad | null
  readonly certificateExpiresAt: Date
}

export const selectGateways = (transaction: Transaction) =>
  transaction
    .selectFrom('gateways')
    .selectAll('gateways')
    .select(
      sql<string[]>`array(select site_id from gateway_sites
        where gateway_sites.organization_id = gateways.organization_id and gateway_sites.gateway_id = gateways.id
        order by site_id)`.as('sites'),
    )

type GatewayRow = Awaited<ReturnType<ReturnType<typeof selectGateways>['executeTakeFirstOrThrow']>>

export const gatewayOfRow = (row: GatewayRow): Gateway => ({
  id: row.id,
  kind: row.kind,
  name: row.name,
  status: row.status,
  sites: row.sites,
  address: row.host === null || row.port === null ? null : { host: row.host, port: row.port },
  publicKey: row.public_key,
  version: row.version,
  linkId: row.link_id,
  lastSeenAt: row.last_seen_at,
  load: row.load,
  certificateExpiresAt: row.certificate_expires_at,
})

/** Null for an id of nobody or of another organization. A revoked gateway is found, too: look at its status. */
export const findGateway = async (transaction: Transaction, id: string): Promise<Gateway | null> => {
  const row = await selectGateways(transaction).where('gateways.id', '=', id).executeTakeFirst()
  return row === undefined ? null : gatewayOfRow(row)
}

/** Gateways that serve the site and are not revoked, by id. */
export const gatewaysOfSite = async (transaction: Transaction, site: string): Promise<Gateway[]> => {
  const rows = await selectGateways(transaction)
    .where('status', '=', 'joined')
    .where('gateways.id', 'in', transaction.selectFrom('gateway_sites').select('gateway_id').where('site_id', '=', site))
    .orderBy('gateways.id')
    .limit(1000)
    .execute()
  return rows.map(gatewayOfRow)
}

/** What the trust bundle says about gateways: all that joined and are not revoked, in a stable order. */
export const listGatewayEntries = async (transaction: Transaction): Promise<GatewayEntry[]> => {
  const rows = await selectGateways(transaction).where('status', '=', 'joined').orderBy('gateways.id').limit(5000).execute()
  return rows.map(gatewayOfRow).map(({ id, kind, name, sites, address }) => ({ id, kind, name, sites: [...sites], address }))
}
