/** Errors as the CLI tells them: on stderr, with what to do, and with an exit code of their kind. */
import { type ErrorBody, SallyportError } from '@sallyport/protocol'
import { ZodError } from 'zod'
import { adviceOn } from './advice.ts'
import { exitCodes } from './exit-codes.ts'
import { oneLine } from './terminal/printable.ts'
import type { Style } from './terminal/terminal.ts'

/** Everything that a command may throw, as a coded error. */
export const toSallyportError = (error: unknown): SallyportError => {
  if (error instanceof SallyportError) return error
  if (error instanceof ZodError)
    return new SallyportError('unsupported_version', {
      message: 'The running agent is of another version than this command. Stop it with: sallyport agent stop',
      cause: error,
    })
  const text = error instanceof Error ? error.message : String(error)
  return new SallyportError('internal', { message: `Something went wrong: ${text}`, cause: error })
}

export const exitCodeOf = (error: SallyportError): number => exitCodes[error.kind]

/** `{"error":{"code","message","details"?}}`, one line. */
export const failureJson = (error: ErrorBody): string => JSON.stringify({ error })

export const failureText = (error: SallyportError, style: Style): string => {
  const advice = adviceOn(error.code)
  return [
    `${style.paint('red', 'sallyport:')} ${oneLine(error.message)} ${style.paint('dim', `(${error.code})`)}`,
    ...(error.details ?? []).map((detail) => `  ${oneLine(detail)}`),
    ...(advice === undefined || error.message.includes(advice) ? [] : [`Try: ${style.paint('bold', advice)}`]),
  ].join('\n')
}
