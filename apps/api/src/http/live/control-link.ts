/**
 * One gateway's control link: hello, then a snapshot or what was missed, then every revocation as it is committed, heartbeats
 * and trust bundles. See `spec/control-link.md` of the protocol.
 */
import {
  type ControlFromApi,
  type ControlFromGateway,
  controlFromGateway,
  type Endpoint,
  HEARTBEAT_INTERVAL,
  MAX_REVOCATIONS_PER_FRAME,
  type ProbeStep,
  type Revocation,
} from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { WebSocket } from 'ws'
import type { ConnectionReport } from '../../domains/connections/index.ts'
import type { GatewayLoad } from '../../domains/gateways/index.ts'
import type { OrganizationHead, RevocationFeed, RevocationSnapshot } from '../../domains/revocations/index.ts'
import { closeCodes, outletOf } from './outlet.ts'

export interface LinkedGateway {
  readonly id: string
  readonly organization: string
  /** Milliseconds since 1970: the end of the certificate the link was opened with. */
  readonly certificateExpiresAt: number
}

/** What a link asks of the database. */
export interface ControlLinkStore {
  after(since: number): Promise<readonly Revocation[]>
  snapshot(): Promise<RevocationSnapshot>
  /** False when the gateway is revoked. */
  begin(): Promise<boolean>
  /** False when the gateway is revoked or has another link. `version`: what its hello said, null before; `load`: null for no news. */
  keep(version: string | null, load: GatewayLoad | null): Promise<boolean>
  /** What the gateway says about its open connections. */
  connections(report: ConnectionReport): Promise<void>
  /** Endpoints that somebody waits for the gateway to try. */
  probes(): Promise<readonly { readonly id: string; readonly endpoint: Endpoint }[]>
  probed(id: string, steps: readonly ProbeStep[]): Promise<void>
  /** Whether a job waits that this gateway may take. */
  hasJobs(): Promise<boolean>
  end(): Promise<void>
}

export interface ControlLinkOptions {
  readonly socket: WebSocket
  readonly gateway: LinkedGateway
  readonly feed: RevocationFeed
  readonly store: ControlLinkStore
  readonly clock: () => number
  readonly logger: Logger
}

export interface ControlLink {
  /** Another link of this gateway takes its place. */
  replace(): void
  /** Somebody may wait for the gateway to try an endpoint, or to do a job. */
  lookForWork(): void
  readonly closed: Promise<void>
}

/** Milliseconds for the first message; of silence; that a sent revocation may stay unconfirmed. */
const HELLO_LIMIT = 10_000
const SILENCE_LIMIT = 3 * HEARTBEAT_INTERVAL
const CONFIRM_LIMIT = 3 * HEARTBEAT_INTERVAL
/** Frames about connections between two checks; a gateway sends one a second, and more after its hello. */
const MAX_REPORTS = 100
/** A gateway says hello again after a gap; one that does so more often between two checks is broken. */
const MAX_HELLOS = 20

const parseMessage = (data: Buffer): ControlFromGateway | null => {
  try {
    return controlFromGateway.parse(JSON.parse(data.toString('utf8')))
  } catch {
    return null
  }
}

export const serveControlLink = ({ socket, gateway, feed, store, clock, logger }: ControlLinkOptions): ControlLink => {
  const outlet = outletOf(socket)
  const send = (message: ControlFromApi): void => outlet.send(message)
  const closed = Promise.withResolvers<void>()

  /** Last number sent; null before the first hello. */
  let sent: number | null = null
  /** Highest number that is known to exist. */
  let known = 0
  let applied = 0
  let hellos = 0
  let greeted = false
  let toldBundle = 0
  let version: string | null = null
  /** The last word of the gateway about itself that is not stored yet. */
  let load: GatewayLoad | null = null
  let reports = 0
  /** Reports are stored in their order. */
  let reporting: Promise<void> = Promise.resolve()
  /** Probes that were sent. */
  const probing = new Set<string>()
  let pumping = false
  let [heardAt, heartbeatAt, unconfirmedSince] = [performance.now(), -HEARTBEAT_INTERVAL, 0]
  let leave = (): void => {}

  const fail = (error: unknown): void => {
    logger.warn({ event: 'control-link.failed', gateway: gateway.id, error: String(error) }, 'a control link failed')
    outlet.close(1011, 'internal')
  }

  const sendRevocations = (revocations: readonly Revocation[]): void => {
    const last = revocations.at(-1)
    if (last === undefined) return
    for (let at = 0; at < revocations.length; at += MAX_REVOCATIONS_PER_FRAME) {
      send({ type: 'revocations', revocations: revocations.slice(at, at + MAX_REVOCATIONS_PER_FRAME) })
    }
    if (applied >= (sent ?? 0)) unconfirmedSince = performance.now()
    sent = last.number
    const own = revocations.find(({ subject }) => subject.kind === 'gateway' && subject.id === gateway.id)
    if (own !== undefined) stop(own.code)
  }

  const stop = (code: string): void => {
    send({ type: 'stop', code })
    outlet.close(closeCodes.ended, code)
  }

  const sendSnapshot = async (): Promise<void> => {
    const { head, revocations } = await store.snapshot()
    send({ type: 'snapshot', head, revocations: [...revocations] })
    sent = head
    applied = head
    known = Math.max(known, head)
  }

  /** Sends what is missing up to the highest number known, read from the table, until nothing is. */
  const pump = async (): Promise<void> => {
    if (pumping) return
    pumping = true
    try {
      while (outlet.open && sent !== null && sent < known) {
        const missing = await store.after(sent)
        if (missing[0]?.number === sent + 1) sendRevocations(missing)
        else await sendSnapshot()
        // Nothing to read and still behind: the database went back in time, and what it has now was told.
        if (missing.length === 0) break
      }
    } finally {
      pumping = false
    }
  }

  const tellBundle = (number: number): void => {
    if (sent === null || number <= toldBundle) return
    toldBundle = number
    send({ type: 'trust-bundle', number })
  }

  const follower = {
    revoked: (revocations: readonly Revocation[]): void => {
      known = Math.max(known, revocations.at(-1)!.number)
      if (sent === null) return
      const news = revocations.filter(({ number }) => number > sent!)
      if (!pumping && news[0]?.number === sent + 1) sendRevocations(news)
      else pump().catch(fail)
    },
    alive: ({ head, trustBundle }: OrganizationHead): void => {
      known = Math.max(known, head)
      tellBundle(trustBundle)
      if (sent !== null && sent < known) pump().catch(fail)
      // What is on its way need not be asked for, and every batch proves life, too.
      const now = performance.now()
      if (sent === null || sent < known || now - heartbeatAt < HEARTBEAT_INTERVAL / 2) return
      heartbeatAt = now
      if (trustBundle > 0) send({ type: 'heartbeat', head, at: clock(), trustBundle })
    },
  }

  const hello = async (message: ControlFromGateway & { type: 'hello' }): Promise<void> => {
    if (++hellos > MAX_HELLOS) return outlet.close(closeCodes.invalid, 'rate_limited')
    greeted = true
    version = message.version
    toldBundle = message.trustBundle
    // A number above ours is of another history of this database: everything is told again.
    const resumes = message.since !== null && message.since <= known
    if (resumes) {
      sent = message.since
      applied = message.since!
      await pump()
    } else {
      applied = 0
      await sendSnapshot()
      await pump()
    }
    feed.wake(gateway.organization)
    if (!(await store.keep(version, null))) return outlet.close(closeCodes.replaced, 'conflict')
    await lookForWork()
  }

  const onMessage = (data: Buffer, isBinary: boolean): void => {
    heardAt = performance.now()
    const message = isBinary ? null : parseMessage(data)
    if (message === null || (!greeted && message.type !== 'hello')) {
      logger.warn({ event: 'control-link.invalid', gateway: gateway.id }, 'a gateway broke the control protocol')
      outlet.close(closeCodes.invalid, 'protocol_error')
      return
    }
    switch (message.type) {
      case 'hello':
        hello(message).catch(fail)
        return
      case 'applied':
        applied = Math.max(applied, message.revocation)
        unconfirmedSince = performance.now()
        return
      case 'status':
        load = loadOf(message)
        return
      case 'connections':
        if (++reports > MAX_REPORTS) return outlet.close(closeCodes.invalid, 'rate_limited')
        reporting = reporting.then(() => store.connections(message)).catch(fail)
        return
      case 'probed':
        if (probing.delete(message.id)) store.probed(message.id, message.steps).catch(fail)
        return
    }
  }

  const loadOf = ({ type: _type, ...figures }: ControlFromGateway & { type: 'status' }): GatewayLoad => ({
    ...figures,
    at: new Date(clock()).toISOString(),
  })

  const lookForWork = async (): Promise<void> => {
    if (!greeted || !outlet.open) return
    for (const { id, endpoint } of await store.probes()) {
      if (probing.has(id) || !outlet.open) continue
      probing.add(id)
      send({ type: 'probe', id, endpoint })
    }
    if (await store.hasJobs()) send({ type: 'jobs' })
  }

  const check = (): void => {
    const now = performance.now()
    hellos = 0
    reports = 0
    // Those of which nobody heard again are over long since.
    if (probing.size > 100) probing.clear()
    if (clock() >= gateway.certificateExpiresAt) return outlet.close(closeCodes.ended, 'certificate_expired')
    if (now - heardAt > SILENCE_LIMIT) return outlet.close(closeCodes.silent, 'protocol_error')
    if (applied < (sent ?? 0) && now - unconfirmedSince > CONFIRM_LIMIT) return outlet.close(closeCodes.slow, 'protocol_error')
    socket.ping()
    const news = load
    load = null
    store.keep(version, news).then((current) => {
      if (!current) outlet.close(closeCodes.replaced, 'conflict')
    }, fail)
  }

  const start = async (): Promise<void> => {
    if (!(await store.begin())) return stop('gateway_unknown')
    const followed = await feed.follow(gateway.organization, follower)
    if (!outlet.open) return followed.leave()
    leave = followed.leave
    known = Math.max(known, followed.head.head)
    queued.splice(0).forEach(([data, isBinary]) => onMessage(data, isBinary))
    ready = true
  }

  let ready = false
  /** The hello may come before the link is set up; nothing else may. */
  const queued: [Buffer, boolean][] = []
  socket.on('message', (data: Buffer, isBinary) => {
    if (ready) onMessage(data, isBinary)
    else if (queued.length < 4) queued.push([data, isBinary])
    else outlet.close(closeCodes.invalid, 'protocol_error')
  })
  socket.on('pong', () => {
    heardAt = performance.now()
  })
  socket.on('error', (error) =>
    logger.info({ event: 'control-link.error', gateway: gateway.id, error: error.message }, 'a control link broke'),
  )

  const helloTimer = setTimeout(() => {
    if (!greeted) outlet.close(closeCodes.silent, 'protocol_error')
  }, HELLO_LIMIT)
  const timer = setInterval(check, HEARTBEAT_INTERVAL)
  const endTimer = setTimeout(check, Math.min(Math.max(0, gateway.certificateExpiresAt - clock()), 2 ** 31 - 1))
  socket.once('close', (code) => {
    clearTimeout(helloTimer)
    clearInterval(timer)
    clearTimeout(endTimer)
    leave()
    logger.info({ event: 'control-link.closed', gateway: gateway.id, code, applied }, 'a control link closed')
    store
      .end()
      .catch((error: unknown) => logger.warn({ error: String(error) }, 'a link could not be ended'))
      .finally(closed.resolve)
  })
  start().catch(fail)

  return {
    replace: () => outlet.close(closeCodes.replaced, 'conflict'),
    lookForWork: () => {
      lookForWork().catch(fail)
    },
    closed: closed.promise,
  }
}
