/** What a new rule begins with, and what is wrong with one before it is sent. Pure. */
import { type AccessRuleTerms, type AccessRule, accessRuleTerms } from '@sallyport/protocol/api'

const HOUR = 3600
const DAY = 24 * HOUR

export const newRule: AccessRuleTerms = {
  name: '',
  priority: 100,
  enabled: true,
  selects: { everything: false, credentials: [], resources: [], tags: [] },
  requesters: { roles: [] },
  approvals: 1,
  approvers: { roles: [], users: [] },
  windows: [],
  escalation: null,
  maxDuration: 8 * HOUR,
  maxExtensions: 1,
  waitsFor: DAY,
  reasonRequired: true,
  emergency: null,
}

export const usualWindow = (timeZone: string): AccessRuleTerms['windows'][number] => ({
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  from: '08:00',
  to: '18:00',
  timeZone,
})

export const usualEscalation: NonNullable<AccessRuleTerms['escalation']> = {
  after: HOUR,
  approvers: { roles: [], users: [] },
}

export const usualEmergency: NonNullable<AccessRuleTerms['emergency']> = {
  responders: { roles: [], users: [] },
  maxDuration: HOUR,
  reviewers: { roles: [], users: [] },
  reviewWithin: DAY,
}

/** What it says, without what the API adds to it. */
export const termsOf = ({ id: _id, createdAt: _createdAt, changedAt: _changedAt, ...terms }: AccessRule): AccessRuleTerms => terms

export type RuleFault = 'name' | 'selects' | 'approvers' | 'window' | 'escalation' | 'responders' | 'reviewers'

type People = AccessRuleTerms['approvers']
const isNobody = ({ roles, users }: People): boolean => roles.length + users.length === 0

const selectsNothing = ({ everything, credentials, resources, tags }: AccessRuleTerms['selects']): boolean =>
  !everything && credentials.length + resources.length + tags.length === 0

/** The first fault; null: it can be sent. */
export const faultOf = (terms: AccessRuleTerms): RuleFault | null => {
  if (!accessRuleTerms.shape.name.safeParse(terms.name).success) return 'name'
  if (selectsNothing(terms.selects)) return 'selects'
  const { approvals, approvers, escalation, emergency } = terms
  // How many people a role has is not known here; people alone can be counted.
  if (approvals > 0 && approvers.roles.length === 0 && approvers.users.length < approvals) return 'approvers'
  if (!accessRuleTerms.shape.windows.safeParse(terms.windows).success) return 'window'
  if (escalation && isNobody(escalation.approvers)) return 'escalation'
  if (emergency && isNobody(emergency.responders)) return 'responders'
  if (emergency && isNobody(emergency.reviewers)) return 'reviewers'
  return null
}
