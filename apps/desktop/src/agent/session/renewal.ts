/** Renews the session's certificate, by itself, at half of its life; each renewal brings the next device state. */
import { Backoff } from '@sallyport/program'
import { SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { readFingerprint } from '../identity/fingerprint.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { certificateRequest } from '../identity/key-pair.ts'
import { atInstant, type InstantTimer } from '../program/timer.ts'
import type { ApiConnection } from './api-connection.ts'
import type { DeviceStateGate } from './device-state-gate.ts'
import { endsSession } from '../../shared/session-ends.ts'
import { materialChange } from './sign-in.ts'
import { followTrust } from './trust.ts'

/** Of the certificate's life: earliest and latest, so that many agents do not come at the same moment. */
const [EARLIEST, LATEST] = [0.45, 0.55]

export interface RenewalOptions {
  readonly identity: IdentityStore
  readonly api: ApiConnection
  readonly gate: DeviceStateGate
  readonly logger: Logger
  /** The new certificate is on disk. */
  readonly onRenewed: () => Promise<void>
  /** The API refused with a code after which the session is over. */
  readonly onRefused: (error: SallyportError) => void
}

export class Renewal {
  readonly #options: RenewalOptions
  readonly #backoff = new Backoff({ firstMs: 2_000, longestMs: 60_000 })
  #timer: InstantTimer | null = null
  #running: Promise<void> | null = null
  #stopped = false

  constructor(options: RenewalOptions) {
    this.#options = options
  }

  /** Waits for half life. */
  schedule(): void {
    const { session } = this.#options.identity.document
    if (session === null) return
    const life = session.certificateExpiresAt - session.certifiedAt
    this.#at(session.certifiedAt + life * (EARLIEST + (LATEST - EARLIEST) * Math.random()))
  }

  /** Renews now, or as soon as the API answers. Resolves after the first attempt, whatever came of it; never rejects. */
  now(): Promise<void> {
    this.#timer?.clear()
    this.#running ??= this.#attempt()
      .catch((error: unknown) => this.#options.logger.error({ event: 'session.renewal-defect', error }, 'a renewal failed'))
      .finally(() => {
        this.#running = null
      })
    return this.#running
  }

  /** The same for those who do not wait. */
  begin(): void {
    this.now().catch(() => {})
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.clear()
  }

  #at(instant: number): void {
    this.#timer?.clear()
    if (this.#stopped) return
    this.#timer = atInstant(instant, () => this.begin())
  }

  async #attempt(): Promise<void> {
    const { gate, logger, onRenewed, onRefused } = this.#options
    try {
      if (!(await gate.renew(() => this.#renew()))) return this.#at(Date.now() + gate.wait)
      this.#backoff.reset()
      logger.info({ event: 'session.renewed' }, 'the session was renewed')
      this.schedule()
      await onRenewed()
    } catch (error) {
      if (this.#stopped) return
      logger.warn({ event: 'session.renewal-failed', error }, 'the session could not be renewed')
      if (error instanceof SallyportError && endsSession(error.code)) onRefused(error)
      else this.#at(Date.now() + this.#backoff.next())
    }
  }

  async #renew(): Promise<void> {
    const { identity, api } = this.#options
    const { session, deviceState, fingerprintSecret } = identity.document
    if (session === null || deviceState === null) throw new SallyportError('session_unknown')
    const [csr, fingerprint] = await Promise.all([certificateRequest(session.key), readFingerprint(fingerprintSecret)])
    const material = await api.call('renewSession', { body: { csr, fingerprint, deviceState } })
    if (this.#stopped) return
    // The device state goes to disk whatever the bundle is like: the API has it already.
    await identity.change((now) => (now.session?.id === session.id ? materialChange(material, session.key) : {}))
    const { enrolment } = identity.document
    if (enrolment === null) throw new SallyportError('session_unknown')
    const followed = await followTrust(enrolment, material.trustBundle)
    if (followed !== enrolment) await identity.change(() => ({ enrolment: followed }))
  }
}
