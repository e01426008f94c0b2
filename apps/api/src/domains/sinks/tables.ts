import type { SinkDestination, SinkStream } from '@sallyport/protocol/api'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export interface SinkTables {
  sinks: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    name: string
    destination: JSONColumnType<SinkDestination>
    /** Canonical JSON, wrapped by the KMS for this sink and destination; null: it needs none. */
    secret: Buffer | null
    sealed_at: Generated<Date>
    enabled: Generated<boolean>
    created_at: ColumnType<Date, Date, never>
  }
  /** Which streams a sink takes, and how far each is. */
  sink_streams: {
    organization_id: Generated<string>
    sink_id: ColumnType<string, string, never>
    stream: ColumnType<SinkStream, SinkStream, never>
    /** Whether it is; one that is not any longer keeps its place. */
    sent: Generated<boolean>
    /** Number of the entry of the log that is looked at next; int8. */
    next: ColumnType<string | number, number, number>
    delivered_at: Date | null
    /** Attempts that failed, one after the other. */
    failures: Generated<number>
    failing_since: Date | null
    problem: string | null
    retry_at: Date | null
    /** Whether an alert was raised for this failure. */
    told: Generated<boolean>
  }
}
