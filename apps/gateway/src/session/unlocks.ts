/**
 * From a ticket to a lease: one signed request with a fresh key for each, whose answer is checked before anything is opened.
 * Tickets of one session for one credential that come at the same time share one unlock.
 */
import { type LeaseAnswer, SallyportError, type StreamHead, type Ticket } from '@sallyport/protocol'
import type { StoreHolds } from '../stores/holds.ts'
import type { SecretStores } from '../stores/secret-stores.ts'
import type { DeviceCounters } from './device-counters.ts'
import { wipeSecret } from './credentials/leased-secret.ts'
import { openReleased, type OpenedRelease } from './credentials/open-released.ts'
import type { Lease } from './lease.ts'
import { checkBinding } from './lease-answer.ts'
import type { LeaseTable } from './lease-table.ts'
import type { SessionPeer } from './peer.ts'
import { checkTicket } from './statement-checks.ts'
import type { Standing } from './standing.ts'
import type { VaultRequests } from './vault-requests.ts'

/** Unlocks at the same time: of one session, and of all. */
const MAX_PER_SESSION = 32
const MAX_TOGETHER = 512

export interface UnlocksOptions {
  readonly organization: string
  readonly gateway: string
  readonly vault: VaultRequests
  readonly leases: LeaseTable
  readonly standing: Standing
  readonly counters: DeviceCounters
  readonly stores: Pick<SecretStores, 'fetch'>
  readonly holds: Pick<StoreHolds, 'keep' | 'letGo'>
  /** The vault decided on a lease that comes to nothing here: its credential could not be opened or fetched. */
  readonly onAbandoned: (lease: string, error: unknown) => void
  readonly now: () => number
}

type OpenHead = Extract<StreamHead, { type: 'open' }>

export class Unlocks {
  readonly #options: UnlocksOptions
  readonly #running = new Map<string, Promise<Lease>>()
  readonly #perSession = new Map<string, number>()

  constructor(options: UnlocksOptions) {
    this.#options = options
  }

  /** Throws the code of the first check that fails, or what the API refuses with. */
  async open(peer: SessionPeer, head: OpenHead): Promise<Lease> {
    const { organization, gateway, now, leases, standing } = this.#options
    const ticket = await checkTicket(head.ticket, { peer, recipient: { organization, gateway, now: now() } })
    standing.checkSession(ticket.session)
    const key = `${ticket.session} ${ticket.credential}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    leases.checkRoom(ticket.session)
    const unlock = this.#counted(ticket.session, () => this.#unlock(ticket, head, peer.address))
    this.#running.set(key, unlock)
    try {
      return await unlock
    } finally {
      this.#running.delete(key)
    }
  }

  async #counted(session: string, unlock: () => Promise<Lease>): Promise<Lease> {
    const own = this.#perSession.get(session) ?? 0
    if (own >= MAX_PER_SESSION || this.#running.size >= MAX_TOGETHER) throw new SallyportError('rate_limited')
    this.#perSession.set(session, own + 1)
    try {
      return await unlock()
    } finally {
      const left = (this.#perSession.get(session) ?? 1) - 1
      if (left === 0) this.#perSession.delete(session)
      else this.#perSession.set(session, left)
    }
  }

  async #unlock(ticket: Ticket, head: OpenHead, clientAddress: string): Promise<Lease> {
    const { vault, counters, standing, leases, stores, holds, onAbandoned } = this.#options
    const { answer, privateKey } = await vault.ask(head.ticket, clientAddress)
    // After the vault: it has to learn of a copy that is behind, and cuts both.
    counters.check(ticket.session, ticket.deviceState.counter)
    counters.advance(ticket.session, ticket.deviceState.counter)
    await checkBinding(answer, ticket)
    standing.checkLease(answer.binding, answer.revocation)
    await vault.checkReceipt(answer)
    const { lease } = answer.binding
    const opened = await openReleased(answer, { privateKey, share: head.share, jti: ticket.jti }, stores).catch(
      (error: unknown) => {
        onAbandoned(lease, error)
        throw error
      },
    )
    try {
      // Again: what was revoked while the credential was being opened must not slip through.
      standing.checkLease(answer.binding, answer.revocation)
      standing.learn(answer.binding, answer.revocation)
      const added = leases.add(toLease(answer, opened))
      if (opened.hold !== null && added.secret === opened.secret) holds.keep(lease, opened.hold)
      else if (opened.hold !== null) holds.letGo(lease, opened.hold)
      return added
    } catch (error) {
      wipeSecret(opened.secret)
      if (opened.hold !== null) holds.letGo(lease, opened.hold)
      throw error
    }
  }
}

const toLease = (answer: LeaseAnswer, { secret, userName }: OpenedRelease): Lease => ({
  id: answer.binding.lease,
  binding: answer.binding,
  endpoint: answer.endpoint,
  options: answer.options,
  recording: answer.recording,
  userName,
  databases: answer.databases,
  sessionLabel: answer.sessionLabel,
  secret,
  exclusive: answer.exclusive,
  connections: new Set(),
  expiresAt: answer.binding.expiresAt,
  decidedAt: answer.revocation,
  refused: false,
  reached: null,
  ended: null,
})
