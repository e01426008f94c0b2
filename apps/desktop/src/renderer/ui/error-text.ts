/** What a person reads of an error: the public text of its code, in the language of the app where it has one. */
import { errorTable, isErrorCode, SallyportError } from '@sallyport/protocol/errors'

export interface ErrorText {
  readonly code: string
  readonly message: string
  readonly details: readonly string[]
}

/** `message` of a coded error is public by contract; of anything else only the fact is told. */
export const errorText = (error: unknown): ErrorText => {
  if (error instanceof SallyportError) return { code: error.code, message: error.message, details: error.details ?? [] }
  return { code: 'internal', message: errorTable.internal.text, details: [] }
}

/** The public text of a code that came in data: of an ended session, of a failed connection. */
export const codeText = (code: string, fallback: string): string => (isErrorCode(code) ? errorTable[code].text : fallback)
