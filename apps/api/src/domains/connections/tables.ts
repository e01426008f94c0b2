import type { ColumnType, Generated } from 'kysely'

/** int8, which the driver hands over as text. */
type Int8 = ColumnType<string | number, number, number>

export interface ConnectionTables {
  /** What gateways last said about connections to resources; whose they are follows from their leases. */
  open_connections: {
    organization_id: Generated<string>
    id: string
    gateway_id: string
    lease_id: string
    /** Sealed: which program of which user connected; null: nobody knows. */
    personal: Buffer | null
    opened_at: Date
    bytes_up: Int8
    bytes_down: Int8
    reported_at: Date
  }
}
