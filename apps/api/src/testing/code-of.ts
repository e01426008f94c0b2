import { SallyportError } from '@sallyport/protocol'

/** The code by which something is refused; `done` when it is not. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
  )
