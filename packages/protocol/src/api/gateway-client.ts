import { type ApiClientOptions, createRouteClient, type RouteClient } from './client.ts'
import { gatewayJobRoutes } from './gateway-job-routes.ts'
import { gatewayRoutes } from './gateway-routes.ts'

const routes = { ...gatewayRoutes, ...gatewayJobRoutes } as const

/** Calls the routes of gateways. Imported by itself, so that a gateway holds the schemas of no others. */
export const createGatewayClient = (options: ApiClientOptions): RouteClient<typeof routes> => createRouteClient(routes, options)
