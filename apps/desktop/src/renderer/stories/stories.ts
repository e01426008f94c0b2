/** Every story. What it holds is data only, so that tests outside the page can read it, too. */
import { activityStories } from './states/activity.ts'
import { alertsStories } from './states/alerts.ts'
import { approvalsStories } from './states/approvals.ts'
import { auditStories } from './states/audit.ts'
import { connectionsStories } from './states/connections.ts'
import { firstRunStories } from './states/first-run.ts'
import { frameStories } from './states/frame.ts'
import { lockStories } from './states/lock.ts'
import { presenceStories } from './states/presence.ts'
import { requestsStories } from './states/requests.ts'
import { resourcesStories } from './states/resources.ts'
import { rulesStories } from './states/rules.ts'
import { administrationStories } from './states/administration.ts'
import { sessionStories } from './states/session.ts'
import { settingsStories } from './states/settings.ts'
import type { Story } from './story.ts'

export const stories: readonly Story[] = [
  ...firstRunStories,
  ...frameStories,
  ...lockStories,
  ...presenceStories,
  ...sessionStories,
  ...resourcesStories,
  ...connectionsStories,
  ...requestsStories,
  ...approvalsStories,
  ...rulesStories,
  ...activityStories,
  ...alertsStories,
  ...auditStories,
  ...administrationStories,
  ...settingsStories,
]
