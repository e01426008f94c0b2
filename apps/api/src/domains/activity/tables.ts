import type { ColumnType, Generated } from 'kysely'

/** int8, which some drivers hand over as text. */
type Int8 = ColumnType<string | number, number, number>

export interface ActivityTables {
  activity_streams: {
    organization_id: Generated<string>
    stream: string
    gateway_id: string
    /** Number of the next record. */
    next: Int8
    /** Digest of the last batch; 32 zero bytes before the first. */
    digest: Buffer
    began_at: Date
    updated_at: Date
  }
  activity_batches: {
    organization_id: Generated<string>
    stream: string
    first: Int8
    count: number
    digest: Buffer
    received_at: Date
  }
  activity_keys: {
    organization_id: Generated<string>
    /** `2026-11`, UTC. */
    period: string
    id: string
    wrapped: Buffer
    created_at: Generated<Date>
    /** When its data key was made. */
    sealed_at: Generated<Date>
  }
  activity: {
    organization_id: Generated<string>
    /** When it was done, as its gateway says, within the bounds of `filedAt`. */
    at: Date
    stream: string
    number: Int8
    received_at: Date
    kind: string
    user_id: string
    session_id: string
    device_id: string
    gateway_id: string
    lease_id: string
    connection_id: string
    resource_id: string
    credential_id: string
    key_id: string
    /** The record, encrypted: see `body.ts`. */
    body: Buffer
    /** Whether the resource answered with an error; null for what has no outcome, and for what was stored before it was noted. */
    failed: boolean | null
  }
  /** Files that gateways encrypted to recipients; rows of `activity` name them. */
  recordings: {
    organization_id: Generated<string>
    /** base64url SHA-256 of the file. */
    digest: string
    stream: string
    /** Number of the first record of the batch. */
    first: Int8
    gateway_id: string
    /** Whose records they are. */
    user_id: string
    /** Of the first record. */
    at: Date
    kept: 'api' | 'gateway' | 'both'
    /** null: its gateway keeps it. */
    body: Buffer | null
    /** Of all of its records; null: they are of several. */
    kind: string | null
  }
  /** Where words occur, one row for each word, kind and hour of a batch: see `words.ts`. */
  activity_words: {
    organization_id: Generated<string>
    word: Int8
    /** The latest of `ats`. */
    latest: Date
    stream: string
    /** Number of the first record of the batch. */
    first: Int8
    /** Of the records; empty: not divided by kind, as it was before. */
    kind: string
    /** Records with the word, and the time of each, in the same order. */
    numbers: string[]
    ats: Date[]
  }
}
