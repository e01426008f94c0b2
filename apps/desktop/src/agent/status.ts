/** What the agent says of itself. */
import type { AgentStatus } from '../shared/local-api.ts'
import type { IdentityStore } from './identity/identity-store.ts'
import type { Connections } from './listeners/connections.ts'
import { clientVersion } from './program/version.ts'
import type { SessionKeeper } from './session/session-keeper.ts'
import type { GatewayPool } from './tunnel/gateway-pool.ts'

export interface StatusSources {
  readonly profile: string
  readonly identity: IdentityStore
  readonly keeper: SessionKeeper
  readonly connections: Connections
  /** null while nobody is signed in. */
  readonly pool: () => GatewayPool | null
}

type Ended = NonNullable<IdentityStore['document']['ended']>

const endOf = ({ at, ...ended }: Ended): AgentStatus['ended'] =>
  at === undefined ? ended : { ...ended, at: new Date(at).toISOString() }

export const agentStatusOf = ({ profile, identity, keeper, connections, pool }: StatusSources): AgentStatus => {
  const { enrolment, device } = identity.document
  const { ended } = keeper
  const session = keeper.running?.live.stored ?? null
  return {
    version: clientVersion,
    profile,
    pid: process.pid,
    state: keeper.state,
    ended: ended === null ? null : endOf(ended),
    keyStorage: identity.keyStorage,
    api: enrolment === null ? null : { origin: enrolment.api, reachable: keeper.running?.reachable ?? true },
    organization:
      enrolment === null
        ? null
        : { id: enrolment.organization.id, slug: enrolment.organization.slug, name: enrolment.organization.name },
    user: session?.user ?? null,
    device,
    session:
      session === null
        ? null
        : {
            id: session.id,
            expiresAt: new Date(session.expiresAt).toISOString(),
            certificateExpiresAt: new Date(session.certificateExpiresAt).toISOString(),
          },
    gateways: (pool()?.links ?? []).map(({ entry, connected, roundTripMs }) => ({
      id: entry.id,
      name: entry.name,
      sites: entry.sites,
      connected,
      roundTripMs: connected ? roundTripMs : null,
    })),
    connections: connections.size,
  }
}
