/** Changes of an account, in words. */
import { text } from '../../../texts/text.ts'
import { type Plan, plan } from '../change/plan.ts'
import { fullName, type User } from '../data/names.ts'
import type { Invitation } from './invitation-dialog.tsx'

export const planInvitation = (user: User, onInvited: (invitation: Invitation) => void): Plan => {
  const name = fullName(user)
  const onDone = (made: Omit<Invitation, 'name'>): void => onInvited({ ...made, name })
  return plan(
    { route: 'createInvitation', input: { parameters: { user: user.id } }, onDone },
    {
      title: text('users.askInvite', { name }),
      text: text('users.inviteText'),
      confirm: text('users.confirmInvite'),
      done: text('users.doneInvite'),
    },
  )
}

/** Disables who is enabled, and the other way round. */
export const planStatus = (user: User): Plan => {
  const name = fullName(user)
  const parameters = { user: user.id }
  if (user.status === 'disabled')
    return plan(
      { route: 'changeUser', input: { parameters, body: { status: 'active' } } },
      {
        title: text('users.askEnable', { name }),
        confirm: text('users.confirmEnable'),
        done: text('users.doneEnable', { name }),
      },
    )
  return plan(
    { route: 'changeUser', input: { parameters, body: { status: 'disabled' } } },
    {
      title: text('users.askDisable', { name }),
      text: text('users.disableText'),
      confirm: text('users.confirmDisable'),
      done: text('users.doneDisable', { name }),
      dangerous: true,
    },
  )
}

export const planDeletion = (user: User, onDone: () => void): Plan => {
  const name = fullName(user)
  return plan(
    { route: 'deleteUser', input: { parameters: { user: user.id } }, onDone },
    {
      title: text('users.askDelete', { name }),
      text: text('users.deleteText'),
      confirm: text('users.confirmDelete'),
      done: text('users.doneDelete', { name }),
      dangerous: true,
    },
  )
}
