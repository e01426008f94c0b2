/** The gateway's own certificate: renewed at half of its life or on demand, without a connection being dropped. */
import { Backoff, pause } from '@sallyport/program'
import { type GatewayApi } from './api.ts'
import type { GatewayKey } from './gateway-key.ts'
import { chainToPem, leafValidity, type Membership, saveMembership } from './membership.ts'
import type { Trust } from './trust.ts'

/** A look at the clock at least so often, in milliseconds: a machine that slept must not miss the half life. */
const LONGEST_PAUSE = 60_000

export interface CertificateOptions {
  readonly membership: Membership
  readonly membershipFile: string
  readonly key: GatewayKey
  readonly trust: Trust
  readonly api: () => GatewayApi
  readonly version: string
  readonly now: () => number
  readonly onRenewed: (expiresAt: number) => void
  readonly onFailure: (error: unknown) => void
}

export class OwnCertificate {
  readonly #options: CertificateOptions
  readonly #stopping = new AbortController()
  readonly #backoff = new Backoff({ firstMs: 1_000, longestMs: 300_000 })
  #certificates: readonly string[]
  #chain: string
  #running: Promise<void> | null = null
  #renewing: Promise<void> | null = null

  constructor(options: CertificateOptions) {
    this.#options = options
    this.#certificates = options.membership.certificates
    this.#chain = chainToPem(this.#certificates)
  }

  /** PEM, leaf first. */
  get chain(): string {
    return this.#chain
  }

  get expiresAt(): number {
    return leafValidity(this.#certificates).until
  }

  start(): void {
    this.#running ??= this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([this.#running, this.#renewing])
  }

  /** Renews it now. Never rejects: what failed is told, and tried again at half of its life. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renew()
      .then(() => this.#backoff.reset())
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted) this.#options.onFailure(error)
      })
      .finally(() => {
        this.#renewing = null
      })
    return this.#renewing
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const { from, until } = leafValidity(this.#certificates)
      const wait = (from + until) / 2 - this.#options.now()
      if (wait > 0) await pause(Math.min(wait, LONGEST_PAUSE), signal)
      else await this.#tryToRenew(signal)
    }
  }

  async #tryToRenew(signal: AbortSignal): Promise<void> {
    const before = this.#certificates
    await this.renew()
    if (this.#certificates === before) await this.#backoff.wait(signal)
  }

  async #renew(): Promise<void> {
    const { api, key, version, trust, membership, membershipFile, onRenewed } = this.#options
    const material = await api().renewCertificate({ csr: key.certificateRequest(), version })
    await trust.accept(material.trustBundle)
    await saveMembership(membershipFile, { ...membership, certificates: material.certificates })
    this.#certificates = material.certificates
    this.#chain = chainToPem(material.certificates)
    onRenewed(this.expiresAt)
  }
}
