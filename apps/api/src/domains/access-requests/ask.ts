/** Asking for access. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { MAX_ACCESS_LEAD } from '@sallyport/protocol/api'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { factsOfAccess } from '../leases/index.ts'
import { waysOf } from '../policy/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { type AccessCaller, deviceKeyOf } from './caller.ts'
import { openAccess } from './open-access.ts'
import { type Rule, ruleFor } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { recordStep, settle } from './settle.ts'
import { standingOf } from './standings.ts'
import { type AccessRequestRow, countOpenRequests, insertRequest, lockRequest, type NewRequestRow } from './store.ts'
import { openingOf } from './tally.ts'
import { tellAbout } from './tell.ts'
import { findWanted, type Wanted } from './wanted.ts'

/** Requests of one person that wait, or will begin. */
const MAX_OPEN = 50

export interface Wish {
  readonly credential: string
  readonly reason: string
  /** Seconds. */
  readonly duration: number
  readonly startsAt: Date | null
}

/** What nobody may ask for is as if it were not there. */
export const notRequestable = () =>
  new SallyportError('not_found', { message: 'There is nothing of this kind that you may ask for.' })

/** Throws `reason_required`, `duration_too_long`. */
export const checkWish = (
  wish: Pick<Wish, 'reason' | 'duration'>,
  { reasonRequired, maxDuration }: { readonly reasonRequired: boolean; readonly maxDuration: number },
): void => {
  if (reasonRequired && wish.reason.trim() === '') throw new SallyportError('reason_required')
  if (wish.duration > maxDuration) {
    throw new SallyportError('duration_too_long', { message: `This rule allows ${maxDuration} seconds at most.` })
  }
}

const checkStart = ({ startsAt }: Wish, now: number): void => {
  if (startsAt === null) return
  const lead = startsAt.getTime() - now
  if (lead <= 0 || lead > MAX_ACCESS_LEAD * 1000) {
    throw new SallyportError('invalid_request', {
      message: 'A request begins in the future, within 30 days.',
      details: ['body.startsAt'],
    })
  }
}

/** Throws `conflict` for what the person has anyway: through a role, or until later than the wish begins. */
export const checkNotHeld = async (transaction: Transaction, wish: Wish, caller: AccessCaller): Promise<void> => {
  const now = wish.startsAt?.getTime() ?? caller.now
  const facts = await factsOfAccess(transaction, { user: caller.user, credential: wish.credential, now })
  if (facts === null) throw notRequestable()
  const [way] = waysOf({ ...facts, device: { id: caller.device, status: 'active' } })
  if (way === undefined) return
  const message =
    way.kind === 'role' ? `You have this through the role ${way.name}.` : 'You have access then. Ask for an extension.'
  throw new SallyportError('conflict', { message })
}

/** Writes down what time has done to what waits for the same, so that only what really waits stands in the way. */
const settleOpen = async (transaction: Transaction, caller: AccessCaller, credential: string): Promise<void> => {
  const open = await transaction
    .selectFrom('access_requests')
    .select('id')
    .where('user_id', '=', caller.user)
    .where('credential_id', '=', credential)
    .where('state', 'in', ['pending', 'approved'])
    .execute()
  for (const { id } of open) await settle(transaction, (await lockRequest(transaction, id))!, caller)
}

interface Draft {
  readonly wanted: Wanted
  readonly rule: Rule
  readonly wish: Wish
  /** What an extension extends. */
  readonly extended: AccessRequestRow | null
}

const waitsUntil = ({ rule, wish, extended }: Draft, now: number): Date =>
  new Date(
    Math.min(
      now + rule.terms.waitsFor * 1000,
      // What is over cannot be extended, and what should have begun and ended cannot begin.
      extended?.closesAt?.getTime() ?? Number.POSITIVE_INFINITY,
      wish.startsAt === null ? Number.POSITIVE_INFINITY : wish.startsAt.getTime() + wish.duration * 1000,
    ),
  )

/** Writes a request; one whose rule asks for nobody's approval opens at once. Returns its id. */
export const writeRequest = async (transaction: Transaction, draft: Draft, caller: AccessCaller): Promise<string> => {
  const { wanted, rule, wish, extended } = draft
  await settleOpen(transaction, caller, wanted.credential)
  const room = { of: 'access requests', which: caller.user, limit: MAX_OPEN }
  await requireRoom(transaction, room, () => countOpenRequests(transaction, caller.user))
  const pending: NewRequestRow = {
    ...wish,
    id: randomUUID(),
    kind: extended === null ? 'access' : 'extension',
    state: 'pending',
    user: caller.user,
    device: caller.device,
    deviceKey: await deviceKeyOf(transaction, caller.device),
    credentialName: wanted.name,
    rule: rule.id,
    createdAt: new Date(caller.now),
    waitsUntil: waitsUntil(draft, caller.now),
    extends: extended?.id ?? null,
    extensionNumber: extended === null ? 0 : extended.extensionNumber + 1,
    approvalsNeeded: rule.terms.approvals,
    grant: null,
    opensAt: null,
    closesAt: null,
    reviewWithin: null,
  }
  const opening = openingOf(wish, { approvals: [], maxDuration: rule.terms.maxDuration, now: caller.now })
  const base = extended?.closesAt?.getTime() ?? null
  const opened = rule.terms.approvals > 0 ? null : await openAccess(transaction, { request: pending, opening, base }, caller)
  const request = { ...pending, ...opened }
  const message = 'A request of yours for this waits already.'
  await refusing({ unique: 'conflict', foreign: 'not_found', message }, insertRequest(transaction, request))
  await recordStep(transaction, 'access-request.created', {
    request,
    author: caller,
    details: {
      rule: rule.id,
      reason: wish.reason,
      duration: wish.duration,
      startsAt: wish.startsAt?.toISOString() ?? null,
      extends: request.extends,
      approvalsNeeded: request.approvalsNeeded,
      grant: request.grant,
      after: request.state,
    },
  })
  await tellAbout(transaction, { organization: caller.organization, user: caller.user, terms: rule.terms })
  return request.id
}

/** Throws `not_found` for what no rule lets the caller ask for; `conflict` for what they have, or asked for already. */
export const createRequest = async (transaction: Transaction, wish: Wish, caller: AccessCaller): Promise<string> => {
  await lockRevocationNumber(transaction, caller.organization, 'share')
  const wanted = (await findWanted(transaction, [wish.credential])).get(wish.credential)
  const standing = await standingOf(transaction, caller.user)
  const rule = wanted === undefined ? null : ruleFor(await allRules(transaction), wanted, standing)
  if (wanted === undefined || rule === null) throw notRequestable()
  checkWish(wish, rule.terms)
  checkStart(wish, caller.now)
  await checkNotHeld(transaction, wish, caller)
  return writeRequest(transaction, { wanted, rule, wish, extended: null }, caller)
}
