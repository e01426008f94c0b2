/**
 * All leases of this gateway. Each ends once: by its time, by revocation, or because the gateway stops; then its connections
 * are closed, its credential is overwritten, and its end is reported.
 */
import { errorTable, type ErrorCode, type Revocation, SallyportError } from '@sallyport/protocol'
import type { EndReason } from '../adapters/adapter.ts'
import { wipeSecret } from './credentials/leased-secret.ts'
import type { Lease } from './lease.ts'
import { codeOfRevocation, subjectsOf } from './standing.ts'
import { inBackground } from '../in-background.ts'

/** setTimeout takes no longer time; a lease lasts an hour at most. */
const LONGEST_TIMER = 2 ** 31 - 1

export const endReason = (code: ErrorCode): EndReason => ({ code, message: errorTable[code].text })

export interface LeaseTableOptions {
  readonly gateway: string
  readonly now: () => number
  /** Leases of one session at a time. */
  readonly maxPerSession: number
  /** What those see whose lease was not renewed in time. */
  readonly expiryCode: () => ErrorCode
  /** Told of each end, once. */
  readonly onEnd: (lease: Lease, reason: EndReason) => void
  readonly onExtended: (lease: Lease) => void
}

export class LeaseTable {
  readonly #options: LeaseTableOptions
  readonly #leases = new Map<string, Lease>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #perSession = new Map<string, number>()

  constructor(options: LeaseTableOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#leases.size
  }

  get connections(): number {
    let count = 0
    for (const lease of this.#leases.values()) count += lease.connections.size
    return count
  }

  /** Throws `limit_reached`. */
  checkRoom(session: string): void {
    if ((this.#perSession.get(session) ?? 0) >= this.#options.maxPerSession) throw new SallyportError('limit_reached')
  }

  /**
   * Adds a lease, whose secret belongs to the table from now on. If the vault answered with the id of one that lives here, that
   * one is extended and kept, with its connections. Throws `lease_ended` for one that is over already.
   */
  add(lease: Lease): Lease {
    const known = this.#leases.get(lease.id)
    if (known !== undefined) {
      wipeSecret(lease.secret)
      known.refused = false
      this.extend(known, lease.expiresAt, lease.decidedAt)
      return known
    }
    if (lease.expiresAt <= this.#options.now()) {
      wipeSecret(lease.secret)
      throw new SallyportError('lease_ended')
    }
    this.#leases.set(lease.id, lease)
    const { session } = lease.binding
    this.#perSession.set(session, (this.#perSession.get(session) ?? 0) + 1)
    this.#arm(lease)
    return lease
  }

  /**
   * A lease of this session to connect under; somebody else's is as unknown as none. Throws `lease_unknown`, and `lease_ended` for one
   * whose credential the resource refused.
   */
  find(id: string, session: string): Lease {
    const lease = this.findIfLive(id, session)
    if (lease === null) throw new SallyportError('lease_unknown')
    if (lease.refused) throw new SallyportError('lease_ended')
    return lease
  }

  findIfLive(id: string, session: string): Lease | null {
    const lease = this.#leases.get(id)
    return lease === undefined || lease.binding.session !== session ? null : lease
  }

  extend(lease: Lease, expiresAt: number, decidedAt: number): void {
    if (lease.ended !== null) return
    lease.expiresAt = Math.max(lease.expiresAt, expiresAt)
    lease.decidedAt = Math.max(lease.decidedAt, decidedAt)
    this.#arm(lease)
    this.#options.onExtended(lease)
  }

  /** Ends one lease; resolves when its connections are closed. */
  async end(lease: Lease, reason: EndReason): Promise<void> {
    if (lease.ended !== null) return
    lease.ended = reason
    clearTimeout(this.#timers.get(lease.id))
    this.#timers.delete(lease.id)
    this.#leases.delete(lease.id)
    this.#forgetOneOf(lease.binding.session)
    const connections = [...lease.connections]
    for (const connection of connections) connection.end(reason)
    wipeSecret(lease.secret)
    this.#options.onEnd(lease, reason)
    await Promise.all(connections.map((connection) => connection.closed))
  }

  /** Ends every lease that a revocation concerns and that was decided before it. */
  async revoke(revocations: readonly Revocation[]): Promise<void> {
    const ends: Promise<void>[] = []
    const bySubject = new Map(revocations.map((each) => [`${each.subject.kind} ${each.subject.id}`, each]))
    for (const lease of [...this.#leases.values()]) {
      for (const { kind, id } of subjectsOf(lease.binding, this.#options.gateway)) {
        const revocation = bySubject.get(`${kind} ${id}`)
        if (revocation === undefined || revocation.number <= lease.decidedAt) continue
        ends.push(this.end(lease, endReason(codeOfRevocation(revocation))))
        break
      }
    }
    await Promise.all(ends)
  }

  async endAll(reason: EndReason): Promise<void> {
    await Promise.all([...this.#leases.values()].map((lease) => this.end(lease, reason)))
  }

  #forgetOneOf(session: string): void {
    const left = (this.#perSession.get(session) ?? 1) - 1
    if (left === 0) this.#perSession.delete(session)
    else this.#perSession.set(session, left)
  }

  #arm(lease: Lease): void {
    clearTimeout(this.#timers.get(lease.id))
    const wait = Math.min(Math.max(0, lease.expiresAt - this.#options.now()), LONGEST_TIMER)
    const timer = setTimeout(() => this.#onTime(lease), wait)
    timer.unref()
    this.#timers.set(lease.id, timer)
  }

  #onTime(lease: Lease): void {
    // The clock may have been set back since the timer began.
    if (lease.expiresAt > this.#options.now()) this.#arm(lease)
    else inBackground(this.end(lease, endReason(this.#options.expiryCode())))
  }
}
