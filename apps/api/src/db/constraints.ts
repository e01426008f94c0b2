/** What the database refuses by its constraints, as coded errors: it alone sees all replicas at once. */
import { type ErrorCode, SallyportError } from '@sallyport/protocol'

/** Errors of PostgreSQL, appendix A of its manual. */
const UNIQUE_VIOLATION = '23505'
const FOREIGN_KEY_VIOLATION = '23503'

const stateOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** Awaits `work`; a broken constraint becomes the code named for it, with `message` for people. */
export const refusing = async <Result>(
  codes: { readonly unique?: ErrorCode; readonly foreign?: ErrorCode; readonly message?: string },
  work: Promise<Result>,
): Promise<Result> => {
  try {
    return await work
  } catch (cause) {
    const state = stateOf(cause)
    const code = state === UNIQUE_VIOLATION ? codes.unique : state === FOREIGN_KEY_VIOLATION ? codes.foreign : undefined
    if (code === undefined) throw cause
    throw new SallyportError(code, { ...(codes.message === undefined ? {} : { message: codes.message }), cause })
  }
}
