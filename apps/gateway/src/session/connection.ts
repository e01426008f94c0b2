/** One stream under a lease, from the adapter's start to the last byte: what an adapter is handed, and how it is ended. */
import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Caller, ErrorCode } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { Adapter, AdapterConnection, ConnectionEnd, EndReason } from '../adapters/adapter.ts'
import type { UpstreamConnector } from '../upstream/connector.ts'
import { activityOf, type ConnectionActivity, type Recorder } from './activity.ts'
import type { Cancels } from './cancels.ts'
import { openLeased, type CredentialServices } from './credentials/open-credential.ts'
import type { Lease, LeasedConnection } from './lease.ts'
import type { OpenConnections } from './open-connections.ts'
import { resourceHopOf } from './resource-hop.ts'
import { targetOf } from './target.ts'

/** Milliseconds that an adapter gets to tell the tool why it is being ended, before the stream is cut. */
const END_GRACE = 250

/** How every adapter says that the resource refused the credential. */
const REFUSED: ErrorCode = 'resource_sign_in_failed'

export interface ConnectionServices extends CredentialServices {
  readonly recorder: Recorder
  readonly cancels: Cancels
  readonly upstream: UpstreamConnector
  readonly open: OpenConnections
  readonly logger: Logger
  /** The last connection of a lease closed. */
  readonly onIdle: (lease: Lease) => void
}

/** A client's stream, which knows how many bytes came and went. */
export interface CountedStream extends Duplex {
  readonly bytesRead: number
  readonly bytesWritten: number
}

export interface ConnectionOptions {
  readonly stream: CountedStream
  readonly lease: Lease
  readonly adapter: Adapter
  readonly caller: Caller | null
  readonly services: ConnectionServices
}

/**
 * Enters the connection into its lease, which must be live, and returns what serves it to its end and never rejects. Whatever
 * ends the lease from now on ends the connection.
 */
export const beginConnection = (options: ConnectionOptions): (() => Promise<void>) => {
  const { stream, lease, caller, services } = options
  const id = randomUUID()
  const abort = new AbortController()
  const closed = Promise.withResolvers<void>()
  let cut: NodeJS.Timeout | null = null
  const handle: LeasedConnection = {
    closed: closed.promise,
    end: (reason: EndReason) => {
      if (abort.signal.aborted) return
      abort.abort(reason)
      cut = setTimeout(() => {
        stream.destroy()
        closed.resolve()
      }, END_GRACE)
    },
  }
  lease.connections.add(handle)
  const forget = services.open.add({
    id,
    lease: lease.id,
    caller,
    openedAt: services.now(),
    bytes: () => ({ up: stream.bytesRead, down: stream.bytesWritten }),
    handle,
  })
  return async () => {
    try {
      await serve(options, id, abort.signal)
    } finally {
      await closeStream(stream)
      if (cut !== null) clearTimeout(cut)
      lease.connections.delete(handle)
      forget()
      closed.resolve()
      if (lease.connections.size === 0) services.onIdle(lease)
    }
  }
}

const serve = async (options: ConnectionOptions, id: string, signal: AbortSignal): Promise<void> => {
  const { lease, services } = options
  if (signal.aborted) return
  const logger = services.logger.child({ connection: id, lease: lease.id, session: lease.binding.session })
  const activity = activityOf(services.recorder, lease, id)
  const start = performance.now()
  const end = await runAdapter(options, { activity, signal, logger })
  if (end.reason === REFUSED) lease.refused = true
  await recordClosed(activity, { end, durationMs: performance.now() - start, services, logger })
  logger.info({ event: 'connection.closed', reason: end.reason, bytesUp: end.bytesUp, bytesDown: end.bytesDown })
}

const runAdapter = async (
  { stream, lease, adapter, caller, services }: ConnectionOptions,
  running: { readonly activity: ConnectionActivity; readonly signal: AbortSignal; readonly logger: Logger },
): Promise<ConnectionEnd> => {
  const { binding, endpoint, secret } = lease
  const connection: AdapterConnection = {
    client: stream,
    target: targetOf(lease),
    caller,
    sessionLabel: lease.sessionLabel,
    openCredential: () => openLeased(lease, services),
    connectUpstream: async (how) => {
      const start = performance.now()
      const clientCertificate = secret.kind === 'certificate' ? secret : null
      const signal = how.signal ?? running.signal
      const reached = await services.upstream.connect({ endpoint, clientCertificate, signal }, how)
      lease.reached = resourceHopOf(reached, { endpoint, connectMs: performance.now() - start, now: services.now() })
      return reached
    },
    activity: running.activity,
    cancels: services.cancels.scope(binding.session, binding.credential),
    signal: running.signal,
    now: services.now,
  }
  try {
    return await adapter.serve(connection)
  } catch (error) {
    running.logger.warn({ event: 'connection.failed', error }, 'an adapter failed')
    return { reason: 'internal', bytesUp: 0, bytesDown: 0 }
  }
}

/** The adapter says what it was; where it could not, that it is over is still recorded. */
const recordClosed = async (
  activity: ConnectionActivity,
  { end, durationMs, services, logger }: { end: ConnectionEnd; durationMs: number; services: ConnectionServices; logger: Logger },
): Promise<void> => {
  if (!activity.isOpen) return
  const { reason, bytesUp, bytesDown } = end
  const at = new Date(services.now()).toISOString()
  try {
    await activity.record({ kind: 'connection.closed', at, reason: reason.slice(0, 64), bytesUp, bytesDown, durationMs })
  } catch (error) {
    logger.warn({ event: 'recording.failed', error }, 'the end of a connection could not be recorded')
  }
}

/**
 * Whatever the adapter left: what it wrote gets out, and the client gets the time to end its side, too. A reset would take
 * unread bytes, such as the reason of the end, away from it.
 */
const closeStream = async (stream: Duplex): Promise<void> => {
  if (stream.destroyed) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => stream.destroy(), END_GRACE)
    stream.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    stream.on('error', () => undefined)
    stream.resume()
    stream.end()
  })
}
