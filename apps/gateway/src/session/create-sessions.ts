/** Wires what serves clients: leases, unlocks, renewals, and the connections under them. */
import { randomUUID } from 'node:crypto'
import { fromBase64url, SallyportError, type Signer } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Adapter } from '../adapters/adapter.ts'
import type { GatewayApi } from '../control/api.ts'
import type { Trust } from '../control/trust.ts'
import type { TrustRefresh } from '../control/trust-refresh.ts'
import type { UpstreamConnector } from '../upstream/connector.ts'
import type { Recorder } from './activity.ts'
import { Cancels } from './cancels.ts'
import { beginConnection, type ConnectionServices } from './connection.ts'
import { DeviceCounters } from './device-counters.ts'
import { EndReports } from './end-reports.ts'
import { LeaseTable } from './lease-table.ts'
import { OpenConnections } from './open-connections.ts'
import { renewLeases } from './renewals.ts'
import { Sessions } from './sessions.ts'
import { Standing } from './standing.ts'
import { Unlocks } from './unlocks.ts'

const MAX_LEASES_PER_SESSION = 256

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
  /** False: revocations may be missing. */
  readonly isCurrent: () => boolean
  readonly now: () => number
  readonly logger: Logger
}

export interface CreatedSessions {
  readonly sessions: Sessions
  readonly leases: LeaseTable
  readonly standing: Standing
  readonly endReports: EndReports
  readonly open: OpenConnections
}

export const createSessions = (options: CreateSessionsOptions): CreatedSessions => {
  const { organization, gateway, api, trust, isCurrent, now, logger } = options
  const endReports = new EndReports(api, (error) => logger.warn({ event: 'lease-ends.not-reported', error }))
  const standing = new Standing(gateway)
  const counters = new DeviceCounters()
  const leases = new LeaseTable({
    gateway,
    now,
    maxPerSession: MAX_LEASES_PER_SESSION,
    expiryCode: () => (isCurrent() ? 'lease_ended' : 'gateway_isolated'),
    onEnd: (lease, { code }) => {
      logger.info({ event: 'lease.ended', lease: lease.id, session: lease.binding.session, code })
      endReports.add({ id: lease.id, reason: code })
    },
  })
  const shared = { organization, gateway, api, leases, standing, counters, now }
  const unlocks = new Unlocks({
    ...shared,
    signer: options.signer,
    receiptKeys: () => trust.bundle.receiptKeys.map(({ publicKey }) => fromBase64url(publicKey)),
    refreshTrust: () => options.trustRefresh.refresh(),
    newId: randomUUID,
  })
  const { recorder, upstream } = options
  const open = new OpenConnections()
  const services: ConnectionServices = { recorder, cancels: new Cancels(), upstream, open, logger, now }
  const adapterOf = new Map(options.adapters.map((adapter) => [adapter.protocol, adapter]))
  const sessions = new Sessions({
    leases,
    standing,
    open,
    isCurrent,
    services: {
      open: (peer, head) => unlocks.open(peer, head),
      resume: (peer, lease) => leases.find(lease, peer.session),
      renew: (peer, renewal) => renewLeases(shared, peer, renewal),
      serve: (stream, lease, caller) => {
        const adapter = adapterOf.get(lease.endpoint.protocol)
        if (adapter === undefined) throw new SallyportError('unsupported_protocol')
        return beginConnection({ stream, lease, adapter, caller, services })
      },
      now,
      logger,
    },
  })
  return { sessions, leases, standing, endReports, open }
}
