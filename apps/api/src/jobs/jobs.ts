/** What happens by itself: the end of what has an end, and the removal of what is no longer needed. */
import type { AuditActor } from '@sallyport/protocol/api'
import { sweepRequests } from '../domains/access-requests/index.ts'
import {
  deleteOldActivity,
  deleteOldKind,
  destroyOldKeys,
  divideWords,
  dropOldPartitions,
  ensurePartitions,
  periodOf,
} from '../domains/activity/index.ts'
import { forgetLostConnections } from '../domains/connections/index.ts'
import { tellOfEndingCertificates } from '../domains/credentials/index.ts'
import { deleteExpiredFlows } from '../domains/browser-flows/index.ts'
import { startJob } from '../domains/gateway-jobs/index.ts'
import { dropOldJoinTokens } from '../domains/gateway-enrolment/index.ts'
import { expireGrants } from '../domains/grants/index.ts'
import { expireLeases, forgetSpentTickets } from '../domains/leases/index.ts'
import { deleteExpiredNonces } from '../domains/nonces/index.ts'
import { readOrganization } from '../domains/organizations/index.ts'
import { deleteExpiredProofs } from '../domains/presence/index.ts'
import { dropOldRevocations } from '../domains/revocations/index.ts'
import { expireSessions } from '../domains/sessions/index.ts'
import { deleteExpiredAttempts, deleteExpiredChallenges } from '../domains/sign-in/index.ts'
import { endSupportAccessInTime } from '../domains/support-access/index.ts'
import { rotationJob } from './rotation-job.ts'
import type { JobTurn, StepJob } from './scheduler.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Rows that one step removes. */
const LIMIT = 5000

const actor: AuditActor = { kind: 'job', id: null, device: null, session: null, address: null }
const author = ({ organization, now }: JobTurn) => ({ organization, actor, now })

const monthAfter = (now: number, months: number): string => {
  const date = new Date(now)
  return periodOf(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1)))
}

export const jobs: readonly StepJob[] = [
  {
    name: 'grants',
    interval: 2 * SECOND,
    step: async (transaction, turn) => (await expireGrants(transaction, author(turn))).more,
  },
  {
    name: 'access-requests',
    interval: 2 * SECOND,
    step: (transaction, turn) => sweepRequests(transaction, author(turn)),
  },
  {
    name: 'sessions',
    interval: 5 * SECOND,
    step: async (transaction, turn) => (await expireSessions(transaction, author(turn))).more,
  },
  {
    name: 'support-access',
    interval: 5 * SECOND,
    step: async (transaction, turn) => {
      await endSupportAccessInTime(transaction, author(turn))
      return false
    },
  },
  {
    name: 'leases',
    interval: 30 * SECOND,
    step: async (transaction, turn) => {
      const { more, left } = await expireLeases(transaction, author(turn))
      // Trying the account out drops what was left: by then none of it can sign in any more.
      const test = { kind: 'test', reason: 'check', gateway: null, dueAt: turn.now + MINUTE } as const
      for (const credential of left) await startJob(transaction, { ...test, ...credential }, author(turn))
      return more
    },
  },
  rotationJob,
  {
    name: 'lost-connections',
    interval: MINUTE,
    step: async (transaction, { now }) => (await forgetLostConnections(transaction, { now, limit: LIMIT })) === LIMIT,
  },
  {
    name: 'spent',
    interval: MINUTE,
    step: async (transaction, { now }) => {
      await deleteExpiredNonces(transaction, now)
      await forgetSpentTickets(transaction, now)
      await deleteExpiredChallenges(transaction, now)
      await deleteExpiredAttempts(transaction, now)
      await deleteExpiredFlows(transaction, now)
      await deleteExpiredProofs(transaction, now)
      return false
    },
  },
  {
    name: 'revocations',
    interval: 10 * MINUTE,
    step: async (transaction, { organization, now }) =>
      (await dropOldRevocations(transaction, { organization, now, limit: LIMIT })) === LIMIT,
  },
  {
    name: 'ending-certificates',
    interval: HOUR,
    step: (transaction, turn) => tellOfEndingCertificates(transaction, author(turn)),
  },
  {
    name: 'join-tokens',
    interval: HOUR,
    step: async (transaction, { now }) => (await dropOldJoinTokens(transaction, { before: now - DAY, limit: LIMIT })) === LIMIT,
  },
  {
    name: 'activity-partitions',
    interval: HOUR,
    step: async (transaction, { now }) => {
      await ensurePartitions(transaction, [monthAfter(now, 0), monthAfter(now, 1)])
      await dropOldPartitions(transaction, now)
      return false
    },
  },
  {
    name: 'activity-retention',
    interval: HOUR,
    step: async (transaction, { now }) => {
      const { settings } = await readOrganization(transaction)
      const before = now - settings.activityRetentionDays * DAY
      await destroyOldKeys(transaction, before)
      const byKind = Object.entries(settings.activityRetentionByKind ?? {})
      if (byKind.length > 0 && (await divideWords(transaction, LIMIT))) return true
      for (const [kind, days] of byKind) {
        if (await deleteOldKind(transaction, { kind, before: now - days * DAY, limit: LIMIT })) return true
      }
      return deleteOldActivity(transaction, { before, limit: LIMIT })
    },
  },
]
