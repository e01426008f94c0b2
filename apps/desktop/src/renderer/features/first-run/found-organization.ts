/** The organization that a person is about to trust: from an invitation, or found at an address. Pure. */
import type { AppParams, AppResult } from '../../../shared/app-api.ts'
import type { ReadInvitation } from './invitation.ts'

export interface FoundOrganization {
  readonly by: 'invitation' | 'address'
  readonly name: string
  /** Of the API, with the port if it is not the usual one. */
  readonly host: string
  readonly rootFingerprint: string
  /** What a sign-in says of it. */
  readonly place: Pick<AppParams<'beginSignIn'>, 'invitation' | 'contact'>
}

export const ofInvitation = ({ text, content }: ReadInvitation): FoundOrganization => ({
  by: 'invitation',
  name: content.organization,
  host: new URL(content.api).host,
  rootFingerprint: content.rootFingerprint,
  place: { invitation: text },
})

export const ofAddress = (contact: AppResult<'findOrganization'>): FoundOrganization => ({
  by: 'address',
  name: contact.name,
  host: new URL(contact.api).host,
  rootFingerprint: contact.rootFingerprint,
  place: { contact },
})
