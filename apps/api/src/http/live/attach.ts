/** Puts the two live sockets on the two listeners: control links of gateways, event sockets of agents. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { controlPaths, controlSubprotocols, MAX_CONTROL_FRAME } from '@sallyport/protocol'
import type { WebSocket } from 'ws'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { type EventHub, readVersions } from '../../domains/events/index.ts'
import { takeConnectionReport } from '../../domains/connections/index.ts'
import { mayTakeJob } from '../../domains/gateway-jobs/index.ts'
import { beginLink, endLink, keepLink } from '../../domains/gateways/index.ts'
import { answerProbe, waitingProbes } from '../../domains/probes/index.ts'
import { type RevocationFeed, readRevocationsAfter, readSnapshot } from '../../domains/revocations/index.ts'
import { permissionsOfUser } from '../../domains/roles/index.ts'
import { findSession, sessionStanding } from '../../domains/sessions/index.ts'
import { recordSupportUse } from '../../domains/support-access/index.ts'
import { authenticateCaller, authenticateGateway, peerCertificate } from '../authentication/index.ts'
import type { CallerContext, GatewayContext } from '../context.ts'
import { addressOf, incomingCall } from '../incoming-call.ts'
import { createRateLimiter } from '../rate-limit.ts'
import { type ControlLink, type ControlLinkStore, serveControlLink } from './control-link.ts'
import { type EventSocketStore, serveEventSocket } from './event-socket.ts'
import { closeCodes } from './outlet.ts'
import { acceptUpgrades, upgradeEndpoint, type Upgrades } from './upgrades.ts'

export interface LiveOptions {
  readonly dependencies: Dependencies
  readonly feed: RevocationFeed
  readonly hub: EventHub
  readonly servers: { readonly public: Pick<Server, 'on' | 'off'>; readonly gateway: Pick<Server, 'on' | 'off'> }
}

/** Agents send nothing; a close frame and its reason fit. */
const MAX_AGENT_MESSAGE = 1024
/** Event sockets of one session: a client that lost one may open the next before the first is known to be gone. */
const MAX_SOCKETS_PER_SESSION = 4
/** Upgrades of one address: a whole office may sit behind it, and comes back at once after an outage. */
const UPGRADE_RATE = { burst: 1000, perSecond: 50 }
const NO_BODY = new Uint8Array()

const linkStore = ({ dependencies, organization, gateway, transaction }: GatewayContext): ControlLinkStore => {
  const now = dependencies.clock
  const own = { gateway: gateway.id, link: randomUUID() }
  return {
    after: (since) => transaction((within) => readRevocationsAfter(within, organization.id, since)),
    snapshot: () => transaction((within) => readSnapshot(within, { organization: organization.id, now: now() })),
    begin: () => transaction((within) => beginLink(within, { ...own, now: now() })),
    keep: (version, load) => transaction((within) => keepLink(within, { ...own, now: now(), version, load })),
    connections: (report) => transaction((within) => takeConnectionReport(within, report, { gateway: gateway.id, now: now() })),
    probes: () => transaction((within) => waitingProbes(within, gateway.id, now())),
    probed: (id, steps) => transaction((within) => answerProbe(within, { id, gateway: gateway.id, steps })),
    hasJobs: () => transaction((within) => mayTakeJob(within, gateway.id, now())),
    end: () => transaction((within) => endLink(within, { ...own, now: now() })),
  }
}

const eventStore = ({ dependencies, organization, user, session }: CallerContext): EventSocketStore => {
  const { pool, clock } = dependencies
  return {
    versions: () => withOrganization(pool, organization.id, readVersions),
    permissions: () => withOrganization(pool, organization.id, (transaction) => permissionsOfUser(transaction, user.id)),
    ended: async () => {
      const found = await withOrganization(pool, organization.id, (transaction) => findSession(transaction, session.id))
      return found === null ? 'session_unknown' : sessionStanding(found, clock())
    },
  }
}

/** `close` of the result closes every socket with "try again elsewhere". */
export const attachLive = ({ dependencies, feed, hub, servers }: LiveOptions): Upgrades => {
  const { logger, clock, contact } = dependencies
  const limiter = createRateLimiter(UPGRADE_RATE, clock)
  const links = new Map<string, ControlLink>()
  const sockets = new Map<string, WebSocket[]>()

  const acceptGateway = (socket: WebSocket, context: GatewayContext): void => {
    const { gateway, organization } = context
    links.get(gateway.id)?.replace()
    const link = serveControlLink({
      socket,
      gateway: { id: gateway.id, organization: organization.id, certificateExpiresAt: gateway.certificateExpiresAt.getTime() },
      feed,
      store: linkStore(context),
      clock,
      logger,
    })
    links.set(gateway.id, link)
    logger.info({ event: 'control-link.opened', gateway: gateway.id, address: context.address }, 'a gateway is connected')
    const leave = hub.follow(organization.id, ({ topic }) => {
      if (topic === 'trust-bundle') feed.wake(organization.id)
    })
    const unfollow = dependencies.probes.follow(gateway.id, () => link.lookForWork())
    socket.once('close', () => {
      leave()
      unfollow()
      if (links.get(gateway.id) === link) links.delete(gateway.id)
    })
  }

  const acceptAgent = (socket: WebSocket, context: CallerContext): void => {
    const { session, user, device, organization } = context
    const own = sockets.get(session.id) ?? []
    sockets.set(session.id, own)
    own.push(socket)
    if (own.length > MAX_SOCKETS_PER_SESSION) own[0]?.close(closeCodes.replaced, 'limit_reached')
    socket.once('close', () => {
      own.splice(own.indexOf(socket), 1)
      if (own.length === 0 && sockets.get(session.id) === own) sockets.delete(session.id)
    })
    serveEventSocket({
      socket,
      caller: {
        organization: organization.id,
        user: user.id,
        device: device.id,
        session: session.id,
        sessionExpiresAt: session.expiresAt.getTime(),
      },
      feed,
      hub,
      store: eventStore(context),
      clock,
      logger,
    })
  }

  const limited = (request: IncomingMessage): void => limiter.take(addressOf(request))

  const gatewayUpgrades = acceptUpgrades({
    server: servers.gateway,
    logger,
    endpoints: [
      upgradeEndpoint({
        path: controlPaths.gateway,
        subprotocol: controlSubprotocols.gateway,
        maxMessage: MAX_CONTROL_FRAME,
        authenticate: async (request) => {
          limited(request)
          const call = incomingCall(request, contact.origins.gateway, NO_BODY)
          return authenticateGateway(dependencies, call, peerCertificate(request, clock()))
        },
        accept: acceptGateway,
      }),
    ],
  })
  const publicUpgrades = acceptUpgrades({
    server: servers.public,
    logger,
    endpoints: [
      upgradeEndpoint({
        path: controlPaths.agent,
        subprotocol: controlSubprotocols.agent,
        maxMessage: MAX_AGENT_MESSAGE,
        authenticate: async (request) => {
          limited(request)
          const caller = await authenticateCaller(dependencies, incomingCall(request, contact.origins.public, NO_BODY))
          const { user, actor } = caller
          if (user.isSupport) {
            await caller.transaction((transaction) => recordSupportUse(transaction, { operation: 'followEvents', actor }))
          }
          return caller
        },
        accept: acceptAgent,
      }),
    ],
  })

  return {
    close: async () => {
      // Each link's last word to the database comes after its socket closed.
      const closed = [...links.values()].map((link) => link.closed)
      await Promise.all([gatewayUpgrades.close(), publicUpgrades.close(), ...closed])
    },
  }
}
