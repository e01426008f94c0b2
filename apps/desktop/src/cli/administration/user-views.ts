import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import { type Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { localTime, withRelative } from '../views/time.ts'

type User = ResponseOf<RouteOf<'getUser'>>

export const userFields = (user: User): Answer =>
  fields(user, [
    ['E-mail', user.email],
    ['Name', `${user.firstName} ${user.lastName}`],
    ['Status', user.status],
    ['Roles', user.roles.map((role) => role.name).join(', ') || 'none'],
    ['Created', localTime(user.createdAt)],
    ['Last sign-in', withRelative(user.lastSignInAt)],
    ['Id', user.id],
  ])

/** Shown once: nobody can look it up again. */
export const invitationAnswer = (data: { readonly invitation: string; readonly expiresAt: string }, email: string): Answer => ({
  data,
  text: (style) =>
    [
      `Invitation for ${email}, valid until ${withRelative(data.expiresAt)}, for one use. It is not shown again:`,
      '',
      style.paint('bold', `sallyport login ${data.invitation}`),
    ].join('\n'),
})
