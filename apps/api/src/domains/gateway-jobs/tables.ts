import type { ProbeStep } from '@sallyport/protocol'
import type { RotationReason } from '@sallyport/protocol/api'
import type { ColumnType, Generated } from 'kysely'

export interface GatewayJobTables {
  /** Unattended work of gateways: what waits, who has it, what came of it. */
  gateway_jobs: {
    organization_id: Generated<string>
    id: ColumnType<string, string, never>
    kind: 'rotate' | 'test'
    reason: RotationReason
    credential_id: string
    /** The secret and the login that it changes or tries, and the version in use when it was taken. */
    secret_id: string
    user_name: string
    base_version: number
    /** The version that it stored; null before that. */
    pending_version: ColumnType<number | null, null | undefined, number | null>
    /** The gateway that made it; another one may have taken the job since. */
    stored_by: ColumnType<string | null, undefined, string>
    /** Only this gateway may take it; null: any of the resource's site. */
    wanted_gateway_id: string | null
    state: 'waiting' | 'taken' | 'done' | 'failed'
    /** Not to be taken before. */
    due_at: Date
    /** Who took it, which time, and since when that counts. */
    gateway_id: string | null
    take_id: string | null
    taken_at: Date | null
    attempts: Generated<number>
    code: string | null
    message: string | null
    steps: ColumnType<ProbeStep[] | null, null | undefined, string>
    created_at: ColumnType<Date, Date, never>
    finished_at: Date | null
  }
}
