import type { Endpoint, ProbeStep } from '@sallyport/protocol'
import type { ColumnType, Generated } from 'kysely'

export interface ProbeTables {
  /** Probes under way; a row lives for as long as somebody waits for it. */
  gateway_probes: {
    organization_id: Generated<string>
    id: string
    gateway_id: string
    endpoint: ColumnType<Endpoint, string, never>
    /** What the gateway found; null until it says so. */
    steps: ColumnType<ProbeStep[] | null, never, string>
    created_at: Date
  }
}
