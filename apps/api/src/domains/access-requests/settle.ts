/** Writes down what time has done to a request, each step with its entry. */
import type { AuditActor, AuditDetails, AuditEntryType } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type AuditRecord, type Author, recordAudit } from '../audit/index.ts'
import { dueEvents } from './standing.ts'
import { type AccessRequestEvent, stateAfter } from './states.ts'
import { type AccessRequestRow, updateRequest } from './store.ts'

/** Nobody in particular: time. */
const clockActor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

/** Entries about one request, `review-overdue` apart. */
type StepType = Exclude<Extract<AuditEntryType, `access-request.${string}`>, 'access-request.review-overdue'>

/** What time does to a request. */
type TimedStep = `access-request.${'expired' | 'cancelled' | 'started' | 'ended'}`

type WithoutRequest<Details> = Details extends unknown ? Omit<Details, 'kind' | 'user' | 'credential' | 'credentialName'> : never
/** What an entry says besides which request it is about. */
type StepDetails<Type extends StepType> = WithoutRequest<AuditDetails<Type>>

const entryTypes: Readonly<Partial<Record<AccessRequestEvent, TimedStep>>> = {
  'expire': 'access-request.expired',
  'cancel': 'access-request.cancelled',
  'start': 'access-request.started',
  'end': 'access-request.ended',
  'demand-review': 'access-request.ended',
}

/** When the access really ended: before its time, if somebody ended the grant. */
const endOf = ({ closesAt, grantEndedAt }: AccessRequestRow, now: number): Date =>
  new Date(Math.min(closesAt?.getTime() ?? now, grantEndedAt?.getTime() ?? now, now))

const changesBy = (event: AccessRequestEvent, request: AccessRequestRow, now: number) => {
  switch (event) {
    case 'expire':
      return { closedAt: request.waitsUntil }
    case 'cancel':
    case 'end':
      return { closedAt: endOf(request, now) }
    case 'demand-review': {
      const closedAt = endOf(request, now)
      return { closedAt, reviewDueAt: new Date(closedAt.getTime() + request.reviewWithin! * 1000) }
    }
    default:
      return {}
  }
}

export const recordStep = <Type extends StepType>(
  transaction: Transaction,
  type: Type,
  {
    request,
    author,
    details,
  }: {
    readonly request: Pick<AccessRequestRow, 'id' | 'kind' | 'user' | 'credential' | 'credentialName'>
    readonly author: Pick<Author, 'actor' | 'now'>
    readonly details: StepDetails<Type>
  },
): Promise<string> =>
  recordAudit(transaction, {
    type,
    actor: author.actor,
    subject: { kind: 'access-request', id: request.id },
    details: {
      kind: request.kind,
      user: request.user,
      credential: request.credential,
      credentialName: request.credentialName,
      ...details,
    },
    at: author.now,
  } as AuditRecord)

/** Returns the request as it is now. Expects it locked. */
export const settle = async (
  transaction: Transaction,
  request: AccessRequestRow,
  { now }: Pick<Author, 'now'>,
): Promise<AccessRequestRow> => {
  let settled = request
  for (const event of dueEvents(request, now)) {
    const change = { state: stateAfter(settled.state, event), ...changesBy(event, settled, now) }
    const before = settled.state
    settled = await updateRequest(transaction, settled, change)
    await recordStep(transaction, entryTypes[event]!, {
      request: settled,
      author: { actor: clockActor, now },
      details: { before, after: settled.state },
    })
  }
  return settled
}
