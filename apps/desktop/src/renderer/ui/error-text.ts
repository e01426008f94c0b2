/** What a person reads of an error: the public text of its code. */
import { errorTable, isErrorCode } from '@sallyport/protocol/errors'

export interface ErrorText {
  readonly code: string
  readonly message: string
  readonly details: readonly string[]
}

interface Coded {
  readonly code: string
  readonly message: string
  readonly details?: unknown
}

const isCoded = (error: unknown): error is Coded =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  isErrorCode(error.code) &&
  'message' in error &&
  typeof error.message === 'string'

/** `message` of a coded error, thrown or told as data, is public by contract; of anything else only the fact is told. */
export const errorText = (error: unknown): ErrorText => {
  if (!isCoded(error)) return { code: 'internal', message: errorTable.internal.text, details: [] }
  const details = Array.isArray(error.details) ? error.details.filter((detail) => typeof detail === 'string') : []
  return { code: error.code, message: error.message, details }
}
