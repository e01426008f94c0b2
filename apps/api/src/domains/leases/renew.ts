/** Renewals: the agent's own message, signed by both keys, extends its leases at one gateway. `spec/lease.md`. */
import { type LeaseRenewal, leaseRenewal, type LeaseRenewalAnswer, SallyportError } from '@sallyport/protocol'
import type { AuditActor } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { decide } from '../policy/index.ts'
import { lockRevocationNumber } from '../revocations/index.ts'
import { admitClientStatement } from './admit.ts'
import { type Verified, verifyClientStatement } from './client-statement.ts'
import { supersededLeases } from './superseded.ts'
import { leaseExpiry } from './expiry.ts'
import { factsOfLeases } from './lease-facts.ts'

type Outcome = LeaseRenewalAnswer['leases'][number]

export interface RenewalCall {
  readonly organization: string
  /** The gateway that passes it on. */
  readonly gateway: string
  /** The statement as the agent signed it. */
  readonly renewal: string
  /** Seconds. */
  readonly lifetime: number
  /** Milliseconds since 1970. */
  readonly now: number
  /** Runs in a transaction of its own that commits, unless it throws. */
  readonly transaction: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
}

interface LeaseState {
  readonly session: string
  readonly gateway: string
  readonly endCode: string | null
  readonly expiresAt: Date
}

const readStates = async (transaction: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, LeaseState>> => {
  const rows = await transaction.selectFrom('leases').selectAll().where('id', 'in', ids).forUpdate().execute()
  return new Map(
    rows.map((row) => [
      row.id,
      { session: row.session_id, gateway: row.gateway_id, endCode: row.end_code, expiresAt: row.expires_at },
    ]),
  )
}

/** `withdrawn`: it lived until policy was asked just now. */
interface Decided {
  readonly outcome: Outcome
  readonly withdrawn: boolean
}

const past = (id: string, code: string): Decided => ({ outcome: { id, state: 'ended', code }, withdrawn: false })
const withdrawn = (id: string, code: string): Decided => ({ outcome: { id, state: 'ended', code }, withdrawn: true })

/** Why a lease is past renewing, whatever policy says; null when it is not. */
const pastRenewing = (lease: LeaseState | undefined, payload: LeaseRenewal, now: number): string | null => {
  if (lease?.session !== payload.session || lease.gateway !== payload.gateway) return 'lease_unknown'
  if (lease.endCode !== null) return lease.endCode
  return lease.expiresAt.getTime() <= now ? 'lease_ended' : null
}

const decideAll = async (
  transaction: Transaction,
  { payload }: Verified<LeaseRenewal>,
  { lifetime, now }: RenewalCall,
): Promise<Decided[]> => {
  const ids = [...new Set(payload.leases)]
  const states = await readStates(transaction, ids)
  const facts = new Map((await factsOfLeases(transaction, { scope: {}, now, ids })).map((row) => [row.lease, row.facts]))
  const superseded = await supersededLeases(transaction, ids)
  return ids.map((id) => {
    const ended = pastRenewing(states.get(id), payload, now)
    if (ended !== null) return past(id, ended)
    const known = facts.get(id)
    if (!known?.session) return withdrawn(id, 'lease_revoked')
    const decision = decide(known)
    if (!decision.allowed) return withdrawn(id, decision.code)
    const bounds = { now, lifetime, sessionExpiresAt: known.session.expiresAt, until: decision.until }
    const renewed = { id, state: 'renewed' as const, expiresAt: leaseExpiry(bounds) }
    return { outcome: superseded.has(id) ? { ...renewed, superseded: true } : renewed, withdrawn: false }
  })
}

const extend = async (transaction: Transaction, outcomes: readonly Outcome[]): Promise<void> => {
  const byExpiry = Map.groupBy(outcomes, (outcome) => (outcome.state === 'renewed' ? outcome.expiresAt : null))
  for (const [expiresAt, renewed] of byExpiry) {
    if (expiresAt === null) continue
    const ids = renewed.map(({ id }) => id)
    await transaction
      .updateTable('leases')
      .set({ expires_at: new Date(expiresAt) })
      .where('id', 'in', ids)
      .execute()
  }
}

const withdraw = async (transaction: Transaction, decided: readonly Decided[], now: number): Promise<void> => {
  for (const { outcome, withdrawn: isWithdrawn } of decided) {
    if (!isWithdrawn || outcome.state !== 'ended') continue
    await transaction
      .updateTable('leases')
      .set({ ended_at: new Date(now), end_code: outcome.code, revoked: true })
      .where('id', '=', outcome.id)
      .execute()
  }
}

/** One audit entry for each renewal that was accepted, whatever became of its leases. Throws the code of a refusal. */
export const renewLeases = async (call: RenewalCall): Promise<LeaseRenewalAnswer> => {
  const { organization, gateway, now } = call
  const verified = await call.transaction((transaction) =>
    verifyClientStatement(transaction, { type: leaseRenewal, text: call.renewal, organization, gateway, address: null, now }),
  )
  if (verified.refused !== null) throw new SallyportError(verified.refused)
  const { client } = verified
  const { user, device, id: session } = client.session
  const actor: AuditActor = { kind: 'user', id: user, device, session, address: null }
  const refusal = await call.transaction((transaction) => admitClientStatement(transaction, client, { now, actor }))
  if (refusal) throw new SallyportError(refusal)
  return call.transaction(async (transaction) => {
    const revocation = await lockRevocationNumber(transaction, organization, 'share')
    const decided = await decideAll(transaction, client, call)
    const leases = decided.map(({ outcome }) => outcome)
    await extend(transaction, leases)
    await withdraw(transaction, decided, now)
    await recordAudit(transaction, {
      type: 'lease.renewed',
      actor,
      subject: { kind: 'session', id: session },
      details: {
        gateway,
        renewed: leases.filter(({ state }) => state === 'renewed').map(({ id }) => id),
        ended: leases.filter(({ state }) => state === 'ended').map(({ id }) => id),
      },
    })
    return { leases, revocation }
  })
}
