import type { Caller } from '@sallyport/protocol'
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
    caller: ColumnType<Caller | null, string | null, never>
    opened_at: Date
    bytes_up: Int8
    bytes_down: Int8
    reported_at: Date
  }
}
