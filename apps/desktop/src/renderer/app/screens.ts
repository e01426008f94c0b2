/** Every screen, in the order of the sidebar. A new one is one line here and one folder in `features/`. */
import { adminScreens } from '../features/admin/screen.ts'
import { connectionsScreen } from '../features/connections/screen.ts'
import { resourcesScreen } from '../features/resources/screen.ts'
import { settingsScreen } from '../features/settings/screen.ts'
import type { Screen } from './screen.ts'

export const screens: readonly Screen[] = [resourcesScreen, connectionsScreen, ...adminScreens, settingsScreen]
