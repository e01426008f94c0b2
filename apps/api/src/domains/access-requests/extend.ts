/** Asking for more time before an access ends. */
import { SallyportError } from '@sallyport/protocol'
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { checkWish, notRequestable, type Wish, writeRequest } from './ask.ts'
import type { AccessCaller } from './caller.ts'
import { ruleFor } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { stateAt } from './standing.ts'
import { standingOf } from './standings.ts'
import { type AccessRequestRow, lockRequest } from './store.ts'
import { findWanted } from './wanted.ts'

/** Whether a rule lets this request be extended now: it stands, and was not extended too often. Emergencies are not. */
export const isExtensible = (
  request: AccessRequestRow,
  terms: Pick<AccessRuleTerms, 'enabled' | 'maxExtensions'> | null,
  now: number,
): boolean =>
  request.kind !== 'emergency' &&
  stateAt(request, now) === 'active' &&
  terms !== null &&
  terms.enabled &&
  request.extensionNumber < terms.maxExtensions

/** Throws `request_closed` for one that does not stand or was extended as often as it may be, `conflict` for one that waits. */
export const extendRequest = async (
  transaction: Transaction,
  { id, ...asked }: Pick<Wish, 'reason' | 'duration'> & { readonly id: string },
  caller: AccessCaller,
): Promise<string> => {
  await lockRevocationNumber(transaction, caller.organization, 'share')
  const extended = await lockRequest(transaction, id)
  if (extended === null || extended.user !== caller.user) throw new SallyportError('not_found')
  const wanted = (await findWanted(transaction, [extended.credential])).get(extended.credential)
  const standing = await standingOf(transaction, caller.user)
  const rule = wanted === undefined ? null : ruleFor(await allRules(transaction), wanted, standing)
  if (!isExtensible(extended, rule?.terms ?? null, caller.now)) {
    throw new SallyportError('request_closed', { message: 'This access cannot be extended.' })
  }
  if (wanted === undefined || rule === null) throw notRequestable()
  if (await isExtendedAlready(transaction, id)) {
    throw new SallyportError('conflict', { message: 'This access was extended. Extend the extension.' })
  }
  checkWish(asked, rule.terms)
  const wish = { ...asked, credential: extended.credential, startsAt: null }
  return writeRequest(transaction, { wanted, rule, wish, extended }, caller)
}

/** An extension of this request that was approved: a second one would not add to it. */
const isExtendedAlready = async (transaction: Transaction, id: string): Promise<boolean> => {
  const row = await transaction
    .selectFrom('access_requests')
    .select('id')
    .where('extends_id', '=', id)
    .where('grant_id', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
