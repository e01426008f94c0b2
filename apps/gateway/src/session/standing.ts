/**
 * Who is cut off. Tombstones of revocations, each with its number: what was decided at a lower number may be wrong and is
 * refused; what was decided at it or later knew of it. The protocol's `spec/revocation.md`.
 */
import {
  type ErrorCode,
  isErrorCode,
  type LeaseBinding,
  type Revocation,
  type RevocationSubject,
  SallyportError,
} from '@sallyport/protocol'

/** Longest life of anything that can be revoked: a session, and a margin for clocks. Milliseconds. */
const LONGEST_LIFE = 25 * 60 * 60 * 1000
/** Sessions whose device and user are remembered. */
const MAX_KNOWN_SESSIONS = 50_000

type Kind = RevocationSubject['kind']

/** What a certificate does not say of its session; learned with the first lease. */
interface SessionFacts {
  readonly device: string
  readonly user: string
  /** Revocation number at which this was known to stand. */
  readonly decidedAt: number
}

export const codeOfRevocation = (revocation: Pick<Revocation, 'code'>): ErrorCode =>
  isErrorCode(revocation.code) ? revocation.code : 'lease_revoked'

export class Standing {
  readonly #gateway: string
  readonly #tombstones = new Map<string, Revocation>()
  readonly #sessions = new Map<string, SessionFacts>()

  constructor(gateway: string) {
    this.#gateway = gateway
  }

  /** A snapshot replaces everything. */
  replace(revocations: readonly Revocation[]): void {
    this.#tombstones.clear()
    this.add(revocations)
  }

  add(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) this.#tombstones.set(keyOf(revocation.subject.kind, revocation.subject.id), revocation)
  }

  /** Forgets what cannot matter any more. `now` in milliseconds. */
  prune(now: number): void {
    for (const [key, { at }] of this.#tombstones) if (at < now - LONGEST_LIFE) this.#tombstones.delete(key)
  }

  learn(binding: Pick<LeaseBinding, 'session' | 'device' | 'user'>, decidedAt: number): void {
    this.#sessions.delete(binding.session)
    this.#sessions.set(binding.session, { device: binding.device, user: binding.user, decidedAt })
    if (this.#sessions.size > MAX_KNOWN_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!)
  }

  /** Whether this session may connect. Throws the code of its revocation. */
  checkSession(session: string): void {
    const own = this.#tombstones.get(keyOf('session', session))
    if (own !== undefined) throw refusal(own)
    const facts = this.#sessions.get(session)
    if (facts === undefined) return
    this.#check({ kind: 'device', id: facts.device }, facts.decidedAt)
    this.#check({ kind: 'user', id: facts.user }, facts.decidedAt)
  }

  /** Whether this gateway or relay counts still. Throws the code of its revocation. */
  checkGateway(gateway: string): void {
    const own = this.#tombstones.get(keyOf('gateway', gateway))
    if (own !== undefined) throw refusal(own)
  }

  /** Whether a lease that was decided at a revocation number still stands. Throws the code of what revoked it. */
  checkLease(binding: LeaseBinding, decidedAt: number): void {
    for (const subject of subjectsOf(binding, this.#gateway)) this.#check(subject, decidedAt)
  }

  allows(binding: LeaseBinding, decidedAt: number): boolean {
    return subjectsOf(binding, this.#gateway).every((subject) => this.#later(subject, decidedAt) === null)
  }

  #check(subject: RevocationSubject, decidedAt: number): void {
    const tombstone = this.#later(subject, decidedAt)
    if (tombstone !== null) throw refusal(tombstone)
  }

  /** A revocation that a decision at this number did not know. */
  #later(subject: RevocationSubject, decidedAt: number): Revocation | null {
    const tombstone = this.#tombstones.get(keyOf(subject.kind, subject.id))
    return tombstone !== undefined && tombstone.number > decidedAt ? tombstone : null
  }
}

/** Everything whose revocation ends a lease. */
export const subjectsOf = (binding: LeaseBinding, gateway: string): RevocationSubject[] => [
  { kind: 'session', id: binding.session },
  { kind: 'device', id: binding.device },
  { kind: 'user', id: binding.user },
  { kind: 'credential', id: binding.credential },
  { kind: 'lease', id: binding.lease },
  { kind: 'gateway', id: gateway },
]

const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`

const refusal = (tombstone: Revocation): SallyportError =>
  new SallyportError(codeOfRevocation(tombstone), { cause: new Error(`revocation ${tombstone.number}`) })
