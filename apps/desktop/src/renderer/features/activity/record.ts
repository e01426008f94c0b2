/**
 * What this screen reads of a record of activity. Records of a newer version may say more, or be of a kind that is not known
 * here: then the record is shown as it is. Pure.
 */
import { z } from 'zod'

const clippedText = z.object({
  text: z.string(),
  clipped: z.object({ length: z.number(), sha256: z.string() }).optional(),
})
const resourceError = z.object({ code: z.string(), message: z.string() })

const bindValue = z.discriminatedUnion('form', [
  z.object({ form: z.literal('null') }),
  z.object({ form: z.literal('text'), value: clippedText }),
  z.object({ form: z.literal('binary'), value: clippedText }),
  z.object({ form: z.literal('redacted') }),
  z.object({ form: z.literal('hashed'), hash: z.string() }),
  z.object({ form: z.literal('dropped') }),
])
export type BindValue = z.infer<typeof bindValue>

const record = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('query'),
    form: z.enum(['simple', 'extended', 'function']),
    statement: clippedText,
    binds: z.array(bindValue),
    bindsOmitted: z.number(),
    durationMs: z.number(),
    rows: z.number().nullable(),
    error: resourceError.nullable(),
  }),
  z.object({
    kind: z.literal('transfer'),
    direction: z.enum(['in', 'out', 'both']),
    statement: clippedText,
    bytes: z.number(),
    durationMs: z.number(),
    rows: z.number().nullable(),
    error: resourceError.nullable(),
  }),
  z.object({ kind: z.literal('cancel'), matched: z.boolean() }),
  z.object({
    kind: z.literal('connection.opened'),
    caller: z.object({ program: z.string(), user: z.string(), pid: z.number() }).nullable(),
    upstreamId: z.string().nullable(),
    user: z.string().optional(),
    database: z.string().nullable(),
    application: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('connection.closed'),
    reason: z.string(),
    bytesUp: z.number(),
    bytesDown: z.number(),
    durationMs: z.number(),
  }),
  z.object({ kind: z.literal('sealed'), recording: z.string(), kept: z.enum(['api', 'gateway', 'both']) }),
])
export type ActivityRecord = z.infer<typeof record>

export const recordKinds = ['query', 'transfer', 'cancel', 'connection.opened', 'connection.closed'] as const

/** null: a kind that is not known here. */
export const recordOf = (activity: unknown): ActivityRecord | null => record.safeParse(activity).data ?? null

/** As much of a statement as a row can hold, on one line. */
const LINE = 400
export const oneLine = (statement: string): string => statement.slice(0, LINE).replaceAll(/\s+/g, ' ').trim()
