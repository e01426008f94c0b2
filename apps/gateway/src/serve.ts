/** Everything a serving gateway consists of, wired; who closes what, in which order, is at the end. */
import { randomBytes, randomUUID } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { fromBase64url, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Adapter } from './adapters/adapter.ts'
import type { ServeConfig } from './config.ts'
import { createApiCalls } from './control/api-calls.ts'
import { OwnCertificate } from './control/certificate.ts'
import { loadGatewayKey } from './control/gateway-key.ts'
import { ControlLink, type LinkCredentials } from './control/link.ts'
import { derToPem, loadMembership } from './control/membership.ts'
import { openStateFolder } from './control/state-folder.ts'
import { Trust } from './control/trust.ts'
import { TrustRefresh } from './control/trust-refresh.ts'
import { type Edge, openEdge } from './edge/edge.ts'
import { Cancels } from './session/cancels.ts'
import { beginConnection, type ConnectionServices } from './session/connection.ts'
import { DeviceCounters } from './session/device-counters.ts'
import { EndReports } from './session/end-reports.ts'
import { LeaseTable } from './session/lease-table.ts'
import { renewLeases } from './session/renewals.ts'
import { Sessions } from './session/sessions.ts'
import { Standing } from './session/standing.ts'
import { Unlocks } from './session/unlocks.ts'
import { openSpool } from './spool/open-spool.ts'
import { Shipper } from './spool/shipper.ts'
import { spoolLimits } from './spool/spool.ts'
import { AddressRules } from './upstream/address-rules.ts'
import { createUpstreamConnector } from './upstream/connector.ts'
import { resolveBySystem } from './upstream/dial.ts'
import { version } from './version.ts'
import { inBackground } from './in-background.ts'

const MAX_LEASES_PER_SESSION = 256
const PRUNE_INTERVAL = 10 * 60 * 1000
/** Milliseconds that the spool gets to ship what is left when the gateway stops; the rest is shipped after the next start. */
const LAST_SHIPMENT_LIMIT = 3_000

export interface ServeOptions {
  readonly config: ServeConfig
  readonly adapters: readonly Adapter[]
  readonly logger: Logger
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number
}

export interface RunningGateway {
  /** Resolves with why the gateway must stop by itself: it was revoked. */
  readonly stopped: Promise<string>
  /** Connections to resources that are open. */
  connections(): number
  /** Drains and closes everything. */
  stop(): Promise<void>
}

const random = (bytes: number): Uint8Array => new Uint8Array(randomBytes(bytes))
const now = (): number => Date.now()

/** Addresses at which the gateway's own listener is reached. */
const addressesOf = (host: string): string[] => {
  if (host !== '0.0.0.0' && host !== '::') return [host]
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return [host, ...own.map(({ address }) => address)]
}

/** Rejects when the state, the spool or the port cannot be used. */
export const serve = async (options: ServeOptions): Promise<RunningGateway> => {
  const { config, adapters, logger, monotonic = () => performance.now() } = options
  const state = await openStateFolder(config.state)
  const membership = await loadMembership(state.membershipFile)
  if (membership === null) throw new Error(`${config.state} belongs to no gateway yet. Join first.`)
  const { organization, gateway, gatewayApi, apiRoot } = membership
  const key = await loadGatewayKey(state.keyFile)
  const trust = await Trust.load(state.trustFile)
  const stopped = Promise.withResolvers<string>()

  // Towards the API
  const certificate = new OwnCertificate({
    membership,
    membershipFile: state.membershipFile,
    key,
    trust,
    api: () => api,
    version,
    now,
    onRenewed: (expiresAt) => {
      logger.info({ event: 'certificate.renewed', expiresAt: new Date(expiresAt).toISOString() })
      edge?.refreshIdentity()
      link.reconnect()
    },
    onFailure: (error) => logger.warn({ event: 'certificate.renewal-failed', error }),
  })
  const apiAuthority = apiRoot === null ? {} : { ca: derToPem(apiRoot) }
  const credentials = (): LinkCredentials => ({ cert: certificate.chain, key: key.pem, ...apiAuthority })
  const api = createApiCalls({ origin: gatewayApi, signer: key.signer, credentials, random, clock: now })
  const trustRefresh = new TrustRefresh({
    trust,
    api,
    onFailure: (error) => logger.warn({ event: 'trust-bundle.failed', error }),
  })
  trust.onChange(() => {
    logger.info({ event: 'trust-bundle.accepted', number: trust.bundle.number })
    edge?.refreshIdentity()
  })

  // Activity
  const opened = await openSpool({
    folder: state.spoolFolder,
    keyFile: state.spoolKeyFile,
    limits: spoolLimits(config.spoolLimit),
    onHealth: (error) =>
      error === null ? logger.info({ event: 'spool.recovered' }) : logger.error({ event: 'spool.failed', error }),
  })
  if (opened.cut > 0) logger.warn({ event: 'spool.torn', bytes: opened.cut }, 'a torn write was cut off')
  const { spool } = opened
  const shipper = new Shipper({
    ...opened,
    signer: key.signer,
    organization,
    gateway,
    upload: (body) => api.uploadActivity(body),
    now,
    onFailure: (error, attempt) => logger.warn({ event: 'activity.not-shipped', attempt, error }),
  })

  // Sessions
  const endReports = new EndReports(api, (error) => logger.warn({ event: 'lease-ends.not-reported', error }))
  const standing = new Standing(gateway)
  const counters = new DeviceCounters()
  const leases = new LeaseTable({
    gateway,
    now,
    maxPerSession: MAX_LEASES_PER_SESSION,
    expiryCode: () => (link.isCurrent ? 'lease_ended' : 'gateway_isolated'),
    onEnd: (lease, { code }) => {
      logger.info({ event: 'lease.ended', lease: lease.id, session: lease.binding.session, code })
      endReports.add({ id: lease.id, reason: code })
    },
  })
  const unlocks = new Unlocks({
    organization,
    gateway,
    signer: key.signer,
    api,
    leases,
    standing,
    counters,
    receiptKeys: () => trust.bundle.receiptKeys.map(({ publicKey }) => fromBase64url(publicKey)),
    refreshTrust: () => trustRefresh.refresh(),
    now,
    newId: randomUUID,
  })
  const rules = new AddressRules({
    allowed: config.allowedNetworks,
    allowLoopback: config.allowLoopbackResources,
    ownListener: () => (edge === null ? null : { addresses: addressesOf(edge.address), port: edge.port }),
  })
  const connectionServices: ConnectionServices = {
    recorder: spool,
    cancels: new Cancels(),
    upstream: createUpstreamConnector(rules, resolveBySystem),
    logger,
    now,
  }
  const adapterOf = new Map(adapters.map((adapter) => [adapter.protocol, adapter]))
  const renewals = { organization, gateway, api, leases, standing, counters, now }
  const sessions = new Sessions({
    leases,
    standing,
    isCurrent: () => link.isCurrent,
    services: {
      open: (peer, head) => unlocks.open(peer, head),
      resume: (peer, lease) => leases.find(lease, peer.session),
      renew: (peer, renewal) => renewLeases(renewals, peer, renewal),
      serve: (stream, lease, caller) => {
        const adapter = adapterOf.get(lease.endpoint.protocol)
        if (adapter === undefined) throw new SallyportError('unsupported_protocol')
        return beginConnection({ stream, lease, adapter, caller, services: connectionServices })
      },
      now,
      logger,
    },
  })

  // The link that says who is cut off
  const ready = Promise.withResolvers<void>()
  const link = new ControlLink({
    origin: gatewayApi,
    signer: key.signer,
    credentials,
    version,
    trustBundle: () => trust.bundle.number,
    status: () => ({
      sessions: sessions.size,
      connections: leases.connections,
      spoolBytes: spool.bytes,
      residentBytes: process.memoryUsage.rss(),
    }),
    events: {
      onSnapshot: async (revocations) => {
        await sessions.applySnapshot(revocations)
        ready.resolve()
      },
      onRevocations: (revocations) => sessions.applyRevocations(revocations),
      onTrustBundle: () => inBackground(trustRefresh.refresh()),
      onStop: (code) => stopped.resolve(code),
      onState: (linkState, detail) => logger.info({ event: `control-link.${linkState}`, detail }),
    },
    random,
    clock: now,
    monotonic,
  })

  let edge: Edge | null = null
  edge = await openEdge({
    host: config.listen.host,
    port: config.listen.port,
    identity: () => ({ key: key.pem, cert: certificate.chain, ca: trust.authorities }),
    trustDomain: () => trust.bundle.trustDomain,
    isIssuer: (der) => trust.isIssuer(der),
    check: (session) => sessions.check(session),
    accept: (channel, peer) => sessions.accept(channel, peer),
    onRefused: (refused) => logger.info({ event: 'client.refused', ...refused }),
    now,
  })
  const address = `${edge.address}:${edge.port}`
  logger.info({ event: 'listening', address, gateway, organization, version })

  const pruning = setInterval(() => standing.prune(now()), PRUNE_INTERVAL)
  pruning.unref()
  shipper.start()
  endReports.start()
  certificate.start()
  link.start()
  inBackground(ready.promise.then(() => logger.info({ event: 'ready', address, gateway, organization, version })))

  return {
    stopped: stopped.promise,
    connections: () => leases.connections,
    stop: async () => {
      logger.info({ event: 'draining' })
      await sessions.drain(config.drainLimit)
      await edge.close()
      clearInterval(pruning)
      await certificate.stop()
      await spool.close()
      await shipper.stop(LAST_SHIPMENT_LIMIT)
      await endReports.stop()
      await link.stop()
      api.close()
      state.release()
      logger.info({ event: 'stopped' })
    },
  }
}
