/** Writes down what time has done to a request, each step with its entry. */
import type { AuditActor, AuditEntryType } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { type Author, recordAudit } from '../audit/index.ts'
import { dueEvents } from './standing.ts'
import { type AccessRequestEvent, stateAfter } from './states.ts'
import { type AccessRequestRow, updateRequest } from './store.ts'

/** Nobody in particular: time. */
const clockActor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }

const entryTypes: Readonly<Partial<Record<AccessRequestEvent, AuditEntryType>>> = {
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

export const recordStep = (
  transaction: Transaction,
  type: AuditEntryType,
  {
    request,
    author,
    details = {},
  }: {
    readonly request: Pick<AccessRequestRow, 'id' | 'kind' | 'user' | 'credential' | 'credentialName'>
    readonly author: Pick<Author, 'actor' | 'now'>
    readonly details?: NonNullable<Parameters<typeof recordAudit>[1]['details']>
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
  })

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
