/** Sites, resources, credentials and grants of a small organization. */
import type { ItemOf } from '../../data/use-route.ts'
import { id } from '../people.ts'
import { CREDENTIAL, GRANT, RESOURCE, SECRET, SITE, STORE, USER } from './kinds.ts'

type Resource = ItemOf<'listResources'>
type Credential = ItemOf<'listCredentials'>

export const sites = [
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
    stored: null,
    databases: [],
    port: 15_000 + number,
    exclusive: false,
    kind: 'password',
    secretEndsAt: null,
    ...rest,
  }
}

/** One that cannot check tokens of single leases, and one that does. */
export const stores: readonly ItemOf<'listStores'>[] = [
  {
    id: id(STORE, 1),
    name: 'Company vault',
    issuer: 'https://api.acme.example/v1/token-issuers/acme',
    location: {
      kind: 'vault',
      address: 'https://vault.acme.internal:8200',
      authority: '',
      namespace: null,
      engine: 'kv',
      mount: 'secret',
      signIn: { kind: 'gateway' },
    },
    gatewayTrusted: true,
    createdAt: '2026-10-05T09:00:00.000Z',
  },
  {
    id: id(STORE, 2),
    name: 'AWS production',
    issuer: 'https://api.acme.example/v1/token-issuers/acme',
    location: {
      kind: 'aws',
      region: 'eu-central-1',
      role: 'arn:aws:iam::111122223333:role/sallyport-gateways',
      audience: 'sts.amazonaws.com',
    },
    gatewayTrusted: false,
    createdAt: '2026-11-01T09:00:00.000Z',
  },
]
const inStore = { store: id(STORE, 1), path: 'apps/shop/read-write', field: 'password' }

export const credentials: readonly Credential[] = [
  credential(1, { at: 1, secretVersion: 4, databases: ['shop', 'stock'] }),
  credential(2, { at: 1, name: 'read-write', userName: 'app_rw', kind: null, stored: inStore }),
  credential(3, { at: 1, name: 'superuser', userName: 'postgres', bound: false, kind: 'temporary-user', exclusive: true }),
  credential(4, { at: 2, name: 'read-only', userName: 'ledger_ro', bound: false }),
  credential(5, { at: 3, name: 'reports', userName: 'reports', kind: 'certificate', secretEndsAt: '2026-12-09T09:00:00.000Z' }),
]

export const grants: readonly ItemOf<'listGrants'>[] = [
  {
    id: id(GRANT, 1),
    user: id(USER, 2),
    credential: id(CREDENTIAL, 3),
    device: null,
    reason: 'Incident 4711',
    startsAt: '2026-11-22T13:00:00.000Z',
    expiresAt: '2026-11-22T17:00:00.000Z',
    status: 'active',
  },
]
