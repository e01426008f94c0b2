/**
 * How a gateway ships activity: batches of consecutively numbered records, signed by the gateway over the digest of the batch
 * and of the batch before it, so that neither side can drop, reorder or invent. `spec/activity-stream.md`.
 */
import { z } from 'zod'
import { base64urlOf, base64urlUpTo, instant, uuid } from './fields.ts'
import { defineStatement } from './statement.ts'

/** Records of one batch, and bytes of its records as JSON lines. */
export const MAX_BATCH_RECORDS = 2000
export const MAX_BATCH_BYTES = 8 * 1024 * 1024

/** Signed by the gateway; `digest` is SHA-256 over the batch's lines as sent (each record's JSON and LF). */
export const activityBatch = defineStatement({
  name: 'activity-batch',
  signatures: ['ecdsa-p256-sha256'],
  maxLength: 2 * 1024,
  error: 'signature_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    organization: uuid,
    gateway: uuid,
    /** A gateway starts a new stream only when its spool was lost. */
    stream: uuid,
    /** Number of the batch's first record, from 0. */
    first: z.int().nonnegative(),
    count: z.int().min(1).max(MAX_BATCH_RECORDS),
    digest: base64urlOf(32),
    /** Digest of the batch before; 43 × "A" for the first. */
    previous: base64urlOf(32),
    sealedAt: instant,
  }),
})
export type ActivityBatch = z.infer<typeof activityBatch.payload>

/** What the gateway adds to each activity record: where it belongs. One JSON line in a batch. */
export const activityEnvelope = z.strictObject({
  number: z.int().nonnegative(),
  lease: uuid,
  connection: uuid,
  /** Who, on what; the API checks all of it against the lease. */
  session: uuid,
  credential: uuid,
  activity: z.unknown(),
})
export type ActivityEnvelope = z.infer<typeof activityEnvelope>

/** Longest recording, in bytes; the records of one batch may fill several. */
export const MAX_RECORDING_BYTES = 2 * 1024 * 1024

/** Records that the gateway encrypted to recipients, as an age file. Records of the batch name it by its digest. */
export const uploadedRecording = z.strictObject({
  /** SHA-256 of the file. */
  digest: base64urlOf(32),
  /** The file; null: the gateway keeps it. */
  body: base64urlUpTo(MAX_RECORDING_BYTES).nullable(),
})

/** Body of the intake call. */
export const activityUpload = z.strictObject({
  batch: z.string().max(activityBatch.maxLength),
  /** JSON lines, each ended by LF. */
  lines: z.string().max(MAX_BATCH_BYTES),
  recordings: z.array(uploadedRecording).max(MAX_BATCH_RECORDS).optional(),
})
export type UploadedRecording = z.infer<typeof uploadedRecording>
export type ActivityUpload = z.infer<typeof activityUpload>
export const activityAcknowledgement = z.strictObject({
  /** All records below this number are committed. */
  next: z.int().nonnegative(),
})
