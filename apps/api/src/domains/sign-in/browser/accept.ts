/** The page of an invitation: the new password, and how the person is called. The invitation stays open until the end. */
import type { Organization } from '@sallyport/protocol/api'
import type { Transaction } from '../../../db/schema.ts'
import { withOrganization } from '../../../db/with-organization.ts'
import { type BrowserFlow, type CodeDelivery, deliveryOf, findFlow, giveCode } from '../../browser-flows/index.ts'
import { invitedUser } from '../../invitations/index.ts'
import { findUser, type User } from '../../users/index.ts'
import type { SignInParts } from '../sign-in.ts'

type InvitationFlow = Extract<BrowserFlow, { readonly kind: 'invitation' }>

/** Whom the page is for; null when flow or invitation are over. */
export const findInvited = async (
  transaction: Transaction,
  id: string,
  now: number,
): Promise<{ readonly flow: InvitationFlow; readonly user: User } | null> => {
  const flow = await findFlow(transaction, id, now)
  if (flow?.kind !== 'invitation') return null
  const invited = await invitedUser(transaction, flow.invitationHash, now)
  const user = invited === null ? null : await findUser(transaction, invited)
  return user === null || user.status === 'disabled' ? null : { flow, user }
}

export interface AcceptanceOnPage {
  readonly organization: Organization
  readonly id: string
  readonly password: string
  readonly firstName: string
  readonly lastName: string
  readonly now: number
}

/** How the code gets to who began; null when flow or invitation are over. */
export const acceptOnPage = async (
  parts: Pick<SignInParts, 'pool' | 'passwords'>,
  given: AcceptanceOnPage,
): Promise<CodeDelivery | null> => {
  const { organization, id, firstName, lastName, now } = given
  const within = <Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> =>
    withOrganization(parts.pool, organization.id, work)
  if ((await within((transaction) => findInvited(transaction, id, now))) === null) return null
  const passwordHash = await parts.passwords.hash(given.password)
  return within(async (transaction) => {
    const invited = await findInvited(transaction, id, now)
    if (invited === null) return null
    const update = { user: invited.user.id, passwordHash, names: { firstName, lastName } }
    const code = await giveCode(transaction, id, { update, now })
    return code === null ? null : deliveryOf(invited.flow, code)
  })
}
