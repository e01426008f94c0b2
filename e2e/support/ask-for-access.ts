import type { RawClient } from './raw-client.ts'

interface Asked {
  /** Of the rule, and why access is asked for. */
  readonly name: string
  readonly credential: string
  /** Nobody else may approve: the request waits for them, whatever is tried on it. */
  readonly decider: string
}

/** A rule, and a request of whoever makes it. */
export const askForAccess = async (
  administrator: RawClient,
  { name, credential, decider }: Asked,
): Promise<{ readonly accessRule: string; readonly accessRequest: string }> => {
  const deciding = { roles: [], users: [decider] }
  const rule = await administrator.call('createAccessRule', {
    body: {
      name: `${name} rule`,
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
      emergency: {
        responders: { roles: [], users: [administrator.user] },
        maxDuration: 3600,
        reviewers: deciding,
        reviewWithin: 86_400,
      },
    },
  })
  const request = await administrator.call('createAccessRequest', { body: { credential, reason: name, duration: 3600 } })
  return { accessRule: rule.id, accessRequest: request.id }
}
