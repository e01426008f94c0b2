/** Records of what was done on the resource, in the form of the activity schema. */
import type { Activity, BindValue, ClippedText } from '@sallyport/recording'
import type { CopyProgress, InFlight, ResourceError } from './relay/in-flight.ts'

const LONGEST_ERROR = 4096

/** UTC with milliseconds, as the schema wants it. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString()

export const resourceError = (code: string, message: string): ResourceError => ({
  code: code.slice(0, 64),
  message: message.length > LONGEST_ERROR ? message.slice(0, LONGEST_ERROR) : message,
})

/** What became of a statement that the resource never ran, because one before it in the same pipeline failed. */
export const SKIPPED = resourceError('skipped', 'Not run: an earlier statement of the same pipeline failed.')

/** What became of a statement whose answer never came. Whether it ran is not known. */
export const UNANSWERED = resourceError('unanswered', 'The connection ended before the resource answered.')

export interface QueryFacts {
  readonly form: 'simple' | 'extended' | 'function'
  readonly statement: ClippedText
  readonly binds: readonly BindValue[]
  readonly bindsOmitted: number
  readonly rows: number | null
  readonly error: ResourceError | null
}

const durationSince = (started: number): number => Math.max(0, Math.round((performance.now() - started) * 1000) / 1000)

export const queryActivity = (entry: InFlight, facts: QueryFacts): Activity => ({
  kind: 'query',
  at: timestamp(entry.at),
  form: facts.form,
  statement: facts.statement,
  binds: facts.binds as BindValue[],
  bindsOmitted: facts.bindsOmitted,
  durationMs: durationSince(entry.started),
  rows: facts.rows,
  error: facts.error,
})

export interface TransferFacts {
  readonly statement: ClippedText
  readonly copy: CopyProgress
  readonly rows: number | null
  readonly error: ResourceError | null
}

export const transferActivity = (entry: InFlight, facts: TransferFacts): Activity => ({
  kind: 'transfer',
  at: timestamp(entry.at),
  direction: facts.copy.direction,
  statement: facts.statement,
  bytes: facts.copy.bytes,
  rows: facts.rows,
  durationMs: durationSince(entry.started),
  error: facts.error,
})
