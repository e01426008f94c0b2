/**
 * How far the spool has been shipped: kept in a small file that is replaced whole. A batch is noted before it is sent, so that
 * after a crash the very same batch is sent again.
 */
import { z } from 'zod'
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { activityBatch } from '@sallyport/protocol'

/** Bytes; what is written here is far shorter. */
const MAX_FILE = 1024 * 1024

/** The digest that the first batch names as the one before it. */
export const NO_PREVIOUS_BATCH = 'A'.repeat(43)

const cursorSchema = z.strictObject({
  version: z.literal(1),
  stream: z.uuid(),
  /** Digest of the spool key, so that another one is not taken for it. */
  key: z.string().length(43),
  /** All records below this number are committed by the API. */
  next: z.int().nonnegative(),
  /** Digest of the last committed batch. */
  previous: z.string().length(43),
  /** A batch that was sealed and perhaps sent. */
  pending: z
    .strictObject({ first: z.int().nonnegative(), count: z.int().positive(), statement: z.string().max(activityBatch.maxLength) })
    .nullable(),
})
export type Cursor = z.infer<typeof cursorSchema>

export const newCursor = (stream: string, key: string): Cursor => ({
  version: 1,
  stream,
  key,
  next: 0,
  previous: NO_PREVIOUS_BATCH,
  pending: null,
})

/** null: there is none. Throws on one that cannot be read. */
export const loadCursor = async (path: string): Promise<Cursor | null> => {
  const text = await readTextUpTo(path, MAX_FILE)
  return text === null ? null : cursorSchema.parse(JSON.parse(text))
}

export const saveCursor = (path: string, cursor: Cursor): Promise<void> => replacePrivateFile(path, JSON.stringify(cursor))
