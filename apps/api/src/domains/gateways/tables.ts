import type { ControlFromGateway } from '@sallyport/protocol'
import type { ColumnType, Generated } from 'kysely'

/** A gateway's own figures, and when it gave them (RFC 3339). */
export interface GatewayLoad extends Omit<Extract<ControlFromGateway, { type: 'status' }>, 'type'> {
  readonly at: string
}

export interface GatewaysTable {
  id: string
  organization_id: Generated<string>
  name: string
  kind: 'gateway' | 'relay'
  /** Where clients reach it; both null for a relay without an address. */
  host: string | null
  port: number | null
  status: 'joined' | 'revoked'
  /** SubjectPublicKeyInfo, DER. */
  public_key: Buffer
  version: string
  certificate_expires_at: Date
  /** The control link it holds now, whichever replica has it; null when that link closed in order. */
  link_id: string | null
  last_seen_at: Date | null
  load: ColumnType<GatewayLoad | null, undefined, string | null>
  joined_at: ColumnType<Date, Date, never>
  revoked_at: Date | null
  /** When somebody said that it had fallen into the hands of others; null: not. */
  compromised_at: ColumnType<Date | null, undefined, Date>
  /** Since then: whether something that it opened may be in use still. */
  secrets_exposed: ColumnType<boolean, undefined, boolean>
}

export interface GatewaySitesTable {
  organization_id: Generated<string>
  gateway_id: string
  site_id: string
}

export interface GatewayJoinTokensTable {
  id: string
  organization_id: Generated<string>
  /** SHA-256 of the secret. */
  secret_hash: Buffer
  name: string
  kind: 'gateway' | 'relay'
  sites: string[]
  host: string | null
  port: number | null
  created_at: Date
  expires_at: Date
  used_at: Date | null
  /** The gateway that joined with it. */
  gateway_id: string | null
}

export interface GatewayTables {
  gateways: GatewaysTable
  gateway_sites: GatewaySitesTable
  gateway_join_tokens: GatewayJoinTokensTable
}
