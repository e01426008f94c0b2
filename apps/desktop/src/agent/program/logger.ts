/** The agent's log: a file in the profile, for whoever helps its owner. No secrets, no statements, no bytes of connections. */
import { type Logger, multistream, pino } from 'pino'
import { RotatingFile } from './rotating-file.ts'

const FILE_BYTES = 5 * 1024 * 1024
const FILES_KEPT = 3

/** `foreground`: also to standard error. */
export const createLogger = (path: string, options: { readonly foreground: boolean }): Logger => {
  const file = { stream: new RotatingFile(path, { maxBytes: FILE_BYTES, kept: FILES_KEPT }) }
  const streams = options.foreground ? [file, { stream: process.stderr }] : [file]
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { error: pino.stdSerializers.err } },
    multistream(streams),
  )
}
