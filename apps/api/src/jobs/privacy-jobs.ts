/** Erasures go on by themselves, and what the log says about people who were not known ends with the retention of activity. */
import { periodOf } from '../domains/activity/index.ts'
import { readOrganization } from '../domains/organizations/index.ts'
import { continueErasure } from '../domains/privacy/index.ts'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'
import type { LogLink } from '../links/index.ts'
import type { OutsideJob } from './scheduler.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
/** Records of one step. */
const LIMIT = 5000

export interface PrivacyJobsOptions {
  readonly pool: Pool
  readonly clock: () => number
  readonly log: Pick<LogLink, 'erasePerson' | 'eraseUnknownPeople'>
}

export const privacyJobs = ({ pool, clock, log }: PrivacyJobsOptions): readonly OutsideJob[] => [
  {
    name: 'erasures',
    interval: 10 * SECOND,
    stepOutside: ({ organization }) =>
      continueErasure({
        now: clock,
        limit: LIMIT,
        run: (work) => withOrganization(pool, organization, work),
        eraseInLog: (person) => log.erasePerson({ organization, person }),
      }),
  },
  {
    name: 'unknown-people',
    interval: 6 * HOUR,
    stepOutside: async ({ organization, now }) => {
      const { settings } = await withOrganization(pool, organization, readOrganization)
      await log.eraseUnknownPeople({ organization, before: periodOf(new Date(now - settings.activityRetentionDays * DAY)) })
      return false
    },
  },
]
