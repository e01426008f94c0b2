/** Entries of the log as the API tells them. */
import { type AuditEntry, type AuditEntryType, auditEntryTypes, type AuditRow } from '@sallyport/protocol/api'
import { ada, id } from './people.ts'
import { STORY_NOW } from './story.ts'

interface Sketch {
  readonly number: number
  readonly type?: AuditEntryType
  readonly details?: AuditEntry['details']
  readonly subject?: AuditEntry['subject']
  readonly actor?: Partial<AuditEntry['actor']>
}

const LEAF = 'pR9xLrZ0c2d2h3YhKXb1e1h1d0k3aV9rT0h4VjJxRmc'
const SIZE = 88_213

export const auditRow = ({ number, type = 'grant.created', details = {}, subject, actor }: Sketch): AuditRow => {
  const entry: AuditEntry = {
    version: 1,
    id: id(60, number),
    organization: id(9),
    type,
    at: Date.parse(STORY_NOW) - number * 47_000,
    actor: { kind: 'user', id: ada.id, device: id(2), session: id(3), address: '192.0.2.10', ...actor },
    subject: subject === undefined ? { kind: 'grant', id: id(31, number) } : subject,
    details,
  }
  return { index: SIZE - number, leaf: LEAF, entry: entry as unknown as AuditRow['entry'] }
}

export const someEntries: readonly AuditRow[] = [
  auditRow({
    number: 1,
    type: 'resource.changed',
    subject: { kind: 'resource', id: id(21, 1) },
    details: {
      before: { name: 'shop', description: 'Orders', tags: ['eu'], host: 'shop-1.internal' },
      after: { name: 'shop', description: 'Orders and customers', tags: ['eu', 'production'], host: 'shop-2.internal' },
      endedLeases: 2,
    },
  }),
  auditRow({
    number: 2,
    type: 'access-request.approved',
    subject: { kind: 'access-request', id: id(30, 4) },
    details: {
      before: 'pending',
      after: 'active',
      note: 'Only until the bookings are found.',
      duration: 3600,
      given: 1,
      needed: 1,
    },
  }),
  auditRow({ number: 3, type: 'unlock.granted', subject: { kind: 'credential', id: id(20, 1) }, details: { gateway: id(4) } }),
  auditRow({
    number: 4,
    type: 'sign-in.refused',
    subject: null,
    actor: { kind: 'anonymous', id: null, device: null, session: null, address: '198.51.100.7' },
    details: { code: 'sign_in_failed' },
  }),
  auditRow({
    number: 5,
    type: 'grant.expired',
    actor: { kind: 'job', id: null, device: null, session: null, address: null },
    details: { before: { user: ada.id, credential: id(20, 1) }, after: null },
  }),
  ...Array.from({ length: 40 }, (_, at) =>
    auditRow({ number: at + 6, type: auditEntryTypes[(at * 7) % auditEntryTypes.length]! }),
  ),
]

/** As many as asked for, newest first, after so many others. */
export const manyEntries = (total: number, from = 0): AuditRow[] =>
  Array.from({ length: total }, (_, at) => {
    const number = from + at
    return auditRow({
      number,
      type: auditEntryTypes[(number * 7) % auditEntryTypes.length]!,
      details: { endedLeases: number % 4 },
    })
  })

const HASH = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='

/** Of the shape of one: what it holds is no proof of anything. */
export const storyProof = [
  'c2sp.org/tlog-proof@v1',
  'index 88212',
  HASH,
  HASH,
  '',
  'sallyport/acme',
  '88400',
  HASH,
  '',
  '— sallyport/acme wXyz4kE0bW9kZWwgc2lnbmF0dXJlIG9mIGEgc3Rvcnk=',
  '',
].join('\n')
