import { permissions } from '@sallyport/protocol/api'
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { Context } from '../context.ts'
import { referenceArgument } from '../names/reference.ts'
import { argument, option, repeatedOption } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import type { Answer } from '../views/answer.ts'
import { fields } from '../views/fields.ts'

const role = referenceArgument('role')
const user = referenceArgument('user')
const credential = referenceArgument('credential')
const description = option('description <text>', 'what it is for', text)
const permissionOption = repeatedOption('permission <permission>', 'what it allows in administration', choice(permissions))

const roleFields = async (
  answer: ResponseOf<RouteOf<'getRole'>>,
  _: unknown,
  { directory, options }: Context,
): Promise<Answer> => {
  const nameOf = options.json ? (_kind: string, id: string) => id : await directory.namer('user', 'credential')
  const list = (texts: readonly string[]): string => texts.join(', ') || 'none'
  return fields(answer, [
    ['Name', answer.name],
    ['Description', answer.description || null],
    ['Permissions', list(answer.permissions)],
    ['Members', list(answer.users.map((id) => nameOf('user', id)))],
    ['Credentials', list(answer.credentials.map((id) => nameOf('credential', id)))],
    ['Built in', answer.builtIn ? 'yes' : null],
    ['Id', answer.id],
  ])
}

export const roleCommands = [
  listCommand({
    words: 'admin roles list',
    route: 'listRoles',
    columns: () => [
      { heading: 'NAME', value: (row) => row.name },
      { heading: 'MEMBERS', value: (row) => row.users.length, align: 'right' },
      { heading: 'CREDENTIALS', value: (row) => row.credentials.length, align: 'right' },
      { heading: 'PERMISSIONS', value: (row) => row.permissions.length, align: 'right' },
      { heading: 'DESCRIPTION', value: (row) => row.description || null, flexible: true },
    ],
    empty: 'There are no roles. Make one with: sallyport admin roles add <name>',
  }),
  routeCommand({
    words: 'admin roles show',
    route: 'getRole',
    parameters: { role },
    input: (values) => ({ parameters: { role: values.role } }),
    answer: roleFields,
  }),
  routeCommand({
    words: 'admin roles add',
    route: 'createRole',
    parameters: { name: argument('name', 'its name', text), description, permissions: permissionOption },
    input: ({ name, description: about = '', permissions: allowed }) => ({
      body: { name, description: about, permissions: [...allowed] },
    }),
    answer: roleFields,
    examples: [
      'sallyport admin roles add Developers',
      'sallyport admin roles add Auditors --permission audit.read --permission activity.read',
    ],
  }),
  previewedCommand({
    words: 'admin roles change',
    route: 'changeRole',
    mayTakeAway: true,
    details: 'The permissions given replace all that it has; without any they stay.',
    parameters: {
      role,
      name: option('name <name>', 'its new name', text),
      description,
      permissions: permissionOption,
    },
    input: ({ role: id, permissions: allowed, ...texts }) => ({
      parameters: { role: id },
      body: { ...given(texts), ...(allowed.length > 0 ? { permissions: [...allowed] } : {}) },
    }),
    answer: roleFields,
  }),
  previewedCommand({
    words: 'admin roles delete',
    route: 'deleteRole',
    parameters: { role },
    confirm: () => 'Delete this role, and end what only it allows?',
    input: (values) => ({ parameters: { role: values.role } }),
    answer: () => done('The role is deleted.'),
  }),
  previewedCommand({
    words: 'admin roles add-member',
    route: 'addRoleMember',
    parameters: { role, user },
    input: (values) => ({ parameters: values }),
    answer: () => done('The user has the role.'),
  }),
  previewedCommand({
    words: 'admin roles remove-member',
    route: 'removeRoleMember',
    parameters: { role, user },
    confirm: () => 'Take the role from the user, and end connections that nothing else allows?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The user no longer has the role.'),
  }),
  previewedCommand({
    words: 'admin roles add-credential',
    route: 'addRoleCredential',
    parameters: { role, credential },
    input: (values) => ({ parameters: values }),
    answer: () => done('The role may use the credential.'),
  }),
  previewedCommand({
    words: 'admin roles remove-credential',
    route: 'removeRoleCredential',
    parameters: { role, credential },
    confirm: () => 'Take the credential from the role, and end connections that nothing else allows?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The role may no longer use the credential.'),
  }),
]
