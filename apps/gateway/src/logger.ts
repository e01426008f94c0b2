/** The program's one logger: JSON lines on standard error. Never given secrets, statements or bodies. */
import { SallyportError } from '@sallyport/protocol'
import { destination, type Logger, pino } from 'pino'

/** An error as the log holds it: codes, messages and causes. */
const serializeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return String(error)
  const { message, stack, cause } = error
  const code = error instanceof SallyportError || 'code' in error ? { code: (error as { code: unknown }).code } : {}
  const isCoded = error instanceof SallyportError
  return { ...code, message, ...(isCoded ? {} : { stack }), ...(cause === undefined ? {} : { cause: serializeError(cause) }) }
}

export const createLogger = (level: string): Logger =>
  pino(
    { level, base: { program: 'gateway' }, serializers: { error: serializeError, cause: serializeError } },
    destination({ fd: 2, sync: true }),
  )
