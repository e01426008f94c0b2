/** Every route of the API. The name of a route is its operation id in the OpenAPI document. */
import { accessRoutes } from './access-routes.ts'
import { administrationRoutes } from './administration-routes.ts'
import { gatewayJobRoutes } from './gateway-job-routes.ts'
import { rotationRoutes } from './rotation-routes.ts'
import { gatewayRoutes } from './gateway-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import { previewRoutes } from './preview-routes.ts'
import { privacyRoutes } from './privacy-routes.ts'
import { viewRoutes } from './view-routes.ts'
import { presenceRoutes } from './presence-routes.ts'
import { logRoutes } from './log-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { authorityRoutes } from './authority-routes.ts'
import { serviceAccountRoutes } from './service-account-routes.ts'
import { sinkRoutes } from './sink-routes.ts'
import { supportRoutes } from './support-routes.ts'

export const routes = {
  ...identityRoutes,
  ...presenceRoutes,
  ...administrationRoutes,
  ...accessRoutes,
  ...gatewayRoutes,
  ...gatewayJobRoutes,
  ...rotationRoutes,
  ...logRoutes,
  ...keyRoutes,
  ...authorityRoutes,
  ...serviceAccountRoutes,
  ...sinkRoutes,
  ...supportRoutes,
  ...viewRoutes,
  ...privacyRoutes,
  ...previewRoutes,
} as const
export type RouteName = keyof typeof routes
export type RouteOf<Name extends RouteName> = (typeof routes)[Name]
