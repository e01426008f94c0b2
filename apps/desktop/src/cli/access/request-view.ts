/** Requests as people read them. */
import type { AccessDecisionItem, AccessRequest, AccessUse } from '@sallyport/protocol/api'
import type { Color } from '../terminal/terminal.ts'
import type { Answer } from '../views/answer.ts'
import { type Field, fields } from '../views/fields.ts'
import { type Column } from '../views/table.ts'
import { localTime, roughly, withRelative } from '../views/time.ts'

const stateColors: Readonly<Partial<Record<AccessRequest['state'], Color>>> = {
  'pending': 'yellow',
  'approved': 'green',
  'active': 'green',
  'refused': 'red',
  'review-pending': 'yellow',
  'ended': 'dim',
  'withdrawn': 'dim',
  'expired': 'dim',
  'cancelled': 'dim',
  'reviewed': 'dim',
}

const whoIs = ({ firstName, lastName, email }: AccessRequest['requester']): string => `${firstName} ${lastName} <${email}>`

const progressOf = ({ approvals: { given, needed } }: AccessRequest): string => (needed === 0 ? '-' : `${given} of ${needed}`)

const untilOf = ({ state, access, waitsUntil }: AccessRequest): string | null => {
  if (access !== null) return localTime(access.endedAt ?? access.expiresAt)
  return state === 'pending' ? localTime(waitsUntil) : null
}

export const requestColumns = ({ requester }: { readonly requester: boolean }): Column<AccessRequest>[] => [
  { heading: 'ID', value: (row) => row.id },
  ...(requester ? [{ heading: 'WHO', value: (row: AccessRequest) => row.requester.email }] : []),
  { heading: 'CREDENTIAL', value: (row) => row.credential.name },
  { heading: 'STATE', value: (row) => row.state, color: (row) => stateColors[row.state] ?? null },
  { heading: 'APPROVALS', value: progressOf },
  { heading: 'FOR', value: (row) => roughly(row.duration), align: 'right' },
  { heading: 'UNTIL', value: untilOf },
  { heading: 'REASON', value: (row) => row.reason || null, flexible: true },
]

const kindText = ({ kind, extends: extended }: AccessRequest): string => {
  if (kind === 'emergency') return 'emergency access'
  return kind === 'extension' ? `extension of ${extended ?? 'an access'}` : 'access'
}

const voteText = (vote: AccessRequest['approvals']['votes'][number]): string =>
  [
    `${vote.vote === 'approve' ? 'approved' : 'refused'} by ${whoIs(vote.approver)} ${localTime(vote.at)}`,
    vote.duration === null ? '' : `for ${roughly(vote.duration)}`,
    vote.startsAt === null ? '' : `from ${localTime(vote.startsAt)}`,
    vote.sameDevice ? 'only on the device from which it was asked' : '',
    vote.note === '' ? '' : `“${vote.note}”`,
    vote.counts ? '' : '(does not count)',
  ]
    .filter((part) => part !== '')
    .join(' ')

const accessText = ({ access }: AccessRequest): string | null => {
  if (access === null) return null
  const end = access.endedAt === null ? withRelative(access.expiresAt) : `${localTime(access.endedAt)}, ended`
  return `${localTime(access.startsAt)} until ${end}`
}

const reviewText = ({ review }: AccessRequest): string | null => {
  if (review === null) return null
  if (review.reviewer !== null) return `${review.verdict}: “${review.note}” (${whoIs(review.reviewer)})`
  if (review.dueAt === null) return 'when the access has ended'
  return `${review.overdue ? 'overdue since' : 'due'} ${withRelative(review.dueAt)}`
}

const requestLines = (request: AccessRequest): Field[] => [
  ['Credential', request.credential.name],
  ['What', kindText(request)],
  ['State', request.state],
  ['Reason', request.reason || null],
  ['For', roughly(request.duration)],
  ['From', request.startsAt === null ? null : localTime(request.startsAt)],
  ['Asked', withRelative(request.createdAt)],
  ['Waits until', request.state === 'pending' ? withRelative(request.waitsUntil) : null],
  ['Rule', request.rule?.name ?? null],
  ['Approvals', progressOf(request)],
  ...request.approvals.votes.map((vote): Field => ['', voteText(vote)]),
  ['Access', accessText(request)],
  ['Closed', request.closed === null ? null : localTime(request.closed.at)],
  ['Review', reviewText(request)],
  ['Id', request.id],
]

export const requestFields = (request: AccessRequest): Answer => fields(request, requestLines(request))

const useText = (use: AccessUse | null): string | null =>
  use === null
    ? null
    : `${localTime(use.startsAt)} until ${localTime(use.endsAt)}: ${use.statements} statements${
        use.lastActivityAt === null ? '' : `, the last ${localTime(use.lastActivityAt)}`
      }`

/** The reason first: it is what is decided on. */
export const decisionFields = (item: AccessDecisionItem): Answer => {
  const { request, device, target, lastUse, use, refusal } = item
  return fields(item, [
    ['Reason', request.reason || 'none given'],
    ['Who', whoIs(request.requester)],
    ['Device', device === null ? null : `${device.facts.name} (${device.facts.platform}, key in ${device.facts.keyStorage})`],
    ['Target', target === null ? null : `${target.userName} at ${target.host}:${target.port}, ${target.site}`],
    ['Databases', target === null || target.databases.length === 0 ? null : target.databases.join(', ')],
    ['Last time', useText(lastUse) ?? 'never had it'],
    ['This time', useText(use)],
    ...requestLines(request).filter(([label]) => label !== 'Reason'),
    ['You', refusal === null ? null : refusal.message],
  ])
}
