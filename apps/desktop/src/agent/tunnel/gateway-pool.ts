/** The gateways of the organization, and which of them to take for a site. */
import type { GatewayEntry, TrustBundle } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { LiveSession } from '../session/live-session.ts'
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
    const entries = new Map(trust.gateways.filter(isDialled).map((entry) => [entry.id, entry]))
    for (const [id, link] of this.#links) {
      if (entries.has(id)) continue
      link.close()
      this.#links.delete(id)
    }
    for (const entry of entries.values()) {
      const known = this.#links.get(entry.id)
      if (known !== undefined) known.update(entry)
      else this.#links.set(entry.id, new GatewayLink({ entry, ...this.#options }))
    }
    this.keep(this.#sites)
    this.#options.onChange()
  }

  /** Best first: connected before not, then those that did not fail just now, then the nearest. */
  candidates(site: string): readonly GatewayLink[] {
    const now = performance.now()
    const rank = (link: GatewayLink): readonly number[] => [
      link.connected ? 0 : 1,
      now - link.failedAt < AVOIDED ? 1 : 0,
      link.roundTripMs ?? Number.MAX_SAFE_INTEGER,
    ]
    return this.links
      .filter(({ entry }) => entry.sites.includes(site))
      .sort((left, right) => compare(rank(left), rank(right)) || left.entry.id.localeCompare(right.entry.id))
  }

  /** Connects to what these sites will need, so that the first tool does not wait for it. */
  keep(sites: ReadonlySet<string>): void {
    this.#sites = sites
    for (const site of sites) for (const link of this.candidates(site).slice(0, KEPT_PER_SITE)) link.keep()
  }

  renew(): void {
    for (const link of this.links) link.renew()
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
}

/** Relays dial out themselves: clients reach them through a gateway. */
const isDialled = (entry: GatewayEntry): boolean => entry.kind === 'gateway' && entry.address !== null

const compare = (left: readonly number[], right: readonly number[]): number => {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
