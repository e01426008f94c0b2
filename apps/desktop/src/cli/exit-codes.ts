/** Exit codes of the CLI: one for each kind of error, so that scripts need no texts. */
import type { ErrorKind } from '@sallyport/protocol'

export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  internal: 1,
  input: 2,
  authentication: 3,
  permission: 4,
  missing: 5,
  conflict: 6,
  limit: 7,
  unavailable: 8,
}

/** Ctrl-C: what shells give to a program that SIGINT ended. */
export const INTERRUPTED = 130

export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [exitCodes.internal, 'something went wrong inside Sallyport'],
  [exitCodes.input, 'the command line, or what was typed, cannot be used'],
  [exitCodes.authentication, 'not signed in, or a proof of identity was refused'],
  [exitCodes.permission, 'not allowed'],
  [exitCodes.missing, 'there is no such thing'],
  [exitCodes.conflict, 'it exists already, was changed, or something depends on it'],
  [exitCodes.limit, 'too many attempts, or a limit is reached'],
  [exitCodes.unavailable, 'agent, API, gateway or resource cannot be reached now'],
  [INTERRUPTED, 'interrupted with Ctrl-C'],
]

export const exitCodesText = (): string =>
  [
    'Exit codes:',
    ...exitCodeMeanings.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`),
    '',
    '`sallyport psql` ends with the exit code of psql once psql runs (128 + n when signal n ended it).',
  ].join('\n')
