/** Confirming on a page in the browser that a person is present: their password, compared as at a sign-in. */
import { SallyportError } from '@sallyport/protocol'
import type { AuditActor, Route } from '@sallyport/protocol/api'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { recordAudit } from '../audit/index.ts'
import {
  type Act,
  beginFlow,
  type BrowserFlow,
  type CodeDelivery,
  deliveryOf,
  findFlow,
  type FlowReceiver,
  giveCode,
  isVerifier,
  spendCode,
} from '../browser-flows/index.ts'
import { findLiveSession, type Session } from '../sessions/index.ts'
import { admitAttempt, forgetAttempts, type Passwords } from '../sign-in/index.ts'
import { findUser, type User } from '../users/index.ts'
import { digestOfAct, issueProof } from './proofs.ts'

type PresenceFlow = Extract<BrowserFlow, { readonly kind: 'presence' }>

export interface PresenceRequest extends FlowReceiver {
  readonly session: string
  readonly act: Act | null
  /** Milliseconds since 1970. */
  readonly now: number
}

/** `id`: for the page's address. */
export const beginPresence = (transaction: Transaction, request: PresenceRequest) => {
  const { now, ...draft } = request
  return beginFlow(transaction, { kind: 'presence', ...draft }, now)
}

/** What the page is about; null when it is over. */
export interface PresenceSubject {
  readonly flow: PresenceFlow
  readonly session: Session
  readonly user: User
}

export const findPresenceSubject = async (transaction: Transaction, id: string, now: number): Promise<PresenceSubject | null> => {
  const flow = await findFlow(transaction, id, now)
  if (flow?.kind !== 'presence') return null
  const session = await findLiveSession(transaction, flow.session, now).catch((error: unknown) => {
    if (error instanceof SallyportError) return null
    throw error
  })
  const user = session === null ? null : await findUser(transaction, session.user)
  return session === null || user === null ? null : { flow, session, user }
}

export interface Confirmation {
  readonly organization: string
  readonly id: string
  readonly password: string
  /** IP address of the browser. */
  readonly address: string
  readonly now: number
}

export type ConfirmationOutcome =
  | { readonly kind: 'confirmed'; readonly delivery: CodeDelivery }
  | { readonly kind: 'refused'; readonly code: 'browser_code_invalid' | 'sign_in_failed' | 'sign_in_throttled' }

const actorOf = ({ session }: PresenceSubject, address: string): AuditActor => ({
  kind: 'user',
  id: session.user,
  device: session.device,
  session: session.id,
  address,
})

/** Counts before it looks at the password; what was refused is recorded. */
export const confirmPresence = async (
  parts: { readonly pool: Pool; readonly passwords: Passwords },
  confirmation: Confirmation,
): Promise<ConfirmationOutcome> => {
  const { organization, id, address, now } = confirmation
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, organization, work)
  const begun = await within(async (transaction) => {
    const subject = await findPresenceSubject(transaction, id, now)
    if (subject === null) return null
    const { device, user } = subject.session
    const buckets = [{ kind: 'device', value: device } as const, { kind: 'address', value: address } as const]
    const attempt = { organization, actor: actorOf(subject, address), now }
    return { subject, admitted: await admitAttempt(transaction, attempt, { buckets, user, device }) }
  })
  if (begun === null) return { kind: 'refused', code: 'browser_code_invalid' }
  const { subject, admitted } = begun
  if (!admitted) return { kind: 'refused', code: 'sign_in_throttled' }
  const proven = await parts.passwords.verify(subject.user.passwordHash, confirmation.password)
  return within(async (transaction): Promise<ConfirmationOutcome> => {
    const actor = actorOf(subject, address)
    // Between the look at the password and now it may have been changed, or the session ended.
    const still = await findPresenceSubject(transaction, id, now)
    if (!proven || still === null || still.user.passwordHash !== subject.user.passwordHash) {
      await recordAudit(transaction, {
        type: 'presence.refused',
        actor,
        subject: { kind: 'session', id: subject.session.id },
        details: { code: 'sign_in_failed' },
      })
      return { kind: 'refused', code: 'sign_in_failed' }
    }
    await forgetAttempts(transaction, { kind: 'device', value: subject.session.device })
    const code = await giveCode(transaction, id, { update: { user: still.user.id }, now })
    if (code === null) return { kind: 'refused', code: 'browser_code_invalid' }
    return { kind: 'confirmed', delivery: deliveryOf(still.flow, code) }
  })
}

export interface PresenceExchange {
  readonly organization: string
  readonly session: string
  readonly code: string
  readonly verifier: string
  readonly actor: AuditActor
  readonly now: number
  /** What a call is; null for what is no route. */
  readonly recognize: (transaction: Transaction, act: Act) => Promise<RecognizedCall | null>
}

export interface RecognizedCall {
  readonly route: string
  readonly presence: Route['presence']
  /** What it names, as far as the organization has it: whatever else was typed does not belong into its log. */
  readonly ids: Readonly<Record<string, readonly string[]>>
}

/** Throws `browser_code_invalid`; the code is used up then, too. */
export const finishPresence = async (pool: Pool, exchange: PresenceExchange) => {
  const { organization, session, code, verifier, actor, now, recognize } = exchange
  const flow = await withOrganization(pool, organization, (transaction) => spendCode(transaction, code, now))
  if (flow?.kind !== 'presence' || flow.session !== session || flow.user === null || !isVerifier(flow, verifier)) {
    throw new SallyportError('browser_code_invalid')
  }
  const { act } = flow
  return withOrganization(pool, organization, async (transaction) => {
    const call = act === null ? null : await recognize(transaction, act)
    const single = call?.presence === 'act'
    const proof = await issueProof(transaction, { session, act: single ? act : null, now })
    await recordAudit(transaction, {
      type: 'presence.confirmed',
      actor,
      subject: { kind: 'session', id: session },
      details: {
        expiresAt: proof.expiresAt.toISOString(),
        single,
        // The digest tells an auditor who has the call itself that it was this one.
        ...(act === null || call === null ? {} : { route: call.route, ids: call.ids, digest: digestOfAct(act).toString('hex') }),
      },
    })
    return { ...proof, single }
  })
}
