/** Which gateway a connection would take, as the agent chooses it. Pure. */
import type { AgentStatus } from '../../shared/local-api.ts'

export type KnownGateway = AgentStatus['gateways'][number]

/** The connected one that answers fastest; undefined: none is connected. */
export const nearestGateway = (gateways: readonly KnownGateway[]): KnownGateway | undefined =>
  gateways
    .filter(({ connected }) => connected)
    .toSorted((one, other) => (one.roundTripMs ?? Infinity) - (other.roundTripMs ?? Infinity))[0]

export const gatewaysOfSite = (gateways: readonly KnownGateway[], site: string): readonly KnownGateway[] =>
  gateways.filter(({ sites }) => sites.includes(site))
