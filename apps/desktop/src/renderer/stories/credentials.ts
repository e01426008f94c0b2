/** Granted credentials as the agent tells them. */
import type { LocalCredential } from '../../shared/local-api.ts'
import { id } from './people.ts'

interface Sketch {
  readonly resource: string
  readonly name: string
  readonly number: number
  readonly description?: string
  readonly tags?: readonly string[]
  readonly listener?: LocalCredential['listener']
  readonly connections?: number
  readonly lastError?: LocalCredential['lastError']
  readonly through?: readonly LocalCredential['granted']['through'][number][]
  readonly databases?: readonly string[]
  readonly inUse?: LocalCredential['granted']['inUse']
}

const backend: LocalCredential['granted']['through'] = [{ kind: 'role', id: id(5), name: 'Backend' }]

export const credential = (sketch: Sketch): LocalCredential => ({
  granted: {
    credential: id(20, sketch.number),
    name: `${sketch.resource}/${sketch.name}`,
    resource: {
      id: id(21, sketch.number),
      name: sketch.resource,
      description: sketch.description ?? '',
      tags: [...(sketch.tags ?? [])],
      protocol: 'postgresql',
    },
    site: id(22),
    userName: sketch.name.replaceAll('-', '_'),
    databases: [...(sketch.databases ?? [sketch.resource])],
    port: 15_000 + (sketch.number % 5000),
    bound: sketch.listener?.state !== 'unbound',
    exclusive: sketch.inUse !== undefined,
    inUse: sketch.inUse ?? null,
    through: [...(sketch.through ?? backend)],
  },
  host: '127.0.0.1',
  port: 15_000 + (sketch.number % 5000),
  portOverridden: false,
  socketDirectory: '/run/user/1000/sallyport',
  listener: sketch.listener ?? { state: 'listening' },
  connections: sketch.connections ?? 0,
  lastError: sketch.lastError ?? null,
})

const NAMES = [
  'shop',
  'ledger',
  'billing',
  'search',
  'catalogue',
  'stock',
  'metrics',
  'identity',
  'payroll',
  'support',
  'geo',
  'mail',
]
const REGIONS = ['eu', 'us', 'ap']
const STAGES = ['production', 'staging', 'development']
const ACCOUNTS = ['read-only', 'read-write', 'superuser']

/** As many as asked for: every resource with its accounts. */
export const manyCredentials = (total: number): LocalCredential[] =>
  Array.from({ length: total }, (_, number) => {
    const account = ACCOUNTS[number % ACCOUNTS.length] ?? ''
    const at = Math.floor(number / ACCOUNTS.length)
    const region = REGIONS[at % REGIONS.length] ?? ''
    const stage = STAGES[Math.floor(at / REGIONS.length) % STAGES.length] ?? ''
    const base = NAMES[Math.floor(at / (REGIONS.length * STAGES.length)) % NAMES.length] ?? ''
    const round = Math.floor(at / (REGIONS.length * STAGES.length * NAMES.length))
    return credential({
      resource: `${base}-${stage}-${region}${round === 0 ? '' : `-${round}`}`,
      name: account,
      number: number + 1,
      tags: [region, stage],
      listener: { state: number % 3 === 0 ? 'listening' : 'off' },
      connections: number % 41 === 0 ? 2 : 0,
    })
  })

/** A person's ordinary day. */
export const someCredentials: readonly LocalCredential[] = [
  credential({
    resource: 'shop',
    name: 'read-only',
    number: 1,
    tags: ['eu', 'production'],
    connections: 2,
    description: 'Orders and customers of the web shop',
  }),
  credential({
    resource: 'shop',
    name: 'superuser',
    number: 2,
    tags: ['eu', 'production'],
    listener: { state: 'off' },
    through: [{ kind: 'grant', id: id(23), expiresAt: '2026-11-22T14:09:00.000Z' }],
    description: 'Orders and customers of the web shop',
  }),
  credential({
    resource: 'ledger',
    name: 'read-only',
    number: 3,
    tags: ['eu', 'production'],
    description: 'Bookings, closed every night',
    lastError: {
      code: 'resource_certificate',
      message: 'The certificate of the resource is not trusted. Check its CA or pin.',
      at: '2026-11-22T14:01:00.000Z',
    },
  }),
  credential({
    resource: 'search',
    name: 'read-write',
    number: 4,
    tags: ['us', 'staging'],
    inUse: { by: 'Grace Hopper', until: '2026-11-22T14:09:00.000Z' },
  }),
  credential({
    resource: 'catalogue',
    name: 'read-only',
    number: 5,
    tags: ['ap', 'production'],
    listener: { state: 'port-taken', owner: 'postgres (pid 812)' },
  }),
  credential({ resource: 'stock', name: 'read-write', number: 6, tags: ['eu', 'staging'], connections: 1 }),
  credential({ resource: 'metrics', name: 'read-only', number: 7, tags: ['us', 'production'], listener: { state: 'unbound' } }),
  credential({ resource: 'payroll', name: 'read-only', number: 8, tags: ['eu', 'production'], listener: { state: 'off' } }),
]

const LONG = 'a-very-long-name-that-somebody-imported-from-another-system-2026-11'

export const longCredentials: readonly LocalCredential[] = [
  credential({
    resource: `${LONG}-and-a-suffix`,
    name: 'an-account-with-a-rather-long-name',
    number: 11,
    tags: ['eu', 'production', 'customer-data', 'retention-ten-years', 'managed-by-platform'],
    description:
      'A description that goes on for longer than anybody would want to read in a list, and then a little further. '.repeat(4),
    connections: 12_345,
    databases: Array.from({ length: 40 }, (_, at) => `database_with_a_long_name_${at}`),
    through: Array.from({ length: 9 }, (_, at) => ({
      kind: 'role' as const,
      id: id(5, at),
      name: `A role with a long name, number ${at}`,
    })),
    lastError: {
      code: 'resource_unreachable',
      message: `The resource does not answer. ${'Check its endpoint and network. '.repeat(12)}`.trim(),
      at: '2026-11-21T03:00:00.000Z',
    },
  }),
  credential({ resource: 'データベース・本番', name: 'read-only', number: 12 }),
  credential({ resource: '<b>bold</b> & "quotes"', name: 'read-only', number: 13, description: '<img src=x onerror=alert(1)>' }),
  credential({ resource: 'قاعدة البيانات', name: 'read-write', number: 14, tags: ['eu'] }),
]
