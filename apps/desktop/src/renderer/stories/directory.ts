/** A small organization as administrators see it: people, roles, resources, gateways, devices. */
import type { ItemOf } from '../data/use-route.ts'
import { type Answers, routes } from './answers.ts'
import { ada, id } from './people.ts'

type User = ItemOf<'listUsers'>
type Role = ItemOf<'listRoles'>
type Resource = ItemOf<'listResources'>
type Credential = ItemOf<'listCredentials'>
type Gateway = ItemOf<'listGateways'>
type Device = ItemOf<'listDevices'>
type Session = ItemOf<'listSessions'>
type Connection = ItemOf<'listConnections'>

const USER = 100
const ROLE = 101
const SITE = 102
const RESOURCE = 103
const CREDENTIAL = 104
const SECRET = 105
const GATEWAY = 106
const DEVICE = 107
const SESSION = 108
const GRANT = 109
const CONNECTION = 110
const LEASE = 111

const page = <Item>(items: readonly Item[]) => ({ items: [...items], next: null })

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

const sites = [
  { id: id(SITE, 1), name: 'Frankfurt' },
  { id: id(SITE, 2), name: 'Virginia' },
  { id: id(SITE, 3), name: 'Office' },
]

const resource = (number: number, part: Partial<Resource> & { readonly host: string }): Resource => {
  const { host, ...rest } = part
  return {
    id: id(RESOURCE, number),
    site: id(SITE, 1),
    name: 'shop',
    description: '',
    tags: [],
    endpoint: {
      protocol: 'postgresql',
      host,
      port: 5432,
      tls: { kind: 'authority', certificates: '', serverName: null },
      plaintextAllowed: false,
      weakestAuthentication: 'scram',
    },
    options: { labelConnections: true, strictRecording: false },
    ...rest,
  }
}

export const resources: readonly Resource[] = [
  resource(1, {
    name: 'shop',
    host: 'shop.db.acme.internal',
    description: 'Orders, customers and stock of the web shop.',
    tags: ['eu', 'orders'],
  }),
  resource(2, { name: 'ledger', host: 'ledger.db.acme.internal', description: 'Double-entry books.', tags: ['eu', 'dangerous'] }),
  resource(3, { name: 'warehouse', host: '10.20.0.14', site: id(SITE, 2), tags: ['us', 'reports', 'nightly'] }),
  resource(4, { name: 'sandbox', host: 'sandbox.acme.internal', site: id(SITE, 3) }),
]

const credential = (number: number, part: Partial<Credential> & { readonly at: number }): Credential => {
  const { at, ...rest } = part
  return {
    id: id(CREDENTIAL, number),
    resource: id(RESOURCE, at),
    name: 'read-only',
    userName: 'app_ro',
    secret: id(SECRET, number),
    secretVersion: 1,
    bound: true,
    databases: [],
    port: 15_000 + number,
    ...rest,
  }
}

export const credentials: readonly Credential[] = [
  credential(1, { at: 1, secretVersion: 4, databases: ['shop', 'stock'] }),
  credential(2, { at: 1, name: 'read-write', userName: 'app_rw' }),
  credential(3, { at: 1, name: 'superuser', userName: 'postgres', bound: false }),
  credential(4, { at: 2, name: 'read-only', userName: 'ledger_ro', bound: false }),
  credential(5, { at: 3, name: 'reports', userName: 'reports' }),
]

const grants: readonly ItemOf<'listGrants'>[] = [
  {
    id: id(GRANT, 1),
    user: id(USER, 2),
    credential: id(CREDENTIAL, 3),
    reason: 'Incident 4711',
    startsAt: '2026-11-22T13:00:00.000Z',
    expiresAt: '2026-11-22T17:00:00.000Z',
    status: 'active',
  },
]

const gateway = (number: number, part: Partial<Gateway>): Gateway => ({
  id: id(GATEWAY, number),
  name: `eu-${number}`,
  kind: 'gateway',
  sites: [id(SITE, 1)],
  address: { host: `eu-${number}.gateway.acme.example`, port: 8443 },
  status: 'joined',
  connected: true,
  version: '0.4.0',
  load: {
    at: '2026-11-22T14:04:50.000Z',
    sessions: 21 * number,
    connections: 34 * number,
    spoolBytes: 18_400,
    residentBytes: 148_000_000,
    processorShare: 0.18 * number,
  },
  lastSeenAt: '2026-11-22T14:04:50.000Z',
  certificateExpiresAt: '2026-11-23T10:00:00.000Z',
  ...part,
})

export const gateways: readonly Gateway[] = [
  gateway(1, {}),
  gateway(2, { version: '0.3.2' }),
  gateway(3, {
    name: 'us-1',
    kind: 'relay',
    sites: [id(SITE, 2)],
    address: null,
    connected: false,
    load: null,
    lastSeenAt: '2026-11-22T11:20:00.000Z',
  }),
  gateway(4, {
    name: 'old-1',
    status: 'revoked',
    connected: false,
    version: '0.1.0',
    load: null,
    lastSeenAt: '2026-05-02T11:20:00.000Z',
    certificateExpiresAt: null,
  }),
]

const device = (number: number, part: { readonly owner: number; readonly name: string } & Partial<Device>): Device => {
  const { owner, name, ...rest } = part
  return {
    id: number === 1 ? id(2) : id(DEVICE, number),
    user: users[owner - 1]!.id,
    facts: { name, platform: 'linux', osVersion: 'Debian 12', clientVersion: '0.1.0', keyStorage: 'keychain' },
    status: 'active',
    enrolledAt: '2026-03-02T09:05:00.000Z',
    lastSeenAt: '2026-11-22T14:04:00.000Z',
    ...rest,
  }
}

const devices: readonly Device[] = [
  device(1, { owner: 1, name: 'ada-workstation' }),
  device(2, { owner: 2, name: 'grace-laptop' }),
  device(3, { owner: 3, name: 'bombe', lastSeenAt: '2026-11-19T16:00:00.000Z' }),
  device(4, { owner: 2, name: 'grace-new-laptop', status: 'pending', enrolledAt: '2026-11-22T13:58:00.000Z', lastSeenAt: null }),
  device(5, { owner: 6, name: 'apollo', status: 'revoked', lastSeenAt: '2026-06-01T08:00:00.000Z' }),
]

const session = (number: number, part: { readonly computer: number } & Partial<Session>): Session => {
  const { computer: at, ...rest } = part
  const on = devices[at - 1]!
  return {
    id: number === 1 ? id(3) : id(SESSION, number),
    user: on.user,
    device: on.id,
    label: `k3v9x2a${number}`,
    status: 'active',
    createdAt: '2026-11-22T10:40:00.000Z',
    expiresAt: '2026-11-22T22:40:00.000Z',
    lastUsedAt: '2026-11-22T14:04:00.000Z',
    address: `192.0.2.${9 + number}`,
    ...rest,
  }
}

const sessions: readonly Session[] = [
  session(1, { computer: 1 }),
  session(2, { computer: 2 }),
  session(3, { computer: 3, status: 'expired', createdAt: '2026-11-19T07:00:00.000Z', expiresAt: '2026-11-19T19:00:00.000Z' }),
]

const connection = (number: number, part: Partial<Connection>): Connection => ({
  id: id(CONNECTION, number),
  user: ada.id,
  session: id(3),
  device: id(2),
  gateway: id(GATEWAY, 1),
  lease: id(LEASE, number),
  resource: id(RESOURCE, 1),
  credential: id(CREDENTIAL, 1),
  name: 'shop/read-only',
  caller: { program: '/usr/bin/psql', user: 'ada', pid: 4100 + number },
  openedAt: '2026-11-22T13:30:00.000Z',
  bytesUp: 21_000 * number,
  bytesDown: 1_900_000 * number,
  reportedAt: '2026-11-22T14:04:55.000Z',
  leaseExpiresAt: '2026-11-22T14:09:00.000Z',
  ...part,
})

export const openConnections: readonly Connection[] = [
  connection(1, {}),
  connection(2, {
    user: id(USER, 2),
    session: id(SESSION, 2),
    device: id(DEVICE, 2),
    name: 'shop/superuser',
    caller: { program: '/Applications/DBeaver.app/Contents/MacOS/dbeaver', user: 'grace', pid: 812 },
    openedAt: '2026-11-22T13:58:00.000Z',
  }),
  connection(3, { name: 'ledger/read-only', caller: null, gateway: id(GATEWAY, 2) }),
]

/** Everything that administrators read, of an ordinary day. */
export const organizationAnswers: Answers = routes({
  listUsers: page(users),
  listRoles: page(roles),
  listSites: page(sites),
  listResources: page(resources),
  listCredentials: page(credentials),
  listGrants: page(grants),
  listGateways: page(gateways),
  listDevices: page(devices),
  listSessions: page(sessions),
  listConnections: page(openConnections),
})

/** Nothing was made yet. */
export const emptyOrganization: Answers = routes({
  listUsers: page([]),
  listRoles: page([]),
  listSites: page([]),
  listResources: page([]),
  listCredentials: page([]),
  listGrants: page([]),
  listGateways: page([]),
  listDevices: page([]),
  listSessions: page([]),
  listConnections: page([]),
})

const LONG = 'a-very-long-name-that-somebody-imported-from-another-system-in-2026-11'
const ELEVEN_ROLES = Array.from({ length: 11 }, (_, at) => ({
  id: id(ROLE, 50 + at),
  name: `Role ${at + 1} with quite a long name of its own`,
}))

/** Names and lists that are longer than anybody meant them to be. */
export const longOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page([
      {
        ...users[1]!,
        firstName: LONG,
        lastName: LONG,
        email: `${'x'.repeat(60)}@${'y'.repeat(60)}.example`,
        roles: ELEVEN_ROLES,
      },
    ]),
    listRoles: page([
      {
        ...roles[2]!,
        name: `${LONG} ${LONG}`.slice(0, 120),
        description: `${LONG} `.repeat(12),
        users: users.map((user) => user.id),
      },
    ]),
    listResources: page([
      {
        ...resources[0]!,
        name: LONG.slice(0, 63),
        description: `${LONG} `.repeat(10),
        tags: Array.from({ length: 14 }, (_, at) => `tag-number-${at}`),
        endpoint: { ...resources[0]!.endpoint, host: `${'very-'.repeat(30)}long.db.acme.internal`, plaintextAllowed: true },
      },
    ]),
    listGateways: page([{ ...gateways[0]!, name: LONG, version: '0.4.0-rc.1+build.20261122.1405' }]),
    listDevices: page([{ ...devices[1]!, facts: { ...devices[1]!.facts, name: LONG, osVersion: `Debian ${LONG}` } }]),
  }),
}

const MANY = 3000

/** As many as a large organization has. */
export const hugeOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page(
      Array.from({ length: MANY }, (_, at) => ({
        ...users[at % users.length]!,
        id: id(USER, 1000 + at),
        email: `person-${at}@acme.example`,
      })),
    ),
    listResources: page(
      Array.from({ length: MANY }, (_, at) => ({
        ...resources[at % resources.length]!,
        id: id(RESOURCE, 1000 + at),
        name: `database-${at}`,
      })),
    ),
    listDevices: page(Array.from({ length: MANY }, (_, at) => ({ ...devices[at % devices.length]!, id: id(DEVICE, 1000 + at) }))),
    listGateways: page(
      Array.from({ length: 200 }, (_, at) => ({ ...gateways[at % 3]!, id: id(GATEWAY, 1000 + at), name: `gateway-${at}` })),
    ),
  }),
}

/** Everybody has a role, and the role uses everything: more ways than a picture can show. */
export const wideOrganization: Answers = {
  ...organizationAnswers,
  ...routes({
    listUsers: page(
      Array.from({ length: 1000 }, (_, at) => ({ ...users[1]!, id: id(USER, 1000 + at), lastName: `Hopper ${at}` })),
    ),
    listRoles: page([{ ...roles[2]!, users: Array.from({ length: 1000 }, (_, at) => id(USER, 1000 + at)) }]),
  }),
}

/** What a change would do. */
export const someImpact = {
  losing: {
    count: 7,
    items: users.map(({ id: user, email, firstName, lastName }) => ({ id: user, email, firstName, lastName })),
  },
  gaining: { count: 0, items: [] },
  connections: { count: 2, items: openConnections.slice(0, 2) },
  leases: 3,
  unbound: { count: 0, items: [] },
  complete: true,
}

export const gainingImpact = {
  ...someImpact,
  losing: { count: 0, items: [] },
  gaining: { count: 1, items: someImpact.losing.items.slice(1, 2) },
  connections: { count: 0, items: [] },
  leases: 0,
}

export const noImpact = { ...gainingImpact, gaining: { count: 0, items: [] } }

export const idOf = {
  user: (number: number): string => users[number - 1]!.id,
  role: (number: number): string => id(ROLE, number),
  resource: (number: number): string => id(RESOURCE, number),
  credential: (number: number): string => id(CREDENTIAL, number),
  gateway: (number: number): string => id(GATEWAY, number),
  device: (number: number): string => devices[number - 1]!.id,
  session: (number: number): string => sessions[number - 1]!.id,
  connection: (number: number): string => id(CONNECTION, number),
  site: (number: number): string => id(SITE, number),
}
