import { SallyportError } from '@sallyport/protocol/errors'
import type { ConnectionPath, LocalConnection } from '../../../shared/local-api.ts'
import { type Answers, methods, waits } from '../answers.ts'
import { someCredentials } from '../credentials.ts'
import { asUser, id } from '../people.ts'
import { type Story, STORY_NOW } from '../story.ts'

interface Sketch {
  readonly number: number
  readonly credential: string
  readonly program: string
  readonly gateway?: string
  readonly minutes?: number
}

const connection = ({ number, credential, program, gateway = 'eu-1', minutes = 12 }: Sketch): LocalConnection => ({
  id: id(30, number),
  credential,
  gateway,
  peerPort: 50_000 + number,
  roundTripMs: gateway === 'eu-1' ? 18.4 : 24.9,
  caller: { program, user: 'ada', pid: 41_200 + number },
  openedAt: new Date(Date.parse(STORY_NOW) - minutes * 60_000).toISOString(),
  bytesUp: 40_000 * number,
  bytesDown: 1_200_000 * number,
  leaseExpiresAt: '2026-11-22T14:09:00.000Z',
})

const some = [
  connection({ number: 1, credential: 'shop/read-only', program: '/usr/bin/dbeaver' }),
  connection({ number: 2, credential: 'shop/read-only', program: '/usr/lib/postgresql/15/bin/psql', minutes: 3 }),
  connection({
    number: 3,
    credential: 'shop/superuser',
    program: 'C:\\Program Files\\PostgreSQL\\17\\bin\\psql.exe',
    gateway: 'eu-2',
    minutes: 1,
  }),
  { ...connection({ number: 4, credential: 'stock/read-write', program: '' }), caller: null },
]

const long = [
  connection({
    number: 5,
    credential: 'a-very-long-name-that-somebody-imported-from-another-system/an-account-with-a-rather-long-name',
    program: `/opt/${'deeply/nested/'.repeat(12)}a-program-with-a-very-long-name-indeed`,
    gateway: 'a-gateway-with-a-long-name-in-a-far-away-place',
    minutes: 60 * 24 * 400,
  }),
]

const huge = Array.from({ length: 2000 }, (_, number) =>
  connection({
    number: number + 10,
    credential: `resource-${Math.floor(number / 7)}/read-only`,
    program: '/usr/bin/psql',
    minutes: number % 500,
  }),
)

/** Of an ordinary connection through eu-1. */
const path: ConnectionPath = {
  tool: { socket: false, tls: null },
  gateway: {
    name: 'eu-1',
    identity: 'spiffe://acme.example/gateway/00000000-0000-4000-8000-000400000001',
    host: 'eu-1.gateways.acme.example',
    port: 8443,
    roundTripMs: 18.4,
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519' },
  },
  relay: null,
  resource: {
    host: 'shop.db.acme.internal',
    port: 5432,
    connectMs: 6.2,
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: null },
    reachedAt: '2026-11-22T14:01:00.000Z',
  },
}
/** Through eu-1 to a relay in a closed network. */
const relayPath: ConnectionPath = {
  ...path,
  relay: {
    name: 'plant-1',
    identity: 'spiffe://acme.example/relay/00000000-0000-4000-8000-000400000005',
    roundTripMs: 31.7,
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519MLKEM768' },
  },
}
const longPath: ConnectionPath = {
  tool: { socket: true, tls: null },
  gateway: {
    ...path.gateway,
    name: 'a-gateway-with-a-long-name-in-a-far-away-place',
    host: 'a-gateway-with-a-long-name.in-a-far-away-place.gateways.acme.example',
    roundTripMs: 1_284,
    tls: { version: 'TLSv1.3', cipher: 'TLS_CHACHA20_POLY1305_SHA256', group: 'X25519MLKEM768' },
  },
  relay: null,
  resource: { ...path.resource!, host: `${'a-very-long-host-name.'.repeat(8)}acme.internal`, tls: null },
}

const open = (items: readonly LocalConnection[]): Answers => ({
  ...asUser(),
  ...methods({ credentials: { items: [...someCredentials] }, connections: { items: [...items] }, path }),
})

/** A minute of traffic before the picture is taken. */
const past = (items: readonly LocalConnection[]): NonNullable<Story['past']> =>
  Array.from({ length: 61 }, (_, second) => {
    const left = 60 - second
    const wave = (speed: number): number => Math.round(left * 40_000 + 180_000 * Math.sin(left / speed))
    return {
      secondsAgo: left,
      connections: items.map(({ id: of, bytesUp, bytesDown }, at) => ({
        id: of,
        bytesUp: bytesUp - Math.round(wave(9 + at) / 12),
        bytesDown: bytesDown - wave(5 + at),
      })),
    }
  })

const story = (state: string, answers: Answers, more: Partial<Story> = {}): Story => ({
  name: `connections/${state}`,
  at: '/connections',
  answers,
  ...more,
})

export const connectionsStories: readonly Story[] = [
  story('some', open(some), { past: past(some) }),
  story('panel', open(some), { past: past(some), at: `/connections/${id(30, 1)}` }),
  story('end-dialog', open(some), {
    past: past(some),
    steps: [{ click: { role: 'button', name: 'End all connections of shop · read-only' } }],
  }),
  story('empty', open([])),
  story('loading', { ...asUser(), ...methods({ connections: waits }) }),
  story('error', { ...asUser(), ...methods({ connections: new SallyportError('stopping') }) }),
  story('path-loading', { ...open(some), ...methods({ path: waits }) }, { past: past(some), at: `/connections/${id(30, 1)}` }),
  story('path-relay', { ...open(some), ...methods({ path: relayPath }) }, { past: past(some), at: `/connections/${id(30, 1)}` }),
  story(
    'path-not-told',
    { ...open(some), ...methods({ path: { ...path, resource: null } }) },
    { past: past(some), at: `/connections/${id(30, 1)}` },
  ),
  story(
    'path-error',
    { ...open(some), ...methods({ path: new SallyportError('not_found') }) },
    { past: past(some), at: `/connections/${id(30, 1)}` },
  ),
  story('long', { ...open(long), ...methods({ path: longPath }) }, { at: `/connections/${id(30, 5)}` }),
  story('huge', open(huge)),
]
