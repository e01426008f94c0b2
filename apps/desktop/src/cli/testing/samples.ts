/** Values as agent and API answer them, valid under their schemas. */
import { randomUUID } from 'node:crypto'
import type { ResponseOf, RouteOf } from '@sallyport/protocol/api'
import type { AgentStatus, LocalConnection, LocalCredential } from '../../shared/local-api.ts'

export const ADA = 'a0000000-0000-4000-8000-000000000001'
export const ORGANIZATION = 'a0000000-0000-4000-8000-000000000002'

export const sampleStatus = (changes: Partial<AgentStatus> = {}): AgentStatus => ({
  version: '0.1.0',
  profile: '/home/ada/.config/sallyport',
  pid: 4711,
  state: 'signed-in',
  ended: null,
  keyStorage: 'keychain',
  api: { origin: 'https://sallyport.example.org', reachable: true },
  organization: { id: ORGANIZATION, slug: 'example', name: 'Example' },
  user: { id: ADA, email: 'ada@example.org', firstName: 'Ada', lastName: 'Lovelace' },
  device: randomUUID(),
  session: { id: randomUUID(), expiresAt: '2036-11-22T20:00:00.000Z', certificateExpiresAt: '2036-11-22T09:00:00.000Z' },
  gateways: [{ id: randomUUID(), name: 'berlin-1', sites: [randomUUID()], connected: true, roundTripMs: 1.25 }],
  connections: 0,
  ...changes,
})

export const notEnrolled = (): AgentStatus =>
  sampleStatus({ state: 'not-enrolled', api: null, organization: null, user: null, device: null, session: null, gateways: [] })

export const sampleCredential = (name: string, changes: Partial<LocalCredential> = {}): LocalCredential => {
  const [resource = '', credential = ''] = name.split('/')
  return {
    granted: {
      credential: randomUUID(),
      name,
      resource: { id: randomUUID(), name: resource, description: 'Orders', tags: ['shop'], protocol: 'postgresql' },
      site: randomUUID(),
      userName: `shop_${credential.replaceAll('-', '_')}`,
      databases: ['shop'],
      port: 15_001,
      bound: true,
      exclusive: false,
      inUse: null,
      through: [{ kind: 'role', id: randomUUID(), name: 'Developers' }],
    },
    host: '127.0.0.1',
    port: 15_001,
    portOverridden: false,
    socketDirectory: '/run/user/1000/sallyport/sockets',
    listener: { state: 'listening' },
    connections: 0,
    lastError: null,
    ...changes,
  }
}

export const sampleConnection = (id: string): LocalConnection => ({
  id,
  credential: 'shop-db/read-only',
  gateway: 'berlin-1',
  caller: { program: '/usr/bin/psql', user: 'ada', pid: 99 },
  peerPort: 50_001,
  openedAt: '2026-11-22T08:00:00.000Z',
  bytesUp: 2048,
  bytesDown: 5_000_000,
  roundTripMs: null,
  leaseExpiresAt: null,
})

type User = ResponseOf<RouteOf<'getUser'>>

export const sampleUser = (email: string, changes: Partial<User> = {}): User => ({
  id: randomUUID(),
  email,
  firstName: 'Ada',
  lastName: 'Lovelace',
  status: 'active',
  roles: [],
  createdAt: '2026-11-22T08:00:00.000Z',
  lastSignInAt: null,
  ...changes,
})

export const page = <Item>(items: readonly Item[], next: string | null = null) => ({ items, next })
