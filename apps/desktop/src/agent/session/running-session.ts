/** One session while it lives: its signed calls, renewal, event socket and end. Made anew by each sign-in and each start. */
import { type AgentEvent, type DeviceState, SallyportError } from '@sallyport/protocol'
import type { ApiClient } from '@sallyport/protocol/api'
import type { Logger } from 'pino'
import { toPem } from '../identity/certificates.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { atInstant, type InstantTimer } from '../program/timer.ts'
import { type ApiConnection, openApi } from './api-connection.ts'
import { DeviceStateGate } from './device-state-gate.ts'
import { endsSession } from '../../shared/session-ends.ts'
import { EventSocket } from './event-socket.ts'
import { type LiveSession, liveSession } from './live-session.ts'
import { Renewal } from './renewal.ts'
import { apiRootsOf, followTrust } from './trust.ts'

/** A server that does not answer must not keep a person from signing out, milliseconds. */
const LEAVE_LIMIT = 5_000

export interface RunningSessionOptions {
  readonly identity: IdentityStore
  readonly live: LiveSession
  /** False: taken up again after a start, and to be renewed before anything is opened under it. */
  readonly fresh: boolean
  readonly logger: Logger
  readonly onReachable: () => void
  readonly onRenewed: () => void
  readonly onEvent: (topic: AgentEvent['topic']) => void
  /** Once: by the API or by its time. */
  readonly onEnded: (error: SallyportError) => void
}

export class RunningSession {
  readonly gate: DeviceStateGate
  readonly #options: RunningSessionOptions
  readonly #api: ApiConnection
  readonly #renewal: Renewal
  readonly #events: EventSocket
  readonly #expiry: InstantTimer
  readonly #stop = new AbortController()
  #live: LiveSession
  #confirmed: boolean
  #leaving = false
  #ended = false

  constructor(options: RunningSessionOptions) {
    this.#options = options
    this.#live = options.live
    this.#confirmed = options.fresh
    const { identity, logger, live } = options
    const signers = () => this.#live.callSigners
    const { api: origin } = live.enrolment
    const roots = apiRootsOf(live.enrolment)
    this.#api = openApi({ origin, roots, signers, onReachable: options.onReachable })
    this.gate = new DeviceStateGate({ current: () => currentState(identity) })
    this.#renewal = new Renewal({
      identity,
      api: this.#api,
      gate: this.gate,
      logger,
      onRenewed: () => this.#renewed(),
      onRefused: (error) => this.#end(error),
    })
    this.#events = new EventSocket({
      origin,
      ca: roots === null ? undefined : toPem(roots),
      signers,
      logger,
      onOpen: () => {
        this.#api.noteReachable(true)
        options.onEvent('credentials')
      },
      onLost: () => this.#api.noteReachable(false),
      onEvent: ({ topic }) => this.#onEvent(topic),
      onEnded: (error) => this.#end(error),
    })
    const expired = () => this.#end(new SallyportError('session_expired'))
    this.#expiry = atInstant(live.stored.expiresAt, expired)
  }

  get live(): LiveSession {
    return this.#live
  }

  get reachable(): boolean {
    return this.#api.reachable
  }

  /** Aborts when the session is over, here or there; its reason is the coded error that ended it, if one did. */
  get signal(): AbortSignal {
    return this.#stop.signal
  }

  /** A session taken up again is renewed first, which shows the API whether this is still the device it knows. */
  start(): void {
    this.#events.start()
    if (this.#confirmed) this.#renewal.schedule()
    else this.#renewal.begin()
  }

  /** Throws `api_unreachable` while a session that was taken up again could not be renewed yet. */
  async confirm(): Promise<void> {
    if (!this.#confirmed) await this.#renewal.now()
    if (!this.#confirmed) throw new SallyportError('api_unreachable')
  }

  /** Shows a new certificate from now on; connections go on. Throws why the session ended, or `api_unreachable`. */
  async renew(): Promise<void> {
    const before = this.#live.stored.certifiedAt
    await this.#renewal.now()
    const ended: unknown = this.signal.reason
    if (ended instanceof SallyportError) throw ended
    if (this.#live.stored.certifiedAt === before) throw new SallyportError('api_unreachable')
  }

  /** A signed call. A refusal that ends the session does so. */
  readonly call: ApiClient['call'] = async (name, ...rest) => {
    try {
      return await this.#api.call(name, ...rest)
    } catch (error) {
      if (error instanceof SallyportError && endsSession(error.code) && !isOwnRefusal(name)) this.#end(error)
      throw error
    }
  }

  /** The computer slept, or the network changed. */
  refresh(): void {
    this.#events.refresh()
    const { certifiedAt, certificateExpiresAt } = this.#live.stored
    if (Date.now() > (certifiedAt + certificateExpiresAt) / 2) this.#renewal.begin()
  }

  /** Ends it at the API, if that answers in time, and here. That it ended, which the API may tell before it answers, is no news. */
  async leave(): Promise<void> {
    this.#leaving = true
    try {
      await this.call('endSession', {}, { signal: AbortSignal.timeout(LEAVE_LIMIT) })
    } catch (error) {
      this.#options.logger.warn({ event: 'session.end-untold', error }, 'the API was not told that a session ended')
    }
    this.stop()
  }

  /** Ends it here. */
  stop(reason?: SallyportError): void {
    this.#ended = true
    this.#stop.abort(reason)
    this.#renewal.stop()
    this.#events.stop()
    this.#expiry.clear()
    this.#api.close()
  }

  #end(error: SallyportError): void {
    if (this.#ended || this.#leaving) return
    this.stop(error)
    this.#options.onEnded(error)
  }

  async #renewed(): Promise<void> {
    this.#confirmed = true
    await this.#reload()
    this.#options.onRenewed()
  }

  async #reload(): Promise<void> {
    const live = await liveSession(this.#options.identity.document)
    if (live !== null && !this.#ended) this.#live = live
  }

  #onEvent(topic: AgentEvent['topic']): void {
    if (topic === 'trust-bundle') this.#fetchTrust().catch((error: unknown) => this.#warn('trust.failed', error))
    // Whatever happened to the session: a call tells whether it still stands.
    if (topic === 'session') this.call('getMe').catch((error: unknown) => this.#warn('session.unchecked', error))
    this.#options.onEvent(topic)
  }

  async #fetchTrust(): Promise<void> {
    const { trustBundle } = await this.call('getTrustBundle')
    const { identity } = this.#options
    const { enrolment } = identity.document
    if (enrolment === null) return
    const followed = await followTrust(enrolment, trustBundle)
    if (followed === enrolment) return
    await identity.change(() => ({ enrolment: followed }))
    await this.#reload()
    this.#options.onRenewed()
  }

  #warn(event: string, error: unknown): void {
    if (!this.#ended) this.#options.logger.warn({ event, error }, 'a call in the background failed')
  }
}

/** Calls whose refusal speaks of something else than this session. */
const isOwnRefusal = (route: string): boolean => route === 'changePassword'

const currentState = (identity: IdentityStore): DeviceState => {
  const { deviceState } = identity.document
  if (deviceState === null) throw new SallyportError('session_unknown')
  return deviceState
}
