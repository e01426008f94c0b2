/**
 * Whether a person may lease a credential now: a pure function of facts, the only place where that is decided. Unlocking,
 * renewing, listing, ending after a change, and explaining all ask here.
 */
import type { ErrorCode } from '@sallyport/protocol'
import type { Decision, Facts, GrantFact, Reason, Way } from './facts.ts'

interface Rule {
  readonly rule: string
  /** What a refusal by this rule is answered with. */
  readonly code: ErrorCode
  readonly holds: boolean
  readonly text: string
}

type StandingFacts = Pick<Facts, 'now' | 'user' | 'session' | 'device'>

const at = (time: number): string => new Date(time).toISOString()

const userRule = ({ user: { status } }: StandingFacts): Rule => ({
  rule: 'user-active',
  code: status === 'support' ? 'not_granted' : 'user_disabled',
  holds: status === 'active',
  text: status === 'support' ? 'The account is for support access, which leases nothing.' : `The account is ${status}.`,
})

const sessionRules = ({ session, now }: StandingFacts): Rule[] => {
  if (session === null) return []
  const live = now < session.expiresAt
  return [
    {
      rule: 'session-standing',
      code: session.endCode ?? (session.status === 'expired' ? 'session_expired' : 'session_revoked'),
      holds: session.status === 'active',
      text: session.status === 'active' ? 'The session is active.' : `The session is ${session.status}.`,
    },
    {
      rule: 'session-time',
      code: 'session_expired',
      holds: live,
      text: live ? `The session lasts until ${at(session.expiresAt)}.` : `The session ended at ${at(session.expiresAt)}.`,
    },
  ]
}

const deviceRule = ({ device }: StandingFacts): Rule[] =>
  device === null
    ? []
    : [
        {
          rule: 'device-approved',
          code: device.status === 'pending' ? 'device_not_approved' : 'device_revoked',
          holds: device.status === 'active',
          text: device.status === 'active' ? 'The device is approved.' : `The device is ${device.status}.`,
        },
      ]

const gatewayRules = ({ gateway, resource }: Facts): Rule[] => {
  if (gateway === null) return []
  const serves = gateway.sites.includes(resource.site)
  return [
    {
      rule: 'gateway-standing',
      code: 'gateway_unknown',
      holds: gateway.status === 'joined',
      text: gateway.status === 'joined' ? 'The gateway is in good standing.' : 'The gateway was revoked.',
    },
    {
      rule: 'site-served',
      code: 'wrong_site',
      holds: serves,
      text: serves ? 'The gateway serves the site of the resource.' : 'The gateway does not serve the site of the resource.',
    },
  ]
}

/** Where nobody asks from a device, grants for one count too. */
const isForDevice = (grant: GrantFact, device: Facts['device']): boolean =>
  grant.device === null || device === null || grant.device === device.id

/** Every way by which the credential is the user's now, on this device. */
export const waysOf = ({ roles, grants, device, now }: Pick<Facts, 'roles' | 'grants' | 'device' | 'now'>): Way[] => [
  ...roles.map((role): Way => ({ kind: 'role', id: role.id, name: role.name })),
  ...grants
    .filter((grant) => isForDevice(grant, device))
    .filter((grant) => grant.ended === null && grant.startsAt <= now && now < grant.expiresAt)
    .map((grant): Way => ({ kind: 'grant', id: grant.id, expiresAt: grant.expiresAt })),
]

const grantRule = (facts: Facts, ways: readonly Way[]): Rule => {
  const first = ways[0]
  if (first) {
    const text =
      first.kind === 'role' ? `The role ${first.name} gives it.` : `Access for a time lasts until ${at(first.expiresAt)}.`
    return { rule: 'granted', code: 'not_granted', holds: true, text }
  }
  const begun = facts.grants.filter((grant) => grant.startsAt <= facts.now)
  const ended = begun.filter((grant) => isForDevice(grant, facts.device))
  if (ended.length === 0 && begun.length > 0) {
    return { rule: 'granted', code: 'not_granted', holds: false, text: 'It was given for another device.' }
  }
  if (ended.length === 0) {
    return { rule: 'granted', code: 'not_granted', holds: false, text: 'Neither a role nor access for a time gives it.' }
  }
  const last = Math.max(...ended.map((grant) => Math.min(grant.expiresAt, grant.endedAt ?? grant.expiresAt)))
  return { rule: 'granted', code: 'grant_expired', holds: false, text: `Access for a time ended at ${at(last)}.` }
}

const secretRule = ({ secret }: Facts): Rule => ({
  rule: 'secret-bound',
  code: 'secret_unbound',
  holds: secret.bound,
  text: secret.bound
    ? 'The secret is bound to the present address.'
    : 'The address of the resource changed since the secret was bound.',
})

/** The time at which the access ends by itself; null when a role gives it. */
const endOf = (ways: readonly Way[]): number | null => {
  const ends = ways.map((way) => (way.kind === 'grant' ? way.expiresAt : Number.POSITIVE_INFINITY))
  const latest = Math.max(...ends)
  return Number.isFinite(latest) ? latest : null
}

const standingRules = (facts: StandingFacts): Rule[] => [...sessionRules(facts), ...deviceRule(facts), userRule(facts)]

/** Rules in the order of `spec/lease.md` step 3; the code is that of the first that does not hold. */
export const decide = (facts: Facts): Decision => {
  const ways = waysOf(facts)
  const rules = [...standingRules(facts), ...gatewayRules(facts), grantRule(facts, ways), secretRule(facts)]
  const reasons = rules.map(({ rule, holds, text }): Reason => ({ rule, holds, text }))
  const refusing = rules.find((rule) => !rule.holds)
  return refusing
    ? { allowed: false, code: refusing.code, reasons, through: ways }
    : { allowed: true, reasons, through: ways, until: endOf(ways) }
}
