/**
 * From a ticket to a lease: one signed request with a fresh key for each, whose answer is checked before anything is opened.
 * Tickets of one session for one credential that come at the same time share one unlock.
 */
import {
  fromBase64url,
  generateSealingKeyPair,
  type LeaseAnswer,
  leaseRequest,
  SallyportError,
  signStatement,
  type Signer,
  type StreamHead,
  type Ticket,
  toBase64url,
} from '@sallyport/protocol'
import type { GatewayApi } from '../control/api.ts'
import type { DeviceCounters } from './device-counters.ts'
import { wipeSecret, type Lease } from './lease.ts'
import { checkBinding, checkReceipt, openCredential } from './lease-answer.ts'
import type { LeaseTable } from './lease-table.ts'
import type { SessionPeer } from './peer.ts'
import { checkTicket } from './statement-checks.ts'
import type { Standing } from './standing.ts'

/** Unlocks at the same time: of one session, and of all. */
const MAX_PER_SESSION = 32
const MAX_TOGETHER = 512

export interface UnlocksOptions {
  readonly organization: string
  readonly gateway: string
  readonly signer: Signer
  readonly api: Pick<GatewayApi, 'requestLease'>
  readonly leases: LeaseTable
  readonly standing: Standing
  readonly counters: DeviceCounters
  /** DER of the keys under which a receipt is believed. */
  readonly receiptKeys: () => readonly Uint8Array[]
  /** Fetches the trust bundle anew: a receipt may come under a key that was made since. */
  readonly refreshTrust: () => Promise<void>
  readonly now: () => number
  readonly newId: () => string
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
    const { api, counters, standing, leases } = this.#options
    const recipient = await generateSealingKeyPair()
    const request = await this.#sign(head.ticket, { recipient: recipient.publicKey, clientAddress })
    const answer = await api.requestLease(request)
    // After the vault: it has to learn of a copy that is behind, and cuts both.
    counters.check(ticket.session, ticket.deviceState.counter)
    counters.advance(ticket.session, ticket.deviceState.counter)
    await checkBinding(answer, ticket)
    standing.checkLease(answer.binding, answer.revocation)
    await this.#checkReceipt(answer)
    const share = fromBase64url(head.share)
    const secret = await openCredential(answer, { privateKey: recipient.privateKey, share, jti: ticket.jti }).finally(() =>
      share.fill(0),
    )
    try {
      // Again: what was revoked while the credential was being opened must not slip through.
      standing.checkLease(answer.binding, answer.revocation)
    } catch (error) {
      wipeSecret(secret)
      throw error
    }
    standing.learn(answer.binding, answer.revocation)
    return leases.add(toLease(answer, secret))
  }

  #sign(ticket: string, fresh: { readonly recipient: Uint8Array; readonly clientAddress: string }): Promise<string> {
    const { organization, gateway, signer, now, newId } = this.#options
    const payload = {
      version: 1 as const,
      organization,
      gateway,
      ticket,
      recipient: toBase64url(fresh.recipient),
      jti: newId(),
      issuedAt: now(),
      clientAddress: fresh.clientAddress,
    }
    return signStatement(leaseRequest, payload, [signer])
  }

  async #checkReceipt(answer: LeaseAnswer): Promise<void> {
    const { receiptKeys, refreshTrust } = this.#options
    try {
      await checkReceipt(answer, receiptKeys())
    } catch {
      await refreshTrust()
      await checkReceipt(answer, receiptKeys())
    }
  }
}

const toLease = (answer: LeaseAnswer, secret: Lease['secret']): Lease => ({
  id: answer.binding.lease,
  binding: answer.binding,
  endpoint: answer.endpoint,
  options: answer.options,
  userName: answer.userName,
  databases: answer.databases,
  sessionLabel: answer.sessionLabel,
  secret,
  connections: new Set(),
  expiresAt: answer.binding.expiresAt,
  decidedAt: answer.revocation,
  refused: false,
  ended: null,
})
