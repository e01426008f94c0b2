import { readPermissions, supportPermissions } from '@sallyport/protocol/api'
import { referenceArgument } from '../names/reference.ts'
import { argument, repeatedOption, requiredOption } from '../parameters/parameter.ts'
import { choice, emailAddress, text } from '../parameters/readers.ts'
import { duration } from '../parameters/time.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { localTime } from '../views/time.ts'
import { invitationAnswer } from './user-views.ts'

export const supportAccessCommands = [
  listCommand({
    words: 'admin support list',
    route: 'listSupportAccess',
    names: ['user'],
    columns: (nameOf) => [
      { heading: 'E-MAIL', value: (row) => row.email },
      { heading: 'NAME', value: (row) => `${row.firstName} ${row.lastName}` },
      {
        heading: 'STATE',
        value: (row) => (row.endedAt === null ? 'open' : 'ended'),
        color: (row) => (row.endedAt === null ? 'yellow' : 'dim'),
      },
      { heading: 'UNTIL', value: (row) => localTime(row.endedAt ?? row.endsAt) },
      { heading: 'OPENED BY', value: (row) => nameOf('user', row.openedBy) },
      { heading: 'LAST SIGN-IN', value: (row) => localTime(row.lastSignInAt) },
      { heading: 'REASON', value: (row) => row.reason, flexible: true },
      { heading: 'MAY READ', value: (row) => row.permissions.join(', '), flexible: true },
    ],
    empty: 'Support access was never opened.',
  }),
  routeCommand({
    words: 'admin support open',
    route: 'openSupportAccess',
    details: [
      `Without --permission: ${supportPermissions.join(', ')}. They read, change nothing, and connect to nothing;`,
      'each answer that they get is an entry of the log. Hand the invitation over by a way that only its reader can see.',
    ].join(' '),
    parameters: {
      email: argument('email', 'business e-mail address of the person', emailAddress),
      firstName: requiredOption('first-name <name>', 'first name', text),
      lastName: requiredOption('last-name <name>', 'last name', text),
      reason: requiredOption('reason <text>', 'why; kept in the log', text),
      length: requiredOption('for <duration>', 'how long: 15m to 7d; it cannot be made longer afterwards', duration),
      permissions: repeatedOption('permission <permission>', 'what they may read instead', choice(readPermissions)),
    },
    examples: [
      'sallyport admin support open sam@vendor.example --first-name Sam --last-name Example --reason "ticket 4711" --for 4h',
    ],
    input: ({ length, permissions, ...person }) => ({
      body: {
        ...person,
        minutes: Math.floor(length / 60),
        permissions: permissions.length === 0 ? [...supportPermissions] : [...new Set(permissions)],
      },
    }),
    answer: (made) => invitationAnswer({ ...made, expiresAt: made.access.endsAt }, made.access.email),
  }),
  routeCommand({
    words: 'admin support end',
    route: 'endSupportAccess',
    parameters: { access: referenceArgument('supportAccess') },
    confirm: () => 'End this support access? The account and its sessions end at once.',
    input: ({ access }) => ({ parameters: { supportAccess: access } }),
    answer: () => done('The support access has ended.'),
  }),
]
