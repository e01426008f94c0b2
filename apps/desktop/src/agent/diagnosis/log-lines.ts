/** The end of the agent's log as people read it, without what is secret. */
import { levels } from 'pino'
import { z } from 'zod'
import { type LogLine, MAX_LOG_LINE, MAX_LOG_LINES } from '../../shared/diagnosis.ts'
import { lastLines } from './last-lines.ts'
import { redact } from './redact.ts'

/** Bytes of the log's end that are looked at. */
const LOG_BYTES = 128 * 1024

/** As the logger writes it; see `logger.ts`. */
const written = z.looseObject({ level: z.int(), time: z.iso.datetime(), msg: z.string().default('') })

const levelOf = (number: number): LogLine['level'] => {
  const label = levels.labels[number]
  return label === 'warn' || label === 'error' || label === 'fatal' ? label : 'info'
}

/** null for what the logger did not write, as the half of a line that a killed agent left. */
const lineOf = (text: string): LogLine | null => {
  try {
    const { level, time, msg, ...rest } = written.parse(JSON.parse(text))
    const more = Object.entries(rest).map(
      ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    return { at: time, level: levelOf(level), text: redact([msg, ...more].join(' ')).slice(0, MAX_LOG_LINE) }
  } catch {
    return null
  }
}

/** The newest last. */
export const logLines = async (path: string): Promise<LogLine[]> =>
  (await lastLines(path, LOG_BYTES))
    .split('\n')
    .slice(-MAX_LOG_LINES - 1)
    .map(lineOf)
    .filter((line) => line !== null)
