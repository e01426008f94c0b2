/** What a rule says, as options; and how those that were given change what it says. */
import { type AccessRuleTerms, approvalWindow, type ApprovalWindow, MAX_ACCESS_DURATION, weekdays } from '@sallyport/protocol/api'
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { flag, option, type Reader, repeatedOption, type ValuesOf } from '../parameters/parameter.ts'
import { onOrOff, shortName, wholeNumber } from '../parameters/readers.ts'
import { duration } from '../parameters/time.ts'

const dayOf = (typed: string): number => {
  const found = weekdays.findIndex((day) => typed.length >= 2 && day.startsWith(typed.toLowerCase()))
  if (found < 0) throw invalid(`“${typed}” is not a day of the week.`)
  return found
}

const daysOf = (typed: string): ApprovalWindow['days'] => {
  const chosen = typed.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(dayOf)
    const count = ((last! - first! + 7) % 7) + 1
    return Array.from({ length: count }, (_, index) => weekdays[(first! + index) % 7]!)
  })
  return [...new Set(chosen)]
}

/** `mon-fri 09:00-17:30 Europe/Berlin`. */
export const windowReader: Reader<ApprovalWindow> = {
  read: (typed) => {
    const [, days, from, to, timeZone] = /^(\S+) (\d{2}:\d{2})-(\d{2}:\d{2}) (\S+)$/.exec(typed) ?? []
    const parsed = approvalWindow.safeParse({ days: days === undefined ? [] : daysOf(days), from, to, timeZone })
    if (!parsed.success) throw invalid(`“${typed}” is not a window such as “mon-fri 09:00-17:30 Europe/Berlin”.`)
    return parsed.data
  },
}

const users = (usage: string, summary: string) => repeatedOption(`${usage} <user>`, summary, reference('user'))
const roles = (usage: string, summary: string) => repeatedOption(`${usage} <role>`, summary, reference('role'))

export const ruleOptions = {
  priority: option('priority <number>', 'of the rules that fit, the one with the lowest counts', wholeNumber(1, 1000)),
  enabled: option('enabled <on|off>', 'whether anybody can ask by it', onOrOff),
  everything: flag('everything', 'lets people ask for every credential'),
  credentials: repeatedOption('credential <credential>', 'a credential to ask for', reference('credential')),
  resources: repeatedOption('resource <resource>', 'a resource whose credentials to ask for', reference('resource')),
  tags: repeatedOption('tag <tag>', 'a tag of resources to ask for', shortName),
  requesterRoles: roles('requester-role', 'a role that may ask; everybody if none is given'),
  approvals: option('approvals <count>', 'how many people must approve; 0: nobody', wholeNumber(0, 10)),
  approvers: users('approver', 'somebody who may approve'),
  approverRoles: roles('approver-role', 'a role whose members may approve'),
  windows: repeatedOption('window <window>', 'when approvals count: “mon-fri 09:00-17:30 Europe/Berlin”', windowReader),
  escalateAfter: option('escalate-after <duration>', 'after this others may approve, too', duration),
  escalateTo: users('escalate-to', 'somebody who may approve then'),
  escalateToRoles: roles('escalate-to-role', 'a role whose members may approve then'),
  withoutEscalation: flag('without-escalation', 'others may never approve'),
  maxDuration: option('max-duration <duration>', 'longest access', duration),
  maxExtensions: option('max-extensions <count>', 'how often an access may be extended', wholeNumber(0, 20)),
  waitsFor: option('waits-for <duration>', 'requests that nobody decided end after this', duration),
  reasonRequired: option('reason-required <on|off>', 'whether a reason must be given', onOrOff),
  responders: users('responder', 'somebody who may open access at once in an emergency'),
  responderRoles: roles('responder-role', 'a role whose members may'),
  reviewers: users('reviewer', 'somebody who looks at it afterwards'),
  reviewerRoles: roles('reviewer-role', 'a role whose members do'),
  emergencyMaxDuration: option('emergency-max-duration <duration>', 'longest emergency access (1h if not given)', duration),
  reviewWithin: option('review-within <duration>', 'when a review is overdue (24h if not given)', duration),
  withoutEmergency: flag('without-emergency', 'nobody may open access at once'),
}
export type RuleOptions = ValuesOf<typeof ruleOptions>

/** What a rule says where nothing is said. */
export const usualTerms: Omit<AccessRuleTerms, 'name'> = {
  priority: 100,
  enabled: true,
  selects: { everything: false, credentials: [], resources: [], tags: [] },
  requesters: { roles: [] },
  approvals: 1,
  approvers: { roles: [], users: [] },
  windows: [],
  escalation: null,
  maxDuration: 8 * 3600,
  maxExtensions: 1,
  waitsFor: 24 * 3600,
  reasonRequired: true,
  emergency: null,
}

/** What was given replaces what there is. */
const replaced = <Item>(typed: readonly Item[], before: readonly Item[]): Item[] => [...(typed.length > 0 ? typed : before)]

const escalationOf = (typed: RuleOptions, before: AccessRuleTerms['escalation']): AccessRuleTerms['escalation'] => {
  if (typed.withoutEscalation) return null
  const after = typed.escalateAfter ?? before?.after
  const approvers = {
    roles: replaced(typed.escalateToRoles, before?.approvers.roles ?? []),
    users: replaced(typed.escalateTo, before?.approvers.users ?? []),
  }
  const isNamed = approvers.roles.length + approvers.users.length > 0
  if (after === undefined && !isNamed) return null
  if (after === undefined || !isNamed) throw invalid('Say when and to whom: --escalate-after 1h --escalate-to <user>')
  return { after, approvers }
}

const emergencyOf = (typed: RuleOptions, before: AccessRuleTerms['emergency']): AccessRuleTerms['emergency'] => {
  if (typed.withoutEmergency) return null
  const responders = {
    roles: replaced(typed.responderRoles, before?.responders.roles ?? []),
    users: replaced(typed.responders, before?.responders.users ?? []),
  }
  const reviewers = {
    roles: replaced(typed.reviewerRoles, before?.reviewers.roles ?? []),
    users: replaced(typed.reviewers, before?.reviewers.users ?? []),
  }
  if (responders.roles.length + responders.users.length === 0) {
    if (reviewers.roles.length + reviewers.users.length > 0) throw invalid('Say who may open access at once: --responder <user>')
    return null
  }
  return {
    responders,
    reviewers,
    maxDuration: Math.min(typed.emergencyMaxDuration ?? before?.maxDuration ?? 3600, MAX_ACCESS_DURATION),
    reviewWithin: typed.reviewWithin ?? before?.reviewWithin ?? 24 * 3600,
  }
}

export const changedTerms = (before: Omit<AccessRuleTerms, 'name'>, typed: RuleOptions): Omit<AccessRuleTerms, 'name'> => {
  const isSelected = typed.everything || typed.credentials.length + typed.resources.length + typed.tags.length > 0
  return {
    priority: typed.priority ?? before.priority,
    enabled: typed.enabled ?? before.enabled,
    selects: isSelected
      ? {
          everything: typed.everything,
          credentials: [...typed.credentials],
          resources: [...typed.resources],
          tags: [...typed.tags],
        }
      : before.selects,
    requesters: { roles: replaced(typed.requesterRoles, before.requesters.roles) },
    approvals: typed.approvals ?? before.approvals,
    approvers: {
      roles: replaced(typed.approverRoles, before.approvers.roles),
      users: replaced(typed.approvers, before.approvers.users),
    },
    windows: replaced(typed.windows, before.windows),
    escalation: escalationOf(typed, before.escalation),
    maxDuration: typed.maxDuration ?? before.maxDuration,
    maxExtensions: typed.maxExtensions ?? before.maxExtensions,
    waitsFor: typed.waitsFor ?? before.waitsFor,
    reasonRequired: typed.reasonRequired ?? before.reasonRequired,
    emergency: emergencyOf(typed, before.emergency),
  }
}
