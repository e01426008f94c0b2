/** What tests of opening need. */
import type { LocalCredential } from '../../shared/local-api.ts'

export const CREDENTIAL_ID = '5a0c9a52-6f0e-4d5c-9d4c-0d9a4b0f1e21'

interface Names {
  readonly resource?: string
  readonly user?: string
  readonly database?: string
  readonly port?: number
}

export const credentialNamed = ({
  resource = 'shop',
  user = 'readonly',
  database = 'shop',
  port = 15_001,
}: Names = {}): LocalCredential => ({
  granted: {
    credential: CREDENTIAL_ID,
    name: `${resource}/read-only`,
    resource: { id: 'e7b0f6d4-3b1c-4d7e-8a57-1c2d3e4f5a6b', name: resource, description: '', tags: [], protocol: 'postgresql' },
    site: 'c1d2e3f4-0a1b-4c2d-8e3f-4a5b6c7d8e9f',
    userName: user,
    databases: [database],
    port,
    bound: true,
    exclusive: false,
    inUse: null,
    through: [],
  },
  host: '127.0.0.1',
  port,
  portOverridden: false,
  socketDirectory: null,
  listener: { state: 'listening' },
  connections: 0,
  lastError: null,
})

/** What people who mean harm, or nothing at all, may call things. */
export const hostileNames = [
  'a|b',
  '${HOME}',
  '"; rm -rf x',
  '%0a',
  '<x>&"',
  '\u202Etxet',
  '--exec=x',
  'a;b',
  "it's `id` $(id)",
  'a\nb',
  '\ud800',
  'x'.repeat(300),
] as const
