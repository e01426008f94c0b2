/** Which votes count, and what they come to together. Pure. */
import type { AccessRuleTerms } from '@sallyport/protocol/api'
import { isAmong, type Standing } from './people.ts'

export interface Vote {
  readonly user: string
  readonly deviceKey: string
  readonly vote: 'approve' | 'refuse'
  /** Seconds. */
  readonly duration: number | null
  readonly startsAt: Date | null
  /** Only on the device from which it was asked. */
  readonly sameDevice: boolean
  readonly note: string
  readonly at: Date
  readonly counted: boolean
}

interface Asked {
  readonly user: string
  readonly deviceKey: string
  readonly createdAt: Date
}

/** Milliseconds since 1970; null: this rule does not escalate. */
export const escalatesAt = ({ escalation }: AccessRuleTerms, asked: Pick<Asked, 'createdAt'>): number | null =>
  escalation === null ? null : asked.createdAt.getTime() + escalation.after * 1000

/** Whether somebody belongs to those who decide on a request at this time; not whether they asked for it themselves. */
export const isApprover = (
  terms: AccessRuleTerms,
  { standing, asked, now }: { readonly standing: Standing; readonly asked: Pick<Asked, 'createdAt'>; readonly now: number },
): boolean => {
  const escalated = escalatesAt(terms, asked)
  return (
    isAmong(terms.approvers, standing) ||
    (terms.escalation !== null && escalated !== null && now >= escalated && isAmong(terms.escalation.approvers, standing))
  )
}

/** The votes that count now: of approvers who still may approve, none of whom asked or holds the key of the device that did. */
export const countingVotes = (
  terms: AccessRuleTerms,
  {
    votes,
    standings,
    asked,
    now,
  }: {
    readonly votes: readonly Vote[]
    readonly standings: ReadonlyMap<string, Standing>
    readonly asked: Asked
    readonly now: number
  },
): readonly Vote[] =>
  votes.filter((vote) => {
    const standing = standings.get(vote.user)
    if (standing === undefined || vote.user === asked.user || vote.deviceKey === asked.deviceKey) return false
    return isApprover(terms, { standing, asked, now })
  })

export interface Opening {
  readonly startsAt: number
  /** Seconds. */
  readonly duration: number
  readonly sameDevice: boolean
}

/** What is opened: the shortest of all durations, from the latest of all beginnings and never before now; all conditions hold. */
export const openingOf = (
  wish: { readonly duration: number; readonly startsAt: Date | null },
  {
    approvals,
    maxDuration,
    now,
  }: {
    readonly approvals: readonly Pick<Vote, 'duration' | 'startsAt' | 'sameDevice'>[]
    readonly maxDuration: number
    readonly now: number
  },
): Opening => ({
  duration: Math.min(wish.duration, maxDuration, ...approvals.map(({ duration }) => duration ?? Number.POSITIVE_INFINITY)),
  startsAt: Math.max(now, ...[wish, ...approvals].map(({ startsAt }) => startsAt?.getTime() ?? 0)),
  sameDevice: approvals.some(({ sameDevice }) => sameDevice),
})
