/** Signing in, and what a signed-in person does with their own session. */
import { fromBase64url } from '@sallyport/protocol'
import type { Organization, SessionMaterial } from '@sallyport/protocol/api'
import type { Dependencies } from '../../dependencies.ts'
import { trustBundleFor } from '../../domains/authority/index.ts'
import {
  acceptInvitation,
  changePassword,
  renewSession,
  type SessionDraft,
  signIn,
  type SignInParts,
  signOut,
} from '../../domains/sign-in/index.ts'
import type { SignInContext } from '../context.ts'
import type { HandlersOf } from '../handler.ts'

export const partsOf = ({ pool, authority, passwords }: Dependencies): SignInParts => ({ pool, authority, passwords })

export const completeMaterial = async (
  dependencies: Dependencies,
  organization: Organization,
  draft: SessionDraft,
): Promise<SessionMaterial> => ({ ...draft, trustBundle: await trustBundleFor(dependencies.trustBundles, organization) })

/** What the authentication found out, for the domain. */
export const provenBy = (context: SignInContext) => ({
  organization: context.organization,
  deviceKey: context.deviceKey,
  sessionKey: context.sessionKey,
  actor: context.actor,
  address: context.address,
  now: context.now(),
})

export const signInHandlers = {
  signIn: async (context, { body }) => {
    const { challenge, fingerprint, facts, deviceState, email, password } = body
    const request = { ...provenBy(context), challenge, fingerprint, facts, deviceState, email, password }
    const draft = await signIn(partsOf(context.dependencies), request)
    return completeMaterial(context.dependencies, context.organization, draft)
  },

  acceptInvitation: async (context, { body }) => {
    const { challenge, fingerprint, facts, deviceState, code, password, firstName, lastName } = body
    const request = { ...provenBy(context), challenge, fingerprint, facts, deviceState, code, password, firstName, lastName }
    const draft = await acceptInvitation(partsOf(context.dependencies), request)
    return completeMaterial(context.dependencies, context.organization, draft)
  },

  renewSession: async (context, { body }) => {
    const draft = await renewSession(partsOf(context.dependencies), {
      organization: context.organization,
      session: context.session.id,
      csr: fromBase64url(body.csr),
      fingerprint: body.fingerprint,
      deviceState: body.deviceState,
      actor: context.actor,
      now: context.now(),
    })
    return completeMaterial(context.dependencies, context.organization, draft)
  },

  endSession: async (context) => {
    const { organization, session, actor, now } = context
    await context.transaction((transaction) =>
      signOut(transaction, { organization: organization.id, session: session.id, actor, now: now() }),
    )
    return {}
  },

  changePassword: async (context, { body }) => {
    await changePassword(partsOf(context.dependencies), {
      organization: context.organization,
      user: context.user.id,
      device: context.device.id,
      session: context.session.id,
      current: body.current,
      next: body.next,
      actor: context.actor,
      now: context.now(),
    })
    return {}
  },
} satisfies HandlersOf<'signIn' | 'acceptInvitation' | 'renewSession' | 'endSession' | 'changePassword'>
