/** A sign-in on a page in the browser begins: by a call that both keys of the sign-in sign. */
import { SallyportError } from '@sallyport/protocol'
import type { Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../../db/schema.ts'
import { beginFlow, type FlowReceiver } from '../../browser-flows/index.ts'
import type { DeviceFacts } from '../../devices/index.ts'
import { hashOfInvitation } from '../../invitations/index.ts'

export interface BrowserSignIn extends FlowReceiver {
  readonly organization: Organization
  readonly deviceKey: Uint8Array
  readonly sessionKey: Uint8Array
  readonly facts: DeviceFacts
  /** Code of an invitation; null: with e-mail address and password. Whether it is open is told on the page. */
  readonly invitation: string | null
  /** Milliseconds since 1970. */
  readonly now: number
}

/** `id`: for the page's address. Throws `challenge_invalid` when both keys are one. */
export const beginBrowserSignIn = (transaction: Transaction, request: BrowserSignIn) => {
  const { deviceKey, sessionKey, facts, invitation, redirectPort, state, codeChallenge, now } = request
  if (Buffer.from(deviceKey).equals(sessionKey)) throw new SallyportError('challenge_invalid')
  const common = { deviceKey, sessionKey, facts, redirectPort, state, codeChallenge }
  return invitation === null
    ? beginFlow(transaction, { kind: 'sign-in', ...common }, now)
    : beginFlow(transaction, { kind: 'invitation', invitationHash: hashOfInvitation(invitation), ...common }, now)
}
