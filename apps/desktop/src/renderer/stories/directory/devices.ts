/** Devices, sessions and open connections of a small organization. */
import type { ItemOf } from '../../data/use-route.ts'
import { ada, id } from '../people.ts'
import { CONNECTION, CREDENTIAL, DEVICE, GATEWAY, LEASE, RESOURCE, SESSION, USER } from './kinds.ts'
import { users } from './people.ts'

type Device = ItemOf<'listDevices'>
type Session = ItemOf<'listSessions'>
type Connection = ItemOf<'listConnections'>

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

export const devices: readonly Device[] = [
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

export const sessions: readonly Session[] = [
  session(1, { computer: 1 }),
  session(2, { computer: 2 }),
  session(3, { computer: 3, status: 'expired', createdAt: '2026-11-19T07:00:00.000Z', expiresAt: '2026-11-19T19:00:00.000Z' }),
]

type Lease = ItemOf<'listLeases'>
const lease = (number: number, part: Partial<Lease>): Lease => ({
  id: id(LEASE, number),
  user: ada.id,
  session: id(3),
  gateway: id(GATEWAY, 1),
  credential: id(CREDENTIAL, 1),
  createdAt: '2026-11-22T13:30:00.000Z',
  expiresAt: '2026-11-22T14:09:00.000Z',
  status: 'active',
  ...part,
})

export const leases: readonly Lease[] = [
  lease(1, {}),
  lease(2, { user: id(USER, 2), session: id(SESSION, 2), credential: id(CREDENTIAL, 3), createdAt: '2026-11-22T13:58:00.000Z' }),
  lease(3, { gateway: id(GATEWAY, 2), credential: id(CREDENTIAL, 4) }),
  lease(4, {
    user: id(USER, 2),
    session: id(SESSION, 2),
    status: 'ended',
    createdAt: '2026-11-22T11:00:00.000Z',
    expiresAt: '2026-11-22T11:10:00.000Z',
  }),
  lease(5, {
    credential: id(CREDENTIAL, 5),
    status: 'revoked',
    createdAt: '2026-11-21T15:50:00.000Z',
    expiresAt: '2026-11-21T16:00:00.000Z',
  }),
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
