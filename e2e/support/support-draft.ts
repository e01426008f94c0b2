import { type InputOf, type RouteOf, supportPermissions } from '@sallyport/protocol/api'

type Draft = InputOf<RouteOf<'openSupportAccess'>>['body']

/** Support access that looks at how things are set up, for an hour. */
export const supportDraft = (email: string, parts: Partial<Draft> = {}): Draft => ({
  email,
  firstName: 'Sam',
  lastName: 'Support',
  reason: 'a ticket',
  minutes: 60,
  permissions: [...supportPermissions],
  ...parts,
})
