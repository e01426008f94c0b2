import type { AccessRuleTerms } from '@sallyport/protocol/api'
import type { RawClient } from './raw-client.ts'

interface Terms {
  readonly name: string
  readonly credential: string
  /** Who may open it at once. */
  readonly responder: string
  /** Nobody else may approve or review: a request waits for them, whatever is tried on it. */
  readonly decider: string
}

/** Of a rule by which anybody may ask for one credential. */
export const accessRuleTerms = ({ name, credential, responder, decider }: Terms): AccessRuleTerms => {
  const deciding = { roles: [], users: [decider] }
  return {
    name,
    priority: 1,
    enabled: true,
    selects: { everything: false, credentials: [credential], resources: [], tags: [] },
    requesters: { roles: [] },
    approvals: 1,
    approvers: deciding,
    windows: [],
    escalation: null,
    maxDuration: 3600,
    maxExtensions: 1,
    waitsFor: 86_400,
    reasonRequired: false,
    emergency: { responders: { roles: [], users: [responder] }, maxDuration: 3600, reviewers: deciding, reviewWithin: 86_400 },
  }
}

/** A rule, and a request of whoever makes it. `name`: of the rule, and why access is asked for. */
export const askForAccess = async (
  administrator: RawClient,
  { name, credential, decider }: Omit<Terms, 'responder'>,
): Promise<{ readonly accessRule: string; readonly accessRequest: string }> => {
  const body = accessRuleTerms({ name: `${name} rule`, credential, responder: administrator.user, decider })
  const rule = await administrator.call('createAccessRule', { body })
  const request = await administrator.call('createAccessRequest', { body: { credential, reason: name, duration: 3600 } })
  return { accessRule: rule.id, accessRequest: request.id }
}
