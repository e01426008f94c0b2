/** The gateways and relays of the organization, and which of them to take for a site. */
import { forwardingGateways, type GatewayEntry, type TrustBundle } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { LiveSession } from '../session/live-session.ts'
import { type Dial, dialGateway, dialRelay } from './dial.ts'
import { GatewayLink } from './gateway-link.ts'

/** Gateways kept connected for each site: the one in use and one to fall back on. */
const KEPT_PER_SITE = 2
/** A gateway that failed is asked last for this time, milliseconds. */
const AVOIDED = 30_000

export interface GatewayPoolOptions {
  readonly live: () => LiveSession
  readonly logger: Logger
  readonly onChange: () => void
}

export class GatewayPool {
  readonly #options: GatewayPoolOptions
  readonly #links = new Map<string, GatewayLink>()
  #sites: ReadonlySet<string> = new Set()
  /** When a gateway did not have a relay, by `performance.now()`; by their two ids. */
  readonly #missed = new Map<string, number>()
  readonly #dialRelay: Dial = dialRelay({
    gateways: (relay) => this.#gatewaysTo(relay),
    onFailed: (relay, gateway) => this.#missed.set(`${relay} ${gateway}`, performance.now()),
  })

  constructor(options: GatewayPoolOptions) {
    this.#options = options
  }

  get links(): readonly GatewayLink[] {
    return [...this.#links.values()]
  }

  find(gateway: string): GatewayLink | null {
    return this.#links.get(gateway) ?? null
  }

  /** Takes up the bundle's gateways; connections to those that are no longer in it end. */
  update(trust: TrustBundle): void {
    // Of a gateway without an address nobody could dial anything.
    const entries = new Map(
      trust.gateways.filter(({ kind, address }) => kind === 'relay' || address !== null).map((entry) => [entry.id, entry]),
    )
    for (const [id, link] of this.#links) {
      if (entries.has(id)) continue
      link.close()
      this.#links.delete(id)
    }
    for (const entry of entries.values()) {
      const known = this.#links.get(entry.id)
      if (known !== undefined) known.update(entry)
      else this.#links.set(entry.id, this.#link(entry))
    }
    this.keep(this.#sites)
    this.#options.onChange()
  }

  /** Those that serve the site, relays too. Best first: those that did not fail just now, then the connected, then the nearest. */
  candidates(site: string): readonly GatewayLink[] {
    return sorted(
      this.links.filter(({ entry }) => entry.sites.includes(site)),
      ({ failedAt }) => failedAt,
    )
  }

  /** Connects to what these sites will need, so that the first tool does not wait for it. */
  keep(sites: ReadonlySet<string>): void {
    this.#sites = sites
    for (const site of sites) for (const link of this.candidates(site).slice(0, KEPT_PER_SITE)) link.keep()
  }

  /** Relays after the gateways through which they are reached. */
  renew(): void {
    const relays = this.links.filter((link) => !isGateway(link))
    const renewed = Promise.all(this.links.filter(isGateway).map((link) => link.renew()))
    this.#watch(renewed.then(() => Promise.all(relays.map((link) => link.renew()))))
  }

  async check(): Promise<void> {
    await Promise.all(this.links.map((link) => link.check()))
  }

  retire(): void {
    for (const link of this.links) link.retire()
  }

  close(): void {
    for (const link of this.links) link.close()
    this.#links.clear()
  }

  #link(entry: GatewayEntry): GatewayLink {
    const dial = entry.kind === 'relay' ? this.#dialRelay : dialGateway
    const link: GatewayLink = new GatewayLink({ entry, dial, ...this.#options, onGoingAway: () => this.#leave(link) })
    return link
  }

  /** Gateways that may have the relay: those that had it not just now come last. */
  #gatewaysTo(relay: string): readonly GatewayLink[] {
    const forwarding = forwardingGateways(this.#options.live().trust).flatMap(({ id }) => this.find(id) ?? [])
    const missed = ({ entry }: GatewayLink): number => this.#missed.get(`${relay} ${entry.id}`) ?? -Infinity
    return sorted(forwarding, (link) => Math.max(link.failedAt, missed(link)))
  }

  /** Relays behind a gateway that takes no new streams are reached through another one from now on. */
  #leave(gateway: GatewayLink): void {
    this.#watch(Promise.all(this.links.filter(({ via }) => via === gateway).map((link) => link.renew())))
  }

  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) =>
      this.#options.logger.error({ event: 'gateways.failed', error }, 'gateways could not be renewed'),
    )
  }
}

const isGateway = ({ entry }: GatewayLink): boolean => entry.kind === 'gateway'

/** Best first; `failedAt` by `performance.now()`. */
const sorted = (links: readonly GatewayLink[], failedAt: (link: GatewayLink) => number): readonly GatewayLink[] => {
  const now = performance.now()
  const rank = (link: GatewayLink): readonly number[] => [
    now - failedAt(link) < AVOIDED ? 1 : 0,
    link.connected ? 0 : 1,
    link.roundTripMs ?? Number.MAX_SAFE_INTEGER,
  ]
  return links.toSorted((left, right) => compare(rank(left), rank(right)) || left.entry.id.localeCompare(right.entry.id))
}

const compare = (left: readonly number[], right: readonly number[]): number => {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
