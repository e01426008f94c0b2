/** Inviting a user: the text that is handed over by another way than the network. */
import { encodeInvitation, SallyportError, sha256, toBase64url } from '@sallyport/protocol'
import type { AuditActor, Organization, Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { recordAudit } from '../audit/index.ts'
import { type Authority, ensureAuthority } from '../authority/index.ts'
import { issueInvitation } from '../invitations/index.ts'
import { permissionsOfUser } from '../roles/index.ts'
import { lockUser } from './store.ts'

export interface InvitationRequest {
  readonly organization: Pick<Organization, 'id' | 'slug' | 'trustDomain'>
  readonly user: string
  /** How to reach this deployment. */
  readonly contact: { readonly origins: { readonly public: string; readonly pages: string }; readonly apiRoot: Uint8Array | null }
  readonly authority: Authority
  readonly actor: AuditActor
  /** What the inviter may do: whoever has the code may become the user. */
  readonly by: ReadonlySet<Permission>
}

const encodeFor = async (
  transaction: Transaction,
  { organization, contact, authority }: InvitationRequest,
  code: string,
): Promise<string> => {
  const { root } = await ensureAuthority(transaction, authority, organization)
  return encodeInvitation({
    version: 1,
    api: contact.origins.public,
    apiRoot: contact.apiRoot === null ? null : toBase64url(contact.apiRoot),
    organization: organization.slug,
    rootFingerprint: toBase64url(await sha256(root.certificate)),
    code,
  })
}

/**
 * Throws `not_found`; `conflict` for a disabled user; `forbidden` when the user may do what the inviter may not. An earlier
 * invitation of the user is void.
 */
export const inviteUser = async (
  transaction: Transaction,
  request: InvitationRequest,
): Promise<{ readonly invitation: string; readonly link: string; readonly expiresAt: Date }> => {
  const user = await lockUser(transaction, request.user)
  if (user === null) throw new SallyportError('not_found')
  if (user.status === 'disabled') throw new SallyportError('conflict', { message: 'This account is disabled.' })
  for (const permission of await permissionsOfUser(transaction, user.id)) {
    if (!request.by.has(permission)) {
      throw new SallyportError('forbidden', {
        message: 'This user may do more than you: somebody who may as much must invite them.',
      })
    }
  }
  const { code, expiresAt } = await issueInvitation(transaction, user.id, request.authority.clock())
  await recordAudit(transaction, {
    type: 'invitation.created',
    actor: request.actor,
    subject: { kind: 'user', id: user.id },
    details: { expiresAt: expiresAt.toISOString() },
  })
  const invitation = await encodeFor(transaction, request, code)
  // In the fragment: browsers keep it to themselves.
  return { invitation, link: `${request.contact.origins.pages}/invitation#${invitation}`, expiresAt }
}
