/** Looking at emergency access afterwards. */
import { SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { type AccessCaller, deviceKeyOf } from './caller.ts'
import { refusalToReview } from './judge.ts'
import { findRule } from './rule-store.ts'
import { recordStep, settle } from './settle.ts'
import { standingOf } from './standings.ts'
import { stateAfter } from './states.ts'
import { lockRequest, updateRequest } from './store.ts'
import { tellAbout } from './tell.ts'

export interface Review {
  readonly id: string
  readonly verdict: 'justified' | 'unjustified'
  readonly note: string
}

export const reviewEmergency = async (
  transaction: Transaction,
  { id, verdict, note }: Review,
  caller: AccessCaller,
): Promise<void> => {
  await lockRevocationNumber(transaction, caller.organization, 'share')
  const locked = await lockRequest(transaction, id)
  if (locked === null) throw new SallyportError('not_found')
  const request = await settle(transaction, locked, caller)
  const rule = await findRule(transaction, request.rule)
  const judge = {
    standing: await standingOf(transaction, caller.user),
    deviceKey: await deviceKeyOf(transaction, caller.device),
    permissions: caller.permissions,
  }
  const refusal = refusalToReview(judge, { request, rule, now: caller.now })
  if (refusal !== null) throw refusal
  const state = stateAfter(request.state, 'review')
  await updateRequest(transaction, request, {
    state,
    reviewer: caller.user,
    reviewVerdict: verdict,
    reviewNote: note,
    reviewedAt: new Date(caller.now),
  })
  await recordStep(transaction, 'access-request.reviewed', {
    request,
    author: caller,
    details: { before: request.state, after: state, verdict, note },
  })
  await tellAbout(transaction, { organization: caller.organization, user: request.user, terms: rule?.terms ?? null })
}
