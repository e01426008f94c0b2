import type { Transaction } from '../../db/schema.ts'
import { raiseAlert, type RaiseAlertOptions } from './raise.ts'

/** Milliseconds within which the same alert is not raised again: whoever retries for hours must not bury the rest. */
const QUIET = 3_600_000

/** {@link raiseAlert}, unless the same one with the same message was raised within the last hour. */
export const raiseAlertOnce = async (
  transaction: Transaction,
  { now, ...alert }: RaiseAlertOptions & { readonly now: number },
): Promise<void> => {
  const recent = await transaction
    .selectFrom('alerts')
    .select('id')
    .where('kind', '=', alert.kind)
    .where('message', '=', alert.message.slice(0, 500))
    .where('at', '>', new Date(now - QUIET))
    .limit(1)
    .executeTakeFirst()
  if (recent === undefined) await raiseAlert(transaction, { ...alert, at: now })
}
