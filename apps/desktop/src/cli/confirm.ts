/** Questions before acts that cannot be undone. */
import { SallyportError } from '@sallyport/protocol'
import type { Context } from './context.ts'

export interface Question {
  /** What is asked about; may be empty. */
  readonly subject: string
  readonly question: string
}

/** Throws `invalid_request` when the person says no, or nobody can be asked and --yes is not given. */
export const confirm = async (context: Context, { subject, question }: Question): Promise<void> => {
  if (context.options.yes) return
  const asked = subject === '' ? question : `${subject}: ${question}`
  const answer = await context.prompter.ask(`${asked} [y/N] `, { instead: 'Add --yes to do it without being asked.' })
  if (!/^y(es)?$/i.test(answer.trim())) throw new SallyportError('invalid_request', { message: 'Nothing was changed.' })
}
