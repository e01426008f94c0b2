/** The leases that this session holds: by credential and gateway, with the connections that stand on them. */
export interface LeaseKey {
  readonly credential: string
  readonly gateway: string
}

export interface Lease extends LeaseKey {
  readonly id: string
  /** Milliseconds since 1970. */
  grantedAt: number
  expiresAt: number
  connections: number
}

/** A lease this near its end is not resumed: it may be over when the gateway reads it. Milliseconds. */
const MARGIN = 1_000
/** A gateway whose clock is behind ours seems to give leases that end at once. */
const SHORTEST = 10_000

const keyOf = ({ credential, gateway }: LeaseKey): string => `${credential} ${gateway}`

export class Leases {
  readonly #current = new Map<string, Lease>()
  /** Also those that were replaced and still carry connections. */
  readonly #all = new Map<string, Lease>()

  /** The one to resume; null when there is none that lasts. */
  find(key: LeaseKey): Lease | null {
    const lease = this.#current.get(keyOf(key))
    return lease !== undefined && lease.expiresAt - MARGIN > Date.now() ? lease : null
  }

  byId(id: string): Lease | null {
    return this.#all.get(id) ?? null
  }

  /** What the gateway answered: a new lease, or one we know, perhaps with another end. */
  note(key: LeaseKey, answer: { readonly id: string; readonly expiresAt: number }): Lease {
    this.#forgetEnded()
    const now = Date.now()
    const expiresAt = Math.max(answer.expiresAt, now + SHORTEST)
    const known = this.#all.get(answer.id)
    if (known !== undefined) {
      if (expiresAt > known.expiresAt) this.extend(known, expiresAt)
      return known
    }
    const lease: Lease = { ...key, id: answer.id, grantedAt: now, expiresAt, connections: 0 }
    this.#all.set(lease.id, lease)
    this.#current.set(keyOf(key), lease)
    return lease
  }

  extend(lease: Lease, expiresAt: number): void {
    lease.grantedAt = Date.now()
    lease.expiresAt = expiresAt
  }

  drop(lease: Lease): void {
    this.#all.delete(lease.id)
    if (this.#current.get(keyOf(lease)) === lease) this.#current.delete(keyOf(lease))
  }

  /** Those at a gateway that carry connections. */
  inUse(gateway: string): readonly Lease[] {
    return [...this.#all.values()].filter((lease) => lease.gateway === gateway && lease.connections > 0)
  }

  /** Gateways at which this credential has connections, with a lease of each. */
  gatewaysOf(credential: string): readonly Lease[] {
    const leases = [...this.#all.values()].filter((lease) => lease.credential === credential && lease.connections > 0)
    return [...new Map(leases.map((lease) => [lease.gateway, lease])).values()]
  }

  clear(): void {
    this.#all.clear()
    this.#current.clear()
  }

  #forgetEnded(): void {
    const now = Date.now()
    for (const lease of this.#all.values()) if (lease.connections === 0 && lease.expiresAt < now) this.drop(lease)
  }
}
