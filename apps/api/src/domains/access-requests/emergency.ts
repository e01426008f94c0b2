/** Access that opens at once, for those whom a rule names, and that somebody else must look at afterwards. */
import { randomUUID } from 'node:crypto'
import { SallyportError } from '@sallyport/protocol'
import { refusing } from '../../db/constraints.ts'
import { requireRoom } from '../../db/require-room.ts'
import type { Transaction } from '../../db/schema.ts'
import { raiseAlert } from '../alerts/index.ts'
import { openGrant } from '../grants/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { checkNotHeld, checkWish, notRequestable, type Wish } from './ask.ts'
import { type AccessCaller, deviceKeyOf } from './caller.ts'
import { emergencyRuleFor, ruleFor } from './rule-for.ts'
import { allRules } from './rule-store.ts'
import { recordStep } from './settle.ts'
import { standingOf } from './standings.ts'
import { insertRequest, type NewRequestRow } from './store.ts'
import { tellAbout } from './tell.ts'
import { findWanted } from './wanted.ts'

/** What is open this way at the same time, for one person. */
const MAX_EMERGENCIES = 10

const countOpen = async (transaction: Transaction, user: string): Promise<number> => {
  const row = await transaction
    .selectFrom('access_requests')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('user_id', '=', user)
    .where('kind', '=', 'emergency')
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** A reason is always needed. Throws `not_responder` for what the caller may ask for only, `not_found` for anything else. */
export const openEmergency = async (
  transaction: Transaction,
  asked: Pick<Wish, 'credential' | 'reason' | 'duration'>,
  caller: AccessCaller,
): Promise<string> => {
  await lockRevocationNumber(transaction, caller.organization, 'share')
  const wish: Wish = { ...asked, startsAt: null }
  const wanted = (await findWanted(transaction, [wish.credential])).get(wish.credential)
  if (wanted === undefined) throw notRequestable()
  const [rules, standing] = [await allRules(transaction), await standingOf(transaction, caller.user)]
  const rule = emergencyRuleFor(rules, wanted, standing)
  const emergency = rule?.terms.emergency
  if (rule === null || !emergency) {
    throw ruleFor(rules, wanted, standing) === null ? notRequestable() : new SallyportError('not_responder')
  }
  checkWish(wish, { reasonRequired: true, maxDuration: emergency.maxDuration })
  await checkNotHeld(transaction, wish, caller)
  const room = { of: 'emergencies', which: caller.user, limit: MAX_EMERGENCIES }
  await requireRoom(transaction, room, () => countOpen(transaction, caller.user))

  const opensAt = new Date(caller.now)
  const closesAt = new Date(caller.now + wish.duration * 1000)
  const grant = await openGrant(
    transaction,
    { user: caller.user, credential: wish.credential, device: null, reason: wish.reason, startsAt: opensAt, expiresAt: closesAt },
    caller,
  )
  const request: NewRequestRow = {
    ...wish,
    id: randomUUID(),
    kind: 'emergency',
    state: 'active',
    user: caller.user,
    device: caller.device,
    deviceKey: await deviceKeyOf(transaction, caller.device),
    credentialName: wanted.name,
    rule: rule.id,
    createdAt: opensAt,
    waitsUntil: opensAt,
    extends: null,
    extensionNumber: 0,
    approvalsNeeded: 0,
    grant: grant.id,
    opensAt,
    closesAt,
    reviewWithin: emergency.reviewWithin,
  }
  await refusing({ unique: 'conflict' }, insertRequest(transaction, request))
  await recordStep(transaction, 'access-request.emergency-opened', {
    request,
    author: caller,
    details: { rule: rule.id, reason: wish.reason, duration: wish.duration, grant: grant.id, closesAt: closesAt.toISOString() },
  })
  await raiseAlert(transaction, {
    organization: caller.organization,
    kind: 'emergency-access',
    user: caller.user,
    device: caller.device,
    message: `Emergency access to ${wanted.name} was opened until ${closesAt.toISOString()}.`,
    actor: caller.actor,
    at: caller.now,
  })
  await tellAbout(transaction, { organization: caller.organization, user: caller.user, terms: rule.terms })
  return request.id
}
