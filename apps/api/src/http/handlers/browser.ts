/** What begins by a signed call and is finished on a page in the system browser. */
import { SallyportError } from '@sallyport/protocol'
import { beginPresence, finishPresence } from '../../domains/presence/index.ts'
import { createRecoveryCodes, recoveryCodesOf } from '../../domains/recovery-codes/index.ts'
import { beginBrowserSignIn, finishBrowserInvitation, finishBrowserSignIn } from '../../domains/sign-in/index.ts'
import type { SignInContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'
import { recognizeAct } from '../recognize-act.ts'
import { routeOfAct } from '../route-of-act.ts'
import { authorOf } from './author.ts'
import { completeMaterial, partsOf, provenBy } from './sign-in.ts'

/** The address of a page of the organization, and until when it is there. */
const pageOf = (
  { dependencies, organization }: Pick<SignInContext, 'dependencies' | 'organization'>,
  name: 'sign-in' | 'invitation' | 'presence',
  flow: { readonly id: string; readonly expiresAt: Date },
) => ({
  url: `${dependencies.contact.origins.pages}/${organization.slug}/${name}?flow=${flow.id}`,
  expiresAt: flow.expiresAt.toISOString(),
})

export const browserHandlers = {
  beginBrowserSignIn: async (context, { body }) => {
    const { facts, invitation, redirectPort, state, codeChallenge } = body
    const { organization, deviceKey, sessionKey, now } = context
    const request = { organization, deviceKey, sessionKey, facts, invitation, redirectPort, state, codeChallenge, now: now() }
    const flow = await context.transaction((transaction) => beginBrowserSignIn(transaction, request))
    return pageOf(context, invitation === null ? 'sign-in' : 'invitation', flow)
  },

  finishBrowserSignIn: async (context, { body }) => {
    const { challenge, fingerprint, facts, deviceState, code, verifier } = body
    const exchange = { ...provenBy(context), challenge, fingerprint, facts, deviceState, code, verifier }
    const draft = await finishBrowserSignIn(partsOf(context.dependencies), exchange)
    return completeMaterial(context.dependencies, context.organization, draft)
  },

  finishBrowserInvitation: async (context, { body }) => {
    const { challenge, fingerprint, facts, deviceState, code, verifier } = body
    const exchange = { ...provenBy(context), challenge, fingerprint, facts, deviceState, code, verifier }
    const draft = await finishBrowserInvitation(partsOf(context.dependencies), exchange)
    return completeMaterial(context.dependencies, context.organization, draft)
  },

  beginPresence: async (context, { body: { act, ...receiver } }) => {
    if (act !== null && routeOfAct(act) === null) {
      throw new SallyportError('invalid_request', { message: 'This call needs no confirmation.', details: ['body.act'] })
    }
    const request = { ...receiver, act, session: context.session.id, now: context.now() }
    const flow = await context.transaction((transaction) => beginPresence(transaction, request))
    return pageOf(context, 'presence', flow)
  },

  finishPresence: async (context, { body: { code, verifier } }) => {
    const { dependencies, organization, session, actor, now } = context
    const proof = await finishPresence(dependencies.pool, {
      organization: organization.id,
      session: session.id,
      code,
      verifier,
      actor,
      now: now(),
      recognize: recognizeAct,
    })
    return { presence: proof.presence, expiresAt: proof.expiresAt.toISOString(), single: proof.single }
  },

  getRecoveryCodes: async (context) => {
    const { left, createdAt } = await context.transaction((transaction) => recoveryCodesOf(transaction, context.user.id))
    return { left, createdAt: createdAt?.toISOString() ?? null }
  },

  createRecoveryCodes: async (context) => ({
    codes: await context.transaction((transaction) =>
      createRecoveryCodes(transaction, { ...authorOf(context), user: context.user.id }),
    ),
  }),
} satisfies HandlersOf<
  | 'beginBrowserSignIn'
  | 'finishBrowserSignIn'
  | 'finishBrowserInvitation'
  | 'beginPresence'
  | 'finishPresence'
  | 'getRecoveryCodes'
  | 'createRecoveryCodes'
>
