/** The code comes back: from the program that began, with its verifier, signed by the keys with which it began. */
import { equalBytes, SallyportError } from '@sallyport/protocol'
import type { Transaction } from '../../../db/schema.ts'
import { withOrganization } from '../../../db/with-organization.ts'
import { type BrowserFlow, isVerifier, spendCode } from '../../browser-flows/index.ts'
import { completeAcceptance } from '../accept-invitation.ts'
import { useChallenge } from '../challenges.ts'
import { completeSignIn } from '../complete.ts'
import type { Enrolment } from '../enrolment.ts'
import type { SessionDraft } from '../open-session.ts'
import type { SignInParts } from '../sign-in.ts'

export interface BrowserExchange extends Enrolment {
  readonly code: string
  readonly verifier: string
}

type KeyedFlow = Exclude<BrowserFlow, { readonly kind: 'presence' }>

/** Uses challenge and code up, whatever comes of it. Throws `challenge_invalid` or `browser_code_invalid`. */
const takeFlow = async <Kind extends KeyedFlow['kind']>(
  parts: SignInParts,
  exchange: BrowserExchange,
  kind: Kind,
): Promise<Extract<KeyedFlow, { readonly kind: Kind }> & { readonly user: string }> => {
  const { organization, challenge, code, now } = exchange
  const flow = await withOrganization(parts.pool, organization.id, async (transaction) => {
    await useChallenge(transaction, challenge, now)
    return spendCode(transaction, code, now)
  })
  if (flow === null || flow.kind === 'presence' || flow.kind !== kind || flow.user === null) {
    throw new SallyportError('browser_code_invalid')
  }
  const keys = equalBytes(flow.deviceKey, exchange.deviceKey) && equalBytes(flow.sessionKey, exchange.sessionKey)
  if (!keys || !isVerifier(flow, exchange.verifier)) throw new SallyportError('browser_code_invalid')
  return flow as Extract<KeyedFlow, { readonly kind: Kind }> & { readonly user: string }
}

const within = <Result>(
  parts: SignInParts,
  exchange: BrowserExchange,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> => withOrganization(parts.pool, exchange.organization.id, work)

/** Throws the codes that the route names; what was refused is recorded before. */
export const finishBrowserSignIn = async (parts: SignInParts, exchange: BrowserExchange): Promise<SessionDraft> => {
  const { user, passwordHash, replaces, recovered } = await takeFlow(parts, exchange, 'sign-in')
  const outcome = await within(parts, exchange, (transaction) =>
    completeSignIn(transaction, parts, { enrolment: exchange, user, passwordHash, replaces, recovered }),
  )
  if ('refused' in outcome) throw new SallyportError(outcome.refused)
  return outcome.material
}

/** Throws the codes that the route names. */
export const finishBrowserInvitation = async (parts: SignInParts, exchange: BrowserExchange): Promise<SessionDraft> => {
  const flow = await takeFlow(parts, exchange, 'invitation')
  const { passwordHash, firstName, lastName } = flow
  if (passwordHash === null) throw new SallyportError('browser_code_invalid')
  return within(parts, exchange, (transaction) =>
    completeAcceptance(transaction, parts, {
      enrolment: exchange,
      codeHash: flow.invitationHash,
      passwordHash,
      firstName: firstName ?? undefined,
      lastName: lastName ?? undefined,
    }),
  )
}
