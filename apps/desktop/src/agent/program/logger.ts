/** The agent's log: a file in the profile, for whoever helps its owner. No secrets, no statements, no bytes of connections. */
import { SallyportError } from '@sallyport/protocol'
import { type Logger, multistream, pino } from 'pino'
import { RotatingFile } from './rotating-file.ts'

const FILE_BYTES = 5 * 1024 * 1024
const FILES_KEPT = 3
const MAX_CAUSES = 4

/** A coded refusal is no defect: its causes say enough, a stack nothing. */
const describeError = (error: unknown): unknown => {
  if (!(error instanceof SallyportError) || error.code === 'internal') return pino.stdSerializers.err(error as Error)
  const causes: string[] = []
  for (let at = error.cause; at instanceof Error && causes.length < MAX_CAUSES; at = at.cause) causes.push(at.message)
  return { code: error.code, message: error.message, ...(causes.length > 0 ? { causes } : {}) }
}

/** `foreground`: also to standard error. */
export const createLogger = (path: string, options: { readonly foreground: boolean }): Logger => {
  const file = { stream: new RotatingFile(path, { maxBytes: FILE_BYTES, kept: FILES_KEPT }) }
  const streams = options.foreground ? [file, { stream: process.stderr }] : [file]
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: describeError } },
    multistream(streams),
  )
}
