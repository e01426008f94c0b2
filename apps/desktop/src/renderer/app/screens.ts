/** Every screen, in the order of the sidebar. A new one is one line here and one folder in `features/`. */
import { activityScreen } from '../features/activity/screen.ts'
import { alertsScreen } from '../features/alerts/screen.ts'
import { adminScreens } from '../features/admin/screen.ts'
import { approvalsScreen } from '../features/approvals/screen.ts'
import { auditScreen } from '../features/audit/screen.ts'
import { connectionsScreen } from '../features/connections/screen.ts'
import { requestsScreen } from '../features/requests/screen.ts'
import { resourcesScreen } from '../features/resources/screen.ts'
import { settingsScreen } from '../features/settings/screen.ts'
import type { Screen } from './screen.ts'

export const screens: readonly Screen[] = [
  resourcesScreen,
  connectionsScreen,
  requestsScreen,
  approvalsScreen,
  activityScreen,
  ...adminScreens,
  alertsScreen,
  auditScreen,
  settingsScreen,
]
