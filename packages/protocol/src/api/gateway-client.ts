import { type ApiClientOptions, createRouteClient, type RouteClient } from './client.ts'
import { gatewayRoutes } from './gateway-routes.ts'

/** Calls the routes of gateways. Imported by itself, so that a gateway holds the schemas of no others. */
export const createGatewayClient = (options: ApiClientOptions): RouteClient<typeof gatewayRoutes> =>
  createRouteClient(gatewayRoutes, options)
