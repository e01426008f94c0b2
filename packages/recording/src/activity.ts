/**
 * Activity: what was done on a resource. Adapters emit it, the gateway's spool numbers, signs and ships it, the API stores it.
 *
 * Sizes: one encoded record is at most {@link MAX_ACTIVITY_BYTES}; longer statement texts and bind values are cut by the
 * adapter with {@link clip}, which keeps their full length and digest.
 */
import { z } from 'zod'

/** Upper bound of one encoded activity record, in bytes. */
export const MAX_ACTIVITY_BYTES = 1024 * 1024

/** Longest text kept of one statement, in UTF-16 code units. */
export const MAX_STATEMENT_LENGTH = 256 * 1024

/** Longest text kept of one bind value, in UTF-16 code units. */
export const MAX_BIND_LENGTH = 8 * 1024

/** Most bind values kept of one execution (PostgreSQL allows 65,535). */
export const MAX_BINDS = 1000

const timestamp = z.iso.datetime({ precision: 3 })

/**
 * A text that may have been cut: `length` (UTF-16 code units) and `sha256` (base64url, over UTF-8) are those of the whole when it
 * was. Where the text is base64 of bytes, both count the bytes themselves.
 */
const clippedText = z.strictObject({
  text: z.string().max(MAX_STATEMENT_LENGTH),
  clipped: z.strictObject({ length: z.int().nonnegative(), sha256: z.string().length(43) }).optional(),
})

/**
 * One bind value: text or binary (base64) as the tool sent it, NULL, redacted because it is a password; or, where the policy of
 * recording says so, a keyed hash (base64url HMAC-SHA-256 over `text` or `binary`, NUL, and what was kept of it), or left out.
 */
const bindValue = z.discriminatedUnion('form', [
  z.strictObject({ form: z.literal('null') }),
  z.strictObject({ form: z.literal('text'), value: clippedText }),
  z.strictObject({ form: z.literal('binary'), value: clippedText }),
  z.strictObject({ form: z.literal('redacted') }),
  z.strictObject({ form: z.literal('hashed'), hash: z.string().length(43) }),
  z.strictObject({ form: z.literal('dropped') }),
])

/** An error of the resource, as the tool saw it. */
const resourceError = z.strictObject({ code: z.string().max(64), message: z.string().max(8192) })

const queryActivity = z.strictObject({
  kind: z.literal('query'),
  at: timestamp,
  /** How the tool sent it: one simple query message, an execution of a prepared statement, or a function call. */
  form: z.enum(['simple', 'extended', 'function']),
  statement: clippedText,
  binds: z.array(bindValue).max(MAX_BINDS),
  bindsOmitted: z.int().nonnegative(),
  /** Milliseconds from the last byte of the request to its completion. */
  durationMs: z.number().nonnegative(),
  /** Rows returned or affected; null when the resource did not say. */
  rows: z.int().nonnegative().nullable(),
  error: resourceError.nullable(),
})

const transferActivity = z.strictObject({
  kind: z.literal('transfer'),
  at: timestamp,
  direction: z.enum(['in', 'out', 'both']),
  statement: clippedText,
  bytes: z.int().nonnegative(),
  rows: z.int().nonnegative().nullable(),
  durationMs: z.number().nonnegative(),
  error: resourceError.nullable(),
})

const cancelActivity = z.strictObject({
  kind: z.literal('cancel'),
  at: timestamp,
  /** False when the request named no connection of this session and credential; nothing was sent to the resource then. */
  matched: z.boolean(),
})

const openedActivity = z.strictObject({
  kind: z.literal('connection.opened'),
  at: timestamp,
  /** The program and OS user behind the loopback connection, where the agent could tell. */
  caller: z.strictObject({ program: z.string().max(1024), user: z.string().max(256), pid: z.int() }).nullable(),
  /** What the resource calls this connection (PostgreSQL: backend PID). */
  upstreamId: z.string().max(64).nullable(),
  /** Who the connection is on the resource; absent in records from before this was noted. */
  user: z.string().max(256).optional(),
  database: z.string().max(256).nullable(),
  /** What the tool calls itself (PostgreSQL: application_name before it was extended). */
  application: z.string().max(256).nullable(),
})

const closedActivity = z.strictObject({
  kind: z.literal('connection.closed'),
  at: timestamp,
  reason: z.string().max(64),
  bytesUp: z.int().nonnegative(),
  bytesDown: z.int().nonnegative(),
  durationMs: z.number().nonnegative(),
})

/**
 * What stands in the place of a record that its gateway encrypted to recipients: `recording` (base64url SHA-256) names the age file
 * whose lines hold the record itself, by its number.
 */
const sealedActivity = z.strictObject({
  kind: z.literal('sealed'),
  at: timestamp,
  of: z.enum(['query', 'transfer', 'cancel', 'connection.opened', 'connection.closed']),
  /** Whether the resource answered with an error; null for what has no outcome. */
  failed: z.boolean().nullable(),
  recording: z.string().length(43),
  /** Where the file is kept. */
  kept: z.enum(['api', 'gateway', 'both']),
  /** Whose the record is: a file holds those of one person. */
  person: z.uuid(),
})
export type SealedActivity = z.infer<typeof sealedActivity>

/** What an adapter emits. A closed union: a new kind of activity is a new member here. */
const emitted = [queryActivity, transferActivity, cancelActivity, openedActivity, closedActivity] as const
const emittedActivity = z.discriminatedUnion('kind', emitted)
export type Activity = z.infer<typeof emittedActivity>

/** What is shipped and stored. */
export const activity = z.discriminatedUnion('kind', [...emitted, sealedActivity])
export type StoredActivity = z.infer<typeof activity>
export type BindValue = z.infer<typeof bindValue>
export type ClippedText = z.infer<typeof clippedText>
