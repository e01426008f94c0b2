/** What support may do: read, as far as the organization opened it to them; and each answer is in the log before it is given. */
import { SallyportError } from '@sallyport/protocol'
import type { RouteName } from '@sallyport/protocol/api'
import { recordSupportUse } from '../domains/support-access/index.ts'
import type { AnyContext, CallerContext } from './context.ts'
import type { ParsedInput } from './input.ts'
import type { ServedRoute } from './route-table.ts'

/** What everybody does with the session that they have: it lasts no longer for that. */
const ownSession: readonly RouteName[] = ['renewSession', 'endSession']

const supporterOf = (context: AnyContext): CallerContext | null =>
  'session' in context && context.user.isSupport ? context : null

/** Throws `forbidden` for whatever is not reading, also where everybody else may do it. */
export const checkSupport = ({ name, route }: ServedRoute, context: AnyContext): void => {
  if (supporterOf(context) === null || route.method === 'GET' || ownSession.includes(name)) return
  throw new SallyportError('forbidden', { message: 'Support access is for reading.' })
}

/** Of an answer that is about to be given. What cannot be recorded is not answered. */
export const recordSupportAnswer = async (
  { name, route }: ServedRoute,
  context: AnyContext,
  input: ParsedInput,
): Promise<void> => {
  const supporter = supporterOf(context)
  if (supporter === null || route.method !== 'GET') return
  const { parameters, query } = input
  await supporter.transaction((transaction) =>
    recordSupportUse(transaction, { operation: name, parameters, query, actor: supporter.actor }),
  )
}
