import { argument, flag, option, repeatedOption, requiredOption } from '../parameters/parameter.ts'
import { emailAddress, text } from '../parameters/readers.ts'
import { reference, referenceArgument } from '../names/reference.ts'
import { defineCommand } from '../command.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import { invitationAnswer, userFields } from './user-views.ts'
import { localTime } from '../views/time.ts'

const user = referenceArgument('user')
const statusColors = { invited: 'yellow', active: null, disabled: 'red' } as const

const setStatus = (words: string, status: 'active' | 'disabled', summary: string) =>
  previewedCommand({
    words,
    route: 'changeUser',
    summary,
    parameters: { user },
    ...(status === 'disabled' ? { confirm: () => 'Disable this account and end all its connections?' } : {}),
    input: (values) => ({ parameters: { user: values.user }, body: { status } }),
    answer: userFields,
  })

export const userCommands = [
  listCommand({
    words: 'admin users list',
    route: 'listUsers',
    columns: () => [
      { heading: 'E-MAIL', value: (row) => row.email },
      { heading: 'NAME', value: (row) => `${row.firstName} ${row.lastName}` },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'ROLES', value: (row) => row.roles.map((role) => role.name).join(', ') || null, flexible: true },
      { heading: 'LAST SIGN-IN', value: (row) => localTime(row.lastSignInAt) },
    ],
    empty: 'There are no users.',
  }),
  routeCommand({
    words: 'admin users show',
    route: 'getUser',
    parameters: { user },
    input: (values) => ({ parameters: { user: values.user } }),
    answer: userFields,
  }),
  defineCommand({
    words: 'admin users add',
    summary: 'Makes a user',
    parameters: {
      email: argument('email', 'e-mail address', emailAddress),
      firstName: requiredOption('first-name <name>', 'first name', text),
      lastName: requiredOption('last-name <name>', 'last name', text),
      roles: repeatedOption('role <role>', 'role: name or id', reference('role')),
      invite: flag('invite', 'makes an invitation, too, and prints it'),
    },
    examples: ['sallyport admin users add ada@example.org --first-name Ada --last-name Lovelace --role Developers --invite'],
    run: async (context, { invite, roles, ...names }) => {
      const created = await context.api('createUser', { body: { ...names, roles: [...roles] } })
      if (!invite) {
        context.note(`Invite with: sallyport admin users invite ${created.email}`)
        return userFields(created)
      }
      const invitation = await context.api('createInvitation', { parameters: { user: created.id } })
      return invitationAnswer({ ...created, ...invitation }, created.email)
    },
  }),
  previewedCommand({
    words: 'admin users change',
    route: 'changeUser',
    summary: 'Changes the name of a user',
    parameters: {
      user,
      firstName: option('first-name <name>', 'first name', text),
      lastName: option('last-name <name>', 'last name', text),
    },
    input: ({ user: id, ...body }) => ({ parameters: { user: id }, body: given(body) }),
    answer: userFields,
  }),
  defineCommand({
    words: 'admin users invite',
    summary: 'Makes a one-time invitation, shown once; an earlier one is no longer valid',
    details: 'Hand it over by a way that only its reader can see: whoever has it sets the password of the account.',
    parameters: { user },
    run: async (context, values) => {
      const { email } = await context.api('getUser', { parameters: { user: values.user } })
      return invitationAnswer(await context.api('createInvitation', { parameters: { user: values.user } }), email)
    },
  }),
  setStatus('admin users disable', 'disabled', 'Disables an account and ends its sessions and connections'),
  setStatus('admin users enable', 'active', 'Enables a disabled account'),
  previewedCommand({
    words: 'admin users delete',
    route: 'deleteUser',
    parameters: { user },
    confirm: () => 'Delete this user for good?',
    input: (values) => ({ parameters: { user: values.user } }),
    answer: () => done('The user is deleted.'),
  }),
]
