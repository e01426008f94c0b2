/** Support access: somebody from outside may look at an organization that opens it to them, for a time. */
import { z } from 'zod'
import { displayName, email, textUpTo, timestamp, uuid } from '../fields.ts'
import { MAX_INVITATION_TEXT } from '../invitation.ts'
import { pageOf, pageQuery } from './page.ts'
import { readPermissions } from './permission.ts'
import { defineRoutes } from './route.ts'

const mayRead = z
  .array(z.enum(readPermissions))
  .min(1)
  .max(readPermissions.length)
  .refine((list) => new Set(list).size === list.length)

const supportAccess = z.strictObject({
  /** Of the account, too: users, devices and sessions of support are those of everybody. */
  id: uuid,
  email,
  firstName: displayName,
  lastName: displayName,
  /** Empty for somebody who was erased. */
  reason: z.string().max(1000),
  permissions: mayRead,
  openedAt: timestamp,
  openedBy: uuid,
  endsAt: timestamp,
  /** null: it is open. */
  endedAt: timestamp.nullable(),
  /** Who ended it before its time; null: nobody. */
  endedBy: uuid.nullable(),
  lastSignInAt: timestamp.nullable(),
})
export type SupportAccess = z.infer<typeof supportAccess>

export const supportRoutes = defineRoutes({
  listSupportAccess: {
    method: 'GET',
    path: '/v1/support-access',
    summary: 'Support access that was opened, newest first',
    authentication: 'two-signature',
    permission: 'users.read',
    audit: null,
    query: pageQuery,
    response: pageOf(supportAccess),
    errors: [],
  },
  openSupportAccess: {
    method: 'POST',
    path: '/v1/support-access',
    summary: 'Lets somebody from outside look at the organization for a time: an account that reads, and ends by itself',
    authentication: 'two-signature',
    permission: 'users.write',
    presence: 'act',
    audit: 'support-access.opened',
    body: z.strictObject({
      email,
      firstName: displayName,
      lastName: displayName,
      reason: textUpTo(1000).min(1),
      /** Minutes: 15 to a week. It cannot be made longer afterwards. */
      minutes: z
        .int()
        .min(15)
        .max(7 * 24 * 60),
      /** What they may see; each must be the opener's own. */
      permissions: mayRead,
    }),
    response: z.strictObject({
      access: supportAccess,
      /** Shown once, as every invitation. */
      invitation: z.string().max(MAX_INVITATION_TEXT),
      link: z.string().max(MAX_INVITATION_TEXT + 600),
    }),
    errors: ['conflict', 'forbidden', 'limit_reached'],
  },
  endSupportAccess: {
    method: 'DELETE',
    path: '/v1/support-access/{supportAccess}',
    summary: 'Ends support access at once, with its sessions and everything that they have open',
    authentication: 'two-signature',
    permission: 'users.write',
    audit: 'support-access.ended',
    parameters: z.strictObject({ supportAccess: uuid }),
    response: z.strictObject({}),
    errors: ['not_found'],
  },
})
