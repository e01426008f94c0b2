import type { AccessRequestKind, AccessRequestState, AccessRuleTerms } from '@sallyport/protocol/api'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

type Fixed<Value> = ColumnType<Value, Value, never>
/** Not known at the beginning. */
type Later<Value> = ColumnType<Value | null, Value | null | undefined, Value | null>

export interface AccessRequestTables {
  access_rules: {
    id: Fixed<string>
    organization_id: Generated<string>
    name: string
    priority: number
    /** Everything that the rule says, name and priority too. */
    terms: JSONColumnType<AccessRuleTerms>
    created_at: Fixed<Date>
    changed_at: Date
  }
  access_requests: {
    id: Fixed<string>
    organization_id: Generated<string>
    kind: Fixed<AccessRequestKind>
    /** As it was last written: time may have moved it on, see `standing.ts`. */
    state: AccessRequestState
    user_id: Fixed<string>
    device_id: Fixed<string>
    /** Id of the device's key: who decides must not hold it. */
    device_key: Fixed<string>
    credential_id: Fixed<string>
    credential_name: Fixed<string>
    rule_id: Fixed<string>
    /** Sealed: the reason, and the notes of who closed and who reviewed. */
    personal: Buffer | null
    closed_personal: Later<Buffer>
    review_personal: Later<Buffer>
    /** Seconds. */
    duration: Fixed<number>
    starts_at: Fixed<Date | null>
    created_at: Fixed<Date>
    waits_until: Fixed<Date>
    extends_id: Fixed<string | null>
    /** 0: not an extension; 1: the first one. */
    extension_number: Fixed<number>
    approvals_needed: number
    escalated_at: Later<Date>
    grant_id: Later<string>
    opens_at: Later<Date>
    closes_at: Later<Date>
    closed_at: Later<Date>
    closed_by: Later<string>
    /** Seconds; of emergency access only. */
    review_within: Fixed<number | null>
    review_due_at: Later<Date>
    review_overdue_at: Later<Date>
    reviewer_id: Later<string>
    review_verdict: Later<'justified' | 'unjustified'>
    reviewed_at: Later<Date>
  }
  access_votes: {
    organization_id: Generated<string>
    request_id: Fixed<string>
    user_id: Fixed<string>
    device_key: Fixed<string>
    vote: Fixed<'approve' | 'refuse'>
    duration: Fixed<number | null>
    starts_at: Fixed<Date | null>
    same_device: Fixed<boolean>
    /** Sealed: the note. */
    personal: Buffer | null
    at: Fixed<Date>
    /** False when the approver had lost the right to approve before the request was decided. */
    counted: ColumnType<boolean, boolean | undefined, boolean>
  }
}
