/** What the agent finds when it examines itself and its way to everything it needs. */
import { timestamp, uuid } from '@sallyport/protocol'
import { z } from 'zod'

/** One thing that was looked at. */
export const finding = z.strictObject({
  /** Where it belongs; findings of one area stand together, in the order in which they depend on each other. */
  area: z.enum(['agent', 'keys', 'clock', 'api', 'session', 'gateway', 'listener', 'tools']),
  /** What was looked at: the name of a gateway or credential; empty where the area says it. */
  subject: z.string().max(250),
  /** Which step of a way: empty where there is only one. */
  step: z.enum(['', 'name', 'connection', 'encryption', 'answer']),
  /** `notice` deserves a look and stops nothing. */
  state: z.enum(['ok', 'notice', 'failed']),
  /** Stable code of what is wrong; null for what is not, and for notices. */
  code: z.string().max(64).nullable(),
  detail: z.string().max(1000),
  /** How long it took; null where that says nothing. */
  milliseconds: z.number().nonnegative().nullable(),
})
export type Finding = z.infer<typeof finding>

export const diagnosis = z.strictObject({ at: timestamp, findings: z.array(finding).max(20_000) })
export type Diagnosis = z.infer<typeof diagnosis>

/** Told while a diagnosis goes on, to whoever subscribed; `run` is what its asker called it. */
export const findingEvent = z.strictObject({ event: z.literal('finding'), run: uuid, finding })
export type FindingEvent = z.infer<typeof findingEvent>

/** Lines of the log that are shown. */
export const MAX_LOG_LINES = 300
/** Longest of them, in characters; what is longer is cut. */
export const MAX_LOG_LINE = 2000

/** One line of the agent's log. */
export const logLine = z.strictObject({
  at: z.iso.datetime(),
  level: z.enum(['info', 'warn', 'error', 'fatal']),
  text: z.string().max(MAX_LOG_LINE),
})
export type LogLine = z.infer<typeof logLine>

/** Longest text of a bundle, in characters. */
export const MAX_BUNDLE = 1024 * 1024

/** A diagnosis to be handed to somebody who helps: a text without secrets, and without what only concerns the person. */
export const bundle = z.strictObject({ fileName: z.string().max(120), text: z.string().max(MAX_BUNDLE) })
