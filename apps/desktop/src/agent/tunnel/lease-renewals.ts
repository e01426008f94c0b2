/** Renews leases that carry connections, at half of their time, all of one gateway with one signed message. */
import { Backoff } from '@sallyport/program'
import { type LeaseRenewalAnswer, SallyportError } from '@sallyport/protocol'
import type { Logger } from 'pino'
import { atInstant, type InstantTimer } from '../program/timer.ts'
import type { RunningSession } from '../session/running-session.ts'
import type { GatewayLink } from './gateway-link.ts'
import { openStream } from './head-exchange.ts'
import type { Leases } from './leases.ts'
import { makeRenewal } from './statements.ts'

/** In one message. */
const MAX_LEASES = 1000
/** Leases that are due this soon after another go with it, milliseconds. */
const TOGETHER = 5_000

export interface LeaseRenewalsOptions {
  readonly session: Pick<RunningSession, 'live' | 'gate'>
  readonly leases: Leases
  readonly link: (gateway: string) => GatewayLink | null
  readonly logger: Logger
}

export class LeaseRenewals {
  readonly #options: LeaseRenewalsOptions
  readonly #timers = new Map<string, InstantTimer>()
  readonly #backoffs = new Map<string, Backoff>()
  readonly #running = new Set<string>()
  #stopped = false

  constructor(options: LeaseRenewalsOptions) {
    this.#options = options
  }

  /** To be called when a lease came, or got its first connection. */
  schedule(gateway: string): void {
    const leases = this.#options.leases.inUse(gateway)
    if (leases.length === 0) return
    this.#at(gateway, Math.min(...leases.map(({ grantedAt, expiresAt }) => grantedAt + (expiresAt - grantedAt) / 2)))
  }

  stop(): void {
    this.#stopped = true
    for (const timer of this.#timers.values()) timer.clear()
  }

  #at(gateway: string, instant: number): void {
    this.#timers.get(gateway)?.clear()
    if (this.#stopped) return
    this.#timers.set(
      gateway,
      atInstant(instant, () => this.#run(gateway)),
    )
  }

  #run(gateway: string): void {
    if (this.#running.has(gateway)) return
    this.#running.add(gateway)
    this.#renew(gateway)
      .then(
        () => {
          this.#backoffs.delete(gateway)
          this.#running.delete(gateway)
          this.schedule(gateway)
        },
        (error: unknown) => {
          this.#running.delete(gateway)
          this.#failed(gateway, error)
        },
      )
      .catch((error: unknown) => this.#options.logger.error({ event: 'leases.failed', error }, 'leases could not be scheduled'))
  }

  #failed(gateway: string, error: unknown): void {
    if (this.#stopped) return
    this.#options.logger.warn({ event: 'leases.not-renewed', gateway, error }, 'leases could not be renewed')
    const backoff = this.#backoffs.get(gateway) ?? new Backoff({ firstMs: 2_000, longestMs: 20_000 })
    this.#backoffs.set(gateway, backoff)
    if (this.#options.leases.inUse(gateway).length > 0) this.#at(gateway, Date.now() + backoff.next())
  }

  async #renew(gateway: string): Promise<void> {
    const { session, leases, link } = this.#options
    const soon = Date.now() + TOGETHER
    const due = leases
      .inUse(gateway)
      .filter(({ grantedAt, expiresAt }) => grantedAt + (expiresAt - grantedAt) / 2 <= soon)
      .slice(0, MAX_LEASES)
    if (due.length === 0) return
    const mux = await link(gateway)?.session()
    if (mux === undefined) throw new SallyportError('gateway_unreachable')
    const answer = await session.gate.use(async (state) => {
      const renewal = await makeRenewal(session.live, state, { gateway, leases: due.map(({ id }) => id) })
      const { stream, answer: granted } = await openStream(mux, { head: { type: 'renew', renewal } })
      stream.end()
      stream.resume()
      return granted
    })
    this.#apply(answer.renewal)
  }

  #apply(renewal: LeaseRenewalAnswer | undefined): void {
    const { leases, logger } = this.#options
    for (const state of renewal?.leases ?? []) {
      const lease = leases.byId(state.id)
      if (lease === null) continue
      if (state.state === 'renewed') {
        leases.extend(lease, state.expiresAt)
        continue
      }
      logger.info({ event: 'lease.ended', lease: state.id, code: state.code }, 'a lease ended')
      leases.drop(lease)
    }
  }
}
