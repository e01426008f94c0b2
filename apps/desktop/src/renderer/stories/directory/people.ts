/** People and roles of a small organization. */
import type { ItemOf } from '../../data/use-route.ts'
import { ada, id } from '../people.ts'
import { CREDENTIAL, ROLE, USER } from './kinds.ts'

type User = ItemOf<'listUsers'>
type Role = ItemOf<'listRoles'>

const roleNames = ['Owner', 'Auditor', 'Backend', 'Data', 'Support'] as const
const roleOf = (number: number) => ({ id: id(ROLE, number), name: roleNames[number - 1] ?? '' })

interface Person {
  readonly number: number
  readonly name: readonly [first: string, last: string]
  readonly roles: readonly number[]
  readonly status?: User['status']
  readonly signedIn?: string | null
}

const person = ({ number, name, roles, status = 'active', signedIn = '2026-11-22T09:12:00.000Z' }: Person): User => ({
  id: number === 1 ? ada.id : id(USER, number),
  email: `${name[0].toLowerCase()}@acme.example`,
  firstName: name[0],
  lastName: name[1],
  status,
  roles: roles.map(roleOf),
  createdAt: '2026-03-02T09:00:00.000Z',
  lastSignInAt: signedIn,
})

export const users: readonly User[] = [
  person({ number: 1, name: ['Ada', 'Lovelace'], roles: [1, 3], signedIn: '2026-11-22T10:40:00.000Z' }),
  person({ number: 2, name: ['Grace', 'Hopper'], roles: [3, 4, 5] }),
  person({ number: 3, name: ['Alan', 'Turing'], roles: [3], signedIn: '2026-11-19T16:00:00.000Z' }),
  person({ number: 4, name: ['Barbara', 'Liskov'], roles: [2] }),
  person({ number: 5, name: ['Linus', 'Lindqvist'], roles: [4], status: 'invited', signedIn: null }),
  person({ number: 6, name: ['Margaret', 'Hamilton'], roles: [5], status: 'disabled', signedIn: '2026-06-01T08:00:00.000Z' }),
]

const userIds = (role: number): string[] =>
  users.filter(({ roles }) => roles.some((one) => one.id === id(ROLE, role))).map((user) => user.id)
const credentialIds = (...numbers: readonly number[]): string[] => numbers.map((number) => id(CREDENTIAL, number))

const role = (number: number, part: Partial<Role>): Role => ({
  ...roleOf(number),
  description: '',
  builtIn: false,
  permissions: [],
  users: userIds(number),
  credentials: [],
  ...part,
})

export const roles: readonly Role[] = [
  role(1, {
    builtIn: true,
    description: 'May do everything.',
    permissions: ['users.read', 'users.write', 'roles.read', 'roles.write', 'settings.read', 'settings.write'],
  }),
  role(2, {
    builtIn: true,
    description: 'Sees everything and changes nothing.',
    permissions: ['users.read', 'roles.read', 'audit.read', 'activity.read'],
  }),
  role(3, {
    description: 'Builds and runs the shop.',
    permissions: ['resources.read', 'gateways.read'],
    credentials: credentialIds(1, 2, 4),
  }),
  role(4, { description: 'Reports and analysis; reads only.', credentials: credentialIds(1, 5) }),
  role(5, { description: 'Looks at orders when customers call.', credentials: credentialIds(1) }),
]
