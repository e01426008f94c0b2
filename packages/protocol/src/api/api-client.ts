import { type ApiClientOptions, createRouteClient, type RouteClient } from './client.ts'
import { routes } from './routes.ts'

/** Calls any route of the API. */
export type ApiClient = RouteClient<typeof routes>

export const createApiClient = (options: ApiClientOptions): ApiClient => createRouteClient(routes, options)
