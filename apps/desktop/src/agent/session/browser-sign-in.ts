/** Signing in on the API's page in the system browser: the password is given there, and never to this program. */
import { decodeInvitation, SallyportError } from '@sallyport/protocol'
import type { Contact } from '../../shared/local-api.ts'
import { receiveCode } from '../browser/code-receiver.ts'
import { checkPageAddress, donePage } from '../browser/page-address.ts'
import type { IdentityStore } from '../identity/identity-store.ts'
import { generatePrivateKey } from '../identity/key-pair.ts'
import { accept, enrolmentBody, firstContactOf, newAttempt, openEnrolment } from './sign-in.ts'

export interface BrowserSignIn {
  readonly invitation?: string | undefined
  readonly contact?: Contact | undefined
  /** The invitation is accepted on the page; otherwise it only tells where to sign in. */
  readonly accept: boolean
  readonly deviceName?: string | undefined
  /** Begins with a new device key: the old one is lost, or was revoked. */
  readonly newDevice: boolean
  /** The browser is on another computer: its page shows the code. */
  readonly paste: boolean
}

export interface BegunSignIn {
  readonly url: string
  /** Rejects with `browser_unfinished`. */
  readonly code: Promise<string>
  give(pasted: string): void
  /** Exchanges the code. Throws what the API refuses with. */
  finish(code: string): Promise<void>
  close(): void
}

/** Throws `not_enrolled` when nothing tells where to sign in, `invitation_invalid`, and what the API refuses with. */
export const beginBrowserSignIn = async (identity: IdentityStore, given: BrowserSignIn): Promise<BegunSignIn> => {
  const { document } = identity
  const invitation = given.invitation === undefined ? null : decodeInvitation(given.invitation)
  if (given.accept && invitation === null) throw new SallyportError('invitation_invalid')
  const contact = firstContactOf(given)
  if (contact === null && document.enrolment === null) throw new SallyportError('not_enrolled')
  const { api, enrolment } = await openEnrolment(document, contact)
  const waiting = await receiveCode(given.paste)
  const close = (): void => {
    waiting.close()
    api.close()
  }
  try {
    const anew = given.newDevice || (given.accept && document.device !== null)
    const device = anew
      ? { key: await generatePrivateKey(), id: null, state: null }
      : { key: document.deviceKey, id: document.device, state: document.deviceState }
    const attempt = await newAttempt(identity, { device, deviceName: given.deviceName })
    const { organization, deviceKey, csr, facts } = attempt.begin(enrolment)
    const code = given.accept && invitation !== null ? invitation.code : null
    const body = { organization, deviceKey, csr, facts, invitation: code, ...waiting.receiver }
    const page = checkPageAddress((await api.call('beginBrowserSignIn', { body }, { signers: attempt.signers })).url)
    waiting.leadTo(donePage(page))
    return {
      url: page.href,
      code: waiting.code,
      give: waiting.give,
      finish: async (received) => {
        const proof = { code: received, verifier: waiting.verifier }
        const finished = { ...(await enrolmentBody(identity, { api, enrolment, attempt })), ...proof }
        const route = given.accept ? 'finishBrowserInvitation' : 'finishBrowserSignIn'
        const material = await api.call(route, { body: finished }, { signers: attempt.signers })
        await accept(identity, { material, enrolment, attempt })
      },
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
