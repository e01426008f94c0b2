/** Routes of administrators and auditors, one file for each noun. Each needs a permission. */
import { alertRoutes } from './alert-routes.ts'
import { credentialRoutes } from './credential-routes.ts'
import { deviceRoutes } from './device-routes.ts'
import { gatewayAdministrationRoutes } from './gateway-administration-routes.ts'
import { grantRoutes } from './grant-routes.ts'
import { resourceRoutes } from './resource-routes.ts'
import { roleRoutes } from './role-routes.ts'
import { settingsRoutes } from './settings-routes.ts'
import { storeRoutes } from './store-routes.ts'
import { userRoutes } from './user-routes.ts'

export const administrationRoutes = {
  ...alertRoutes,
  ...credentialRoutes,
  ...deviceRoutes,
  ...gatewayAdministrationRoutes,
  ...grantRoutes,
  ...resourceRoutes,
  ...roleRoutes,
  ...settingsRoutes,
  ...storeRoutes,
  ...userRoutes,
} as const
