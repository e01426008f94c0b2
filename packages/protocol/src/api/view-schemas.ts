/** Objects of the API that screens look at: open connections, tests of resources, pages of activity and of the log. */
import { z } from 'zod'
import { MAX_RECORDING_BYTES } from '../activity-stream.ts'
import { base64urlOf, base64urlUpTo, caller, timestamp, uuid } from '../fields.ts'
import { probeStep } from '../probe.ts'
import { entryProof } from './log-routes.ts'
import { activityRow, auditRow } from './schemas.ts'

/** A connection that a tool holds through a gateway now, as the gateway last said. */
export const openConnection = z.strictObject({
  id: uuid,
  user: uuid,
  session: uuid,
  device: uuid,
  gateway: uuid,
  lease: uuid,
  resource: uuid,
  credential: uuid,
  /** `shop-db/read-only`. */
  name: z.string().max(250),
  /** The program, where the agent could tell. */
  caller: caller.nullable(),
  openedAt: timestamp,
  bytesUp: z.int().nonnegative(),
  bytesDown: z.int().nonnegative(),
  /** When the gateway last said so. */
  reportedAt: timestamp,
  leaseExpiresAt: timestamp,
})
export type OpenConnection = z.infer<typeof openConnection>

/** Records of one person, encrypted by their gateway to recipients, as an age file. */
export const recording = z.strictObject({
  /** SHA-256 of the file. */
  digest: base64urlOf(32),
  stream: uuid,
  /** Number of the first record of the batch. */
  first: z.int().nonnegative(),
  gateway: uuid,
  user: uuid,
  at: timestamp,
  kept: z.enum(['api', 'gateway', 'both']),
  /** The file; null in lists, and where its gateway keeps it. */
  body: base64urlUpTo(MAX_RECORDING_BYTES).nullable(),
})

export const testAnswer = z.strictObject({
  gateway: uuid,
  ok: z.boolean(),
  /** In the order in which they were tried; the first that failed is the last. */
  steps: z.array(probeStep).max(16),
})

/** Position from which newer rows are asked for: pass it as `since`. */
export const tail = z.string().max(512)

/** Rows newest first; with `since` the rows that came after it, oldest first, and `next` is the `tail`, or null when nothing is left. */
export const activityPage = z.strictObject({
  items: z.array(activityRow),
  /** Not null also on a page without items, while a search has not come to its end. */
  next: z.string().max(512).nullable(),
  tail,
})

/** Characters of the lines of a batch that an answer brings at most. */
export const MAX_PROVEN_LINES = 4 * 1024 * 1024

/**
 * How a record is held by the log. Its gateway sent it in a batch, of which there is one entry, with the digest that the gateway signed:
 * SHA-256 of the lines, one of which is the record's. The proof leads from the entry to a signed head.
 */
export const activityProof = entryProof.extend({
  /** null: not all of them are kept as they came, because of retention or an erasure; or they are longer than 4 MiB. */
  lines: z.string().max(MAX_PROVEN_LINES).nullable(),
})

export const auditPage = z.strictObject({ items: z.array(auditRow), next: z.string().max(512).nullable(), tail })

/** Longest part of an export, in characters. */
export const MAX_EXPORT_PART = 2 * 1024 * 1024

/** One part of an export: parts put one after the other are the file. */
export const exportPart = z.strictObject({
  text: z.string().max(MAX_EXPORT_PART),
  rows: z.int().nonnegative(),
  next: z.string().max(512).nullable(),
})

export const exportFormat = z.enum(['csv', 'json-lines'])
export type ExportFormat = z.infer<typeof exportFormat>
