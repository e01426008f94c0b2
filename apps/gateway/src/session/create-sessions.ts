/** Wires what serves clients: leases, unlocks, renewals, and the connections under them. */
import { randomUUID } from 'node:crypto'
import { fromBase64url, SallyportError, type Signer } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Adapter } from '../adapters/adapter.ts'
import type { GatewayApi } from '../control/api.ts'
import type { Trust } from '../control/trust.ts'
import type { TrustRefresh } from '../control/trust-refresh.ts'
import { StoreHolds } from '../stores/holds.ts'
import type { SecretStores } from '../stores/secret-stores.ts'
import type { UpstreamConnector } from '../upstream/connector.ts'
import type { Recorder } from './activity.ts'
import { Cancels } from './cancels.ts'
import type { StreamServices } from './client-connection.ts'
import { beginConnection, type ConnectionServices } from './connection.ts'
import { TemporaryUsers } from './credentials/temporary-users.ts'
import { DeviceCounters } from './device-counters.ts'
import { EndReports } from './end-reports.ts'
import type { Lease } from './lease.ts'
import { LeaseTable } from './lease-table.ts'
import { OpenConnections } from './open-connections.ts'
import { renewLeases } from './renewals.ts'
import { Sessions } from './sessions.ts'
import type { Standing } from './standing.ts'
import { Unlocks } from './unlocks.ts'
import { createVaultRequests, type VaultRequests } from './vault-requests.ts'
import { inBackground } from '../in-background.ts'

const MAX_LEASES_PER_SESSION = 256
/** Not an error of anybody: the reason that the API notes. */
const LAST_CLOSED = { code: 'closed', message: 'The last connection closed.' } as const

export interface CreateSessionsOptions {
  readonly organization: string
  readonly gateway: string
  readonly signer: Signer
  readonly api: GatewayApi
  readonly trust: Trust
  readonly trustRefresh: TrustRefresh
  readonly adapters: readonly Adapter[]
  readonly recorder: Recorder
  readonly upstream: UpstreamConnector
  readonly stores: SecretStores
  readonly standing: Standing
  readonly forward: StreamServices['forward']
  /** False: revocations may be missing. */
  readonly isCurrent: () => boolean
  readonly now: () => number
  readonly logger: Logger
}

export interface CreatedSessions {
  readonly sessions: Sessions
  readonly leases: LeaseTable
  readonly endReports: EndReports
  readonly open: OpenConnections
  readonly temporaryUsers: TemporaryUsers
  /** What stores made for leases. */
  readonly holds: StoreHolds
  readonly vault: VaultRequests
}

export const createSessions = (options: CreateSessionsOptions): CreatedSessions => {
  const { organization, gateway, api, trust, standing, isCurrent, now, logger } = options
  const endReports = new EndReports(api, (error) => logger.warn({ event: 'lease-ends.not-reported', error }))
  const counters = new DeviceCounters()
  const leases = new LeaseTable({
    gateway,
    now,
    maxPerSession: MAX_LEASES_PER_SESSION,
    expiryCode: () => (isCurrent() ? 'lease_ended' : 'gateway_isolated'),
    onEnd: (lease, { code }) => {
      logger.info({ event: 'lease.ended', lease: lease.id, session: lease.binding.session, code })
      endReports.add({ id: lease.id, reason: code })
      temporaryUsers.end(lease)
      holds.end(lease.id, Promise.all([...lease.connections].map((connection) => connection.closed)))
    },
    onExtended: (lease) => temporaryUsers.extend(lease),
  })
  const holds = new StoreHolds({ onFailure: (event, lease, error) => logger.warn({ event, lease, error }) })
  const temporaryUsers = new TemporaryUsers({
    adapters: options.adapters,
    upstream: options.upstream,
    now,
    logger,
    onLeft: (lease) => endReports.add({ id: lease, reason: 'temporary_user_left' }),
  })
  /** Who waits for a credential that one person uses at a time must not wait for a lease that nobody uses. */
  const onIdle = (lease: Lease): void => {
    if (lease.exclusive) inBackground(leases.end(lease, LAST_CLOSED))
  }
  const shared = { organization, gateway, api, leases, standing, counters, now }
  const vault = createVaultRequests({
    organization,
    gateway,
    api,
    now,
    signer: options.signer,
    receiptKeys: () => trust.bundle.receiptKeys.map(({ publicKey }) => fromBase64url(publicKey)),
    refreshTrust: () => options.trustRefresh.refresh(),
    newId: randomUUID,
  })
  const unlocks = new Unlocks({
    ...shared,
    vault,
    stores: options.stores,
    holds,
    onAbandoned: (lease, error) =>
      endReports.add({ id: lease, reason: error instanceof SallyportError ? error.code : 'internal' }),
  })
  const { recorder, upstream } = options
  const open = new OpenConnections()
  const services: ConnectionServices = { recorder, cancels: new Cancels(), upstream, open, logger, now, onIdle, temporaryUsers }
  const adapterOf = new Map(options.adapters.map((adapter) => [adapter.protocol, adapter]))
  const sessions = new Sessions({
    leases,
    standing,
    open,
    isCurrent,
    services: {
      open: (peer, head) => unlocks.open(peer, head),
      resume: (peer, lease) => leases.find(lease, peer.session),
      forward: options.forward,
      path: (peer, lease) => leases.find(lease, peer.session).reached,
      renew: (peer, renewal) => renewLeases(shared, peer, renewal),
      serve: (stream, lease, caller) => {
        const adapter = adapterOf.get(lease.endpoint.protocol)
        if (adapter === undefined) throw new SallyportError('unsupported_protocol')
        return beginConnection({ stream, lease, adapter, caller, services })
      },
      onIdle,
      now,
      logger,
    },
  })
  return { sessions, leases, endReports, open, temporaryUsers, holds, vault }
}
