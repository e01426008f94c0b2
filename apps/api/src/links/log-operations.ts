/** What the log role does for the others. */
import { base64urlOf, der, instant, keyId, receipt, timestamp, uuid } from '@sallyport/protocol'
import {
  auditActor,
  auditEntryType,
  auditRow,
  logEntries,
  logRoutes,
  logState,
  MAX_LOG_ENTRIES,
  MAX_PAGE,
} from '@sallyport/protocol/api'
import { z } from 'zod'
import { bytesUpTo, defineOperations, type LinkOf } from './operation.ts'

/** What a receipt says, besides the number and leaf that the log gives. */
export const unlockRecord = z.strictObject({
  /** Of the entry. Asking again with the same id answers with the same number. */
  id: uuid,
  organization: uuid,
  at: instant,
  actor: auditActor,
  lease: uuid,
  gateway: uuid,
  session: uuid,
  device: uuid,
  user: uuid,
  resource: uuid,
  credential: uuid,
  secret: uuid,
  secretVersion: z.int().positive(),
  endpointDigest: base64urlOf(32),
  /** Digest of the ticket that asked: which statement of device and session this was. */
  ticketDigest: base64urlOf(32),
  expiresAt: instant,
})
export type UnlockRecord = z.infer<typeof unlockRecord>

/** Where a row stands in the list: in the outbox, or in the log by its number. */
export const logPlace = z.union([
  z.strictObject({ position: z.int().nonnegative() }),
  z.strictObject({ index: z.int().nonnegative() }),
])
export type LogPlace = z.infer<typeof logPlace>

export const logOperations = defineOperations({
  /** Answers when its database does. */
  health: { input: z.strictObject({}), output: z.strictObject({}) },
  /**
   * Numbers and commits one `unlock.granted`, and only then signs the receipt. Throws `log_unavailable` when that cannot be
   * done, `conflict` when the id names another entry.
   */
  appendUnlock: { input: unlockRecord, output: z.strictObject({ receipt: z.string().max(receipt.maxLength) }) },
  /** Public halves of the organization's receipt keys, newest first; makes the first one if there is none. */
  receiptKeys: {
    input: z.strictObject({ organization: uuid }),
    output: z.strictObject({
      keys: z
        .array(z.strictObject({ id: keyId, publicKey: der }))
        .min(1)
        .max(8),
    }),
  },
  /**
   * Newest first; entries that wait for their number come before all others. With `since`, numbered entries above it, oldest
   * first. Fewer than `limit` where entries are long, or where a search has not come to its end: then `next` says where to go on.
   */
  listEntries: {
    input: z.strictObject({
      organization: uuid,
      limit: z.int().min(1).max(MAX_PAGE),
      /** Of the last row that was seen. */
      below: logPlace.nullable(),
      since: z.int().min(-1).optional(),
      type: auditEntryType.optional(),
      user: uuid.optional(),
      subject: z.string().max(64).optional(),
      /** All of which must occur, in lower case. */
      words: z.array(z.string().max(200)).max(32).optional(),
      after: timestamp.optional(),
      before: timestamp.optional(),
      /** Numbered entries only, and of what is personal in them only this person's. */
      opens: uuid.optional(),
    }),
    output: z.strictObject({
      rows: z.array(z.strictObject({ ...auditRow.shape, place: logPlace })).max(MAX_PAGE),
      next: logPlace.nullable(),
      /** The highest number up to which nothing newer was left out; -1 before the first. */
      tail: z.int().min(-1),
    }),
  },
  /** Makes a new key for heads, which signs from now on, with an entry that says so. Throws `limit_reached`. */
  startLogKey: { input: z.strictObject({ organization: uuid, actor: auditActor }), output: logState },
  /** Head, keys, witnesses, and why heads are not signed. */
  logState: { input: z.strictObject({ organization: uuid }), output: logState },
  /** Null when there is no such tile. */
  readTile: {
    input: z.strictObject({
      organization: uuid,
      level: z.int().min(0).max(6),
      index: z.int().nonnegative(),
      width: z.int().min(1).max(256),
    }),
    output: z.strictObject({ hashes: bytesUpTo(256 * 32).nullable() }),
  },
  /** Entries as they were hashed, from one number on, as many as fit. */
  readEntries: {
    input: z.strictObject({ organization: uuid, start: z.int().nonnegative(), limit: z.int().min(1).max(MAX_LOG_ENTRIES) }),
    output: logEntries,
  },
  /** Destroys the key of what is personal about somebody in the log. What is erased already stays so. */
  erasePerson: { input: z.strictObject({ organization: uuid, person: uuid }), output: z.strictObject({}) },
  /** The same for people who were not known, in entries of before this month (`2026-11`). */
  eraseUnknownPeople: {
    input: z.strictObject({ organization: uuid, before: z.string().regex(/^\d{4}-\d{2}$/) }),
    output: z.strictObject({}),
  },
  /** `found`: null when the log has no entry of this id. */
  proveEntry: {
    input: z.strictObject({ organization: uuid, entry: uuid }),
    output: z.strictObject({ found: logRoutes.proveLogEntry.response.nullable() }),
  },
})

export type LogLink = LinkOf<typeof logOperations>
