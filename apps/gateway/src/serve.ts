/** Everything a serving gateway consists of, wired; who closes what, in which order, is at the end. */
import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { type Revocation, SallyportError } from '@sallyport/protocol'
import type { ByteChannel, RefusedConnection } from '@sallyport/transport'
import type { Logger } from 'pino'
import type { Adapter } from './adapters/adapter.ts'
import { checkListen, type ServeConfig } from './config.ts'
import { createApiCalls } from './control/api-calls.ts'
import { OwnCertificate } from './control/certificate.ts'
import { loadGatewayKey } from './control/gateway-key.ts'
import { ControlLink, type LinkCredentials } from './control/link.ts'
import { chainToPem, isRelay, loadMembership } from './control/membership.ts'
import { openStateFolder } from './control/state-folder.ts'
import { Trust } from './control/trust.ts'
import { TrustRefresh } from './control/trust-refresh.ts'
import { type Edge, openEdge } from './edge/edge.ts'
import type { EdgePeer } from './edge/peer-identity.ts'
import { ForwardedClients } from './forward/reception.ts'
import { Relays } from './forward/relays.ts'
import { Uplinks } from './forward/uplinks.ts'
import { JobRunner } from './jobs/runner.ts'
import type { JobStep } from './jobs/steps.ts'
import { createSessions } from './session/create-sessions.ts'
import { endReason } from './session/lease-table.ts'
import { codeOfRevocation, Standing } from './session/standing.ts'
import { processorShareMeter } from './processor-share.ts'
import { openRecording } from './spool/open-recording.ts'
import { secretStores } from './stores/secret-stores.ts'
import { sendingToStores } from './stores/send.ts'
import { AddressRules } from './upstream/address-rules.ts'
import { createUpstreamConnector } from './upstream/connector.ts'
import { resolveBySystem } from './upstream/dial.ts'
import { probe } from './upstream/probe.ts'
import { version } from './version.ts'
import { inBackground } from './in-background.ts'

const PRUNE_INTERVAL = 10 * 60 * 1000
/** Milliseconds that the spool gets to ship what is left when the gateway stops; the rest is shipped after the next start. */
const LAST_SHIPMENT_LIMIT = 3_000
/** Milliseconds that users of leases which just ended get to be dropped, by us or by the store that made them. */
const LAST_DROP_LIMIT = 5_000

/** Milliseconds that a job under way gets to end. */
const LAST_JOB_LIMIT = 5_000

export interface ServeOptions {
  readonly config: ServeConfig
  readonly adapters: readonly Adapter[]
  readonly logger: Logger
  /** Milliseconds that only grow. */
  readonly monotonic?: () => number
  /** Told of each step of a job, which goes on when it resolves. */
  readonly onJobStep?: (step: JobStep) => Promise<void>
}

export interface RunningGateway {
  /** Resolves with why the gateway must stop by itself: it was revoked. */
  readonly stopped: Promise<string>
  /** Connections to resources that are open. */
  connections(): number
  /** Renews the gateway's certificate now. Never rejects. */
  renewCertificate(): Promise<void>
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
  const listen = checkListen(config.listen, isRelay(membership))
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
      uplinks?.renew()
      link.reconnect()
    },
    onFailure: (error) => logger.warn({ event: 'certificate.renewal-failed', error }),
  })
  if (certificate.expiresAt <= now()) {
    const ended = new Date(certificate.expiresAt).toISOString()
    throw new Error(
      `The gateway's certificate ended at ${ended}, so that it cannot renew it. Join anew, with a folder of its own.`,
    )
  }
  const apiAuthority = (): { readonly ca?: string } =>
    apiRoot === null ? {} : { ca: chainToPem(trust.bundle.apiRoots ?? [apiRoot]) }
  const credentials = (): LinkCredentials => ({ cert: certificate.chain, key: key.pem, ...apiAuthority() })
  const api = createApiCalls({ origin: gatewayApi, signer: key.signer, credentials, random, clock: now })
  const trustRefresh = new TrustRefresh({
    trust,
    api,
    onFailure: (error) => logger.warn({ event: 'trust-bundle.failed', error }),
  })
  trust.onChange(() => {
    logger.info({ event: 'trust-bundle.accepted', number: trust.bundle.number })
    edge?.refreshIdentity()
    followGateways()
  })

  const recording = await openRecording({
    state,
    limitBytes: config.spoolLimit,
    keepBytes: config.recordingsLimit,
    organization,
    gateway,
    key,
    api,
    now,
    logger,
  })

  const rules = new AddressRules({
    allowed: config.allowedNetworks,
    allowLoopback: config.allowLoopbackResources,
    ownListener: () => (edge === null ? null : { addresses: addressesOf(edge.address), port: edge.port }),
  })
  const upstream = createUpstreamConnector(rules, resolveBySystem)
  const stores = secretStores({
    send: sendingToStores(rules, resolveBySystem),
    tokenFiles: config.storeTokens,
    onLeft: (error) => logger.warn({ event: 'store.not-signed-out', error }),
  })
  const standing = new Standing(gateway)
  /** Another gateway or relay counts as long as the bundle names it and no revocation does. Throws `gateway_unknown`. */
  const checkOther = (id: string): void => {
    standing.checkGateway(id)
    if (!trust.bundle.gateways.some((entry) => entry.id === id)) throw new SallyportError('gateway_unknown')
  }
  const relays = new Relays({ check: checkOther, now, logger })
  const { sessions, leases, endReports, open, temporaryUsers, holds, vault } = createSessions({
    organization,
    gateway,
    signer: key.signer,
    api,
    trust,
    trustRefresh,
    adapters,
    recorder: recording.spool,
    upstream,
    stores,
    standing,
    forward: (peer, relay) => relays.open(peer, relay),
    isCurrent: () => link.isCurrent,
    now,
    logger,
  })

  const probeServices = { rules, resolve: resolveBySystem, adapters }
  const jobs = new JobRunner({
    api,
    logger,
    ...(options.onJobStep === undefined ? {} : { reached: options.onJobStep }),
    parts: {
      organization,
      vault,
      standing,
      adapters,
      upstream,
      stores,
      vaultKey: () => trust.bundle.vaultKeys[0]!,
      probe: (endpoint) => probe(endpoint, probeServices),
    },
  })

  const eraseRecordings = (revocations: readonly Revocation[]): void => {
    recording.recordings
      .eraseAmong(revocations)
      .catch((error: unknown) =>
        logger.error({ event: 'recordings.not-erased', error }, 'recordings of a person could not be removed'),
      )
  }

  // The link that says who is cut off
  const processorShare = processorShareMeter()
  const ready = Promise.withResolvers<void>()
  const link = new ControlLink({
    origin: gatewayApi,
    signer: key.signer,
    credentials,
    version,
    trustBundle: () => trust.bundle.number,
    connections: (reset) => open.frames(reset),
    status: () => ({
      sessions: sessions.size,
      connections: leases.connections,
      spoolBytes: recording.spool.bytes,
      residentBytes: process.memoryUsage.rss(),
      processorShare: processorShare(),
      ...(uplinks === null ? {} : { uplinks: uplinks.connected }),
    }),
    events: {
      onSnapshot: async (revocations) => {
        await sessions.applySnapshot(revocations)
        followGateways()
        eraseRecordings(revocations)
        ready.resolve()
      },
      onRevocations: async (revocations) => {
        await sessions.applyRevocations(revocations)
        followGateways()
        eraseRecordings(revocations)
      },
      onProbe: (endpoint) => probe(endpoint, probeServices),
      onJobs: () => jobs.wake(),
      onTrustBundle: () => inBackground(trustRefresh.refresh()),
      onStop: (code) => {
        // The API may have said so without a revocation that ends them one by one: there was no link to say it on.
        inBackground(leases.endAll(endReason(codeOfRevocation({ code }))))
        stopped.resolve(code)
      },
      onState: (linkState, detail) => logger.info({ event: `control-link.${linkState}`, detail }),
    },
    random,
    clock: now,
    monotonic,
  })

  const reception = {
    identity: () => ({ key: key.pem, cert: certificate.chain, ca: trust.authorities }),
    trustDomain: () => trust.bundle.trustDomain,
    isIssuer: (der: Uint8Array) => trust.isIssuer(der),
    check: (peer: EdgePeer) => {
      sessions.checkReady()
      if (peer.kind === 'session') sessions.check(peer.session)
      else relays.check(peer.relay)
    },
    accept: (channel: ByteChannel, peer: EdgePeer) =>
      peer.kind === 'session' ? sessions.accept(channel, peer) : relays.accept(channel, peer),
    onRefused: (refused: RefusedConnection) => logger.info({ event: 'client.refused', ...refused }),
    now,
  }
  /** null: a relay, to which clients come through {@link uplinks}. */
  let edge: Edge | null = null
  let uplinks: Uplinks | null = null
  /** Closed before a revocation is confirmed. */
  function followGateways(): void {
    relays.cut()
    uplinks?.update()
  }
  if (listen === null) {
    const clients = new ForwardedClients(reception)
    uplinks = new Uplinks({
      identity: reception.identity,
      bundle: () => trust.bundle,
      isIssuer: reception.isIssuer,
      check: checkOther,
      onStream: (stream, from) => inBackground(clients.receive(stream, from)),
      logger,
    })
  } else {
    edge = await openEdge({ ...listen, ...reception })
  }
  const address = edge === null ? null : `${edge.address}:${edge.port}`
  logger.info({ event: edge === null ? 'dialling' : 'listening', address, gateway, organization, version })

  const pruning = setInterval(() => standing.prune(now()), PRUNE_INTERVAL)
  pruning.unref()
  recording.shipper.start()
  endReports.start()
  certificate.start()
  link.start()
  inBackground(ready.promise.then(() => logger.info({ event: 'ready', address, gateway, organization, version })))

  return {
    stopped: stopped.promise,
    connections: () => leases.connections,
    renewCertificate: () => certificate.renew(),
    stop: async () => {
      logger.info({ event: 'draining' })
      await jobs.stop(LAST_JOB_LIMIT)
      await sessions.drain(config.drainLimit)
      await Promise.all([temporaryUsers.stop(LAST_DROP_LIMIT), holds.stop(LAST_DROP_LIMIT)])
      uplinks?.close()
      await edge?.close()
      clearInterval(pruning)
      await certificate.stop()
      await recording.spool.close()
      await recording.shipper.stop(LAST_SHIPMENT_LIMIT)
      await endReports.stop()
      await link.stop()
      api.close()
      state.release()
      logger.info({ event: 'stopped' })
    },
  }
}
