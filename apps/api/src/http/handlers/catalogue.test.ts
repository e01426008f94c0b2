import { randomUUID } from 'node:crypto'
import { endpointDigest } from '@sallyport/protocol'
import {
  type Permission,
  permissions,
  type ResponseOf,
  type Route,
  type RouteName,
  type RouteOf,
  routes,
} from '@sallyport/protocol/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { releasePort, takePort } from '../../domains/credentials/ports.ts'
import { createBuiltInRoles } from '../../domains/roles/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import { codeOf } from '../../testing/code-of.ts'
import { makeSession } from '../../testing/make-session.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'
import type { CallerContext } from '../context.ts'
import { auditHandlers } from './audit.ts'
import { credentialHandlers } from './credentials.ts'
import { grantHandlers } from './grants.ts'
import { leaseHandlers } from './leases.ts'
import { resourceHandlers } from './resources.ts'
import { roleHandlers } from './roles.ts'
import { secretHandlers } from './secrets.ts'
import { siteHandlers } from './sites.ts'

const handlers = {
  ...siteHandlers,
  ...resourceHandlers,
  ...secretHandlers,
  ...credentialHandlers,
  ...roleHandlers,
  ...grantHandlers,
  ...leaseHandlers,
  ...auditHandlers,
}
type Called = keyof typeof handlers & RouteName

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld
let builtIn: Awaited<ReturnType<typeof createBuiltInRoles>>

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
  world = await makeUnlockWorld(database, roles, clock)
  builtIn = await world.inOrganization(createBuiltInRoles)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})

const contextOf = async (own: readonly Permission[]): Promise<CallerContext> => {
  const organization = await world.inOrganization(readOrganization)
  return {
    // Handlers of the catalogue need these of all that a program has.
    dependencies: { vault: roles.vault, log: roles.log.link } as unknown as Dependencies,
    address: '192.0.2.1',
    actor: { kind: 'user', id: world.person.user, device: world.person.device, session: world.person.id, address: '192.0.2.1' },
    now: () => clock.now,
    organization,
    transaction: world.inOrganization,
    user: { id: world.person.user, permissions: new Set(own), isSupport: false },
    device: { id: world.person.device },
    session: { id: world.person.id, expiresAt: new Date(clock.now + 3_600_000), publicKey: world.person.signer.publicKey },
  }
}

interface Sent {
  readonly parameters?: unknown
  readonly query?: unknown
  readonly body?: unknown
}
interface Schema {
  parse(value: unknown): unknown
}
const parse = (schema: unknown, value: unknown): unknown => (schema === undefined ? undefined : (schema as Schema).parse(value))

/** Calls as the HTTP tier does: input and output through the schemas of the route. */
const call = async <Name extends Called>(
  name: Name,
  input: Sent = {},
  own: readonly Permission[] = permissions,
): Promise<ResponseOf<RouteOf<Name>>> => {
  const route: Route = routes[name]
  const parsed = {
    parameters: parse(route.parameters, input.parameters),
    query: parse(route.query, input.query ?? {}),
    body: parse(route.body, input.body),
  }
  const handler = handlers[name] as unknown as (context: CallerContext, input: unknown) => Promise<unknown>
  return parse(route.response, await handler(await contextOf(own), parsed)) as ResponseOf<RouteOf<Name>>
}

const entries = async () => {
  const waiting = await roles.outbox.waiting(world.organization)
  const numbered = await withOrganization(database.pools.log, world.organization, (transaction) =>
    transaction.selectFrom('audit_entries').select(['id', 'type', 'entry']).execute(),
  )
  const all = [
    ...waiting.map(({ id, type, body }) => ({ id, type, text: body })),
    ...numbered.map(({ id, type, entry }) => ({ id, type, text: entry.toString() })),
  ]
  // What is numbered in between is in both.
  return [...new Map(all.map((entry) => [entry.id, entry])).values()]
}

/** Calls, and expects exactly one new audit entry: the one that the route promises. */
const change = async <Name extends Called>(name: Name, input: Sent) => {
  const before = new Set((await entries()).map(({ id }) => id))
  const answer = await call(name, input)
  const fresh = (await entries()).filter(({ id }) => !before.has(id))
  expect(
    fresh.map(({ type }) => type),
    name,
  ).toEqual([routes[name].audit])
  return { answer, details: (JSON.parse(fresh[0]!.text) as { details: Record<string, unknown> }).details, text: fresh[0]!.text }
}

const seen = new Set<string>()
const changing = <Name extends Called>(name: Name, input: Sent) => {
  seen.add(name)
  return change(name, input)
}

describe('every change of the catalogue', () => {
  it('commits exactly its one entry, with what was before and after', async () => {
    const site = await changing('createSite', { body: { name: 'Berlin' } })
    const atSite = { parameters: { site: site.answer.id } }
    expect((await changing('changeSite', { ...atSite, body: { name: 'Bonn' } })).details).toEqual({
      before: { name: 'Berlin' },
      after: { name: 'Bonn' },
    })
    const resource = await changing('createResource', {
      body: { site: site.answer.id, name: 'orders', endpoint: shopEndpoint },
    })
    const ofResource = { parameters: { resource: resource.answer.id } }
    const moved = { ...shopEndpoint, host: 'orders.internal' }
    const changed = await changing('changeResource', { ...ofResource, body: { endpoint: moved } })
    expect(changed.details).toMatchObject({
      before: { endpoint: { host: 'shop.internal', digest: await endpointDigest(shopEndpoint) } },
      after: { endpoint: { host: 'orders.internal', digest: await endpointDigest(moved) } },
      endedLeases: 0,
    })
    const sealed = async (text: string) => {
      const {
        actor: _actor,
        organization: _organization,
        ...body
      } = await world.sealedSecret(text, {
        resource: resource.answer.id,
        endpoint: moved,
      })
      return body
    }
    const secret = await changing('createSecret', { body: await sealed('canary-one') })
    const ofSecret = { parameters: { secret: secret.answer.id } }
    const replaced = await changing('replaceSecret', { ...ofSecret, body: await sealed('canary-two') })
    expect(replaced.details).toMatchObject({ before: { version: 1 }, after: { version: 2 } })
    const bound = await changing('bindSecret', { ...ofSecret, body: { endpointDigest: await endpointDigest(moved) } })
    for (const { text } of [secret, replaced, bound]) expect(text).not.toMatch(/canary|ciphertext|encapsulated/)
    const credential = await changing('createCredential', {
      body: { resource: resource.answer.id, name: 'reader', userName: 'orders_ro', secret: secret.answer.id },
    })
    const ofCredential = { parameters: { credential: credential.answer.id } }
    const renamed = await changing('changeCredential', { ...ofCredential, body: { name: 'viewer', databases: ['orders'] } })
    expect(renamed.details).toMatchObject({ before: { name: 'reader', databases: [] }, after: { name: 'viewer' } })

    const role = await changing('createRole', { body: { name: 'Support', permissions: ['audit.read'] } })
    const ofRole = { parameters: { role: role.answer.id } }
    await changing('changeRole', { ...ofRole, body: { description: 'First line.' } })
    const member = { parameters: { role: role.answer.id, user: world.person.user } }
    await changing('addRoleMember', member)
    const leasing = { parameters: { role: role.answer.id, credential: credential.answer.id } }
    await changing('addRoleCredential', leasing)
    await changing('removeRoleCredential', leasing)
    await changing('removeRoleMember', member)
    await changing('deleteRole', ofRole)

    const grant = await changing('createGrant', {
      body: {
        user: world.person.user,
        credential: credential.answer.id,
        reason: 'incident 7',
        expiresAt: new Date(clock.now + 60_000).toISOString(),
      },
    })
    await changing('revokeGrant', { parameters: { grant: grant.answer.id } })
    await changing('deleteCredential', ofCredential)
    await changing('deleteResource', ofResource)
    await changing('deleteSite', atSite)
    const exported = await changing('exportAuditEntries', { body: { format: 'json-lines' } })
    expect(exported.answer.text).toContain('site.deleted')
    const mutating = Object.keys(handlers).filter((name) => routes[name as Called].audit !== null)
    expect([...seen].sort()).toEqual(mutating.sort())
  })

  it('that is refused commits no entry', async () => {
    const before = (await entries()).length
    expect(await codeOf(call('createSite', { body: { name: 'Main' } }))).toBe('conflict')
    expect(await codeOf(call('deleteSite', { parameters: { site: world.site.id } }))).toBe('in_use')
    expect(await codeOf(call('deleteResource', { parameters: { resource: world.resource.id } }))).toBe('in_use')
    const gone = randomUUID()
    for (const [name, parameters] of [
      ['deleteSite', { site: gone }],
      ['deleteResource', { resource: gone }],
      ['deleteCredential', { credential: gone }],
      ['deleteRole', { role: gone }],
      ['revokeGrant', { grant: gone }],
      ['addRoleMember', { role: world.role.id, user: gone }],
      ['addRoleCredential', { role: world.role.id, credential: gone }],
    ] as const) {
      expect(await codeOf(call(name, { parameters })), name).toBe('not_found')
    }
    expect((await entries()).length).toBe(before)
  })
})

describe('roles', () => {
  it('are given no permission that the giver does not have', async () => {
    const own: readonly Permission[] = ['roles.write', 'audit.read']
    expect(await codeOf(call('createRole', { body: { name: 'More', permissions: ['users.write'] } }, own))).toBe('forbidden')
    const role = await call('createRole', { body: { name: 'Same', permissions: ['audit.read'] } }, own)
    const ofRole = { parameters: { role: role.id } }
    const raise = { ...ofRole, body: { permissions: ['audit.read', 'users.write'] } }
    expect(await codeOf(call('changeRole', raise, own))).toBe('forbidden')
    expect(await codeOf(call('changeRole', { ...ofRole, body: { permissions: [] } }, own))).toBe('done')
    const owner = { parameters: { role: builtIn.owner, user: world.person.user } }
    expect(await codeOf(call('addRoleMember', owner, own))).toBe('forbidden')
  })

  it('keep permissions that the one who renames them does not have', async () => {
    const role = await call('createRole', { body: { name: 'Strong', permissions: ['users.write'] } })
    const rename = { parameters: { role: role.id }, body: { name: 'Stronger', permissions: ['users.write'] } }
    expect(await codeOf(call('changeRole', rename, ['roles.write']))).toBe('done')
  })

  it('that are built in do not change, and their names are reserved', async () => {
    const auditor = { parameters: { role: builtIn.auditor } }
    expect(await codeOf(call('changeRole', { ...auditor, body: { permissions: [] } }))).toBe('conflict')
    expect(await codeOf(call('deleteRole', auditor))).toBe('forbidden')
    expect(await codeOf(call('createRole', { body: { name: 'Owner' } }))).toBe('conflict')
  })

  it('leave the organization its last owner', async () => {
    const second = await makeSession(database.pools.api, world.organization, { now: clock.now })
    const ownerOf = (user: string) => ({ parameters: { role: builtIn.owner, user } })
    await call('addRoleMember', ownerOf(world.person.user))
    expect(await codeOf(call('removeRoleMember', ownerOf(world.person.user)))).toBe('conflict')
    await call('addRoleMember', ownerOf(second.user))
    const both = [world.person.user, second.user].map((user) => codeOf(call('removeRoleMember', ownerOf(user))))
    expect((await Promise.all(both)).sort()).toEqual(['conflict', 'done'])
  })
})

describe('ports', () => {
  const create = (name: string, port?: number) =>
    call('createCredential', {
      body: {
        resource: world.resource.id,
        name,
        userName: 'x',
        secret: world.secret.id,
        ...(port === undefined ? {} : { port }),
      },
    })

  it('are unique, within the organization’s range, and come back with the name', async () => {
    const [first, second] = [await create('one'), await create('two')]
    expect(second.port).not.toBe(first.port)
    expect(await codeOf(create('three', first.port))).toBe('conflict')
    expect(await codeOf(create('three', 80))).toBe('invalid_request')
    await call('deleteCredential', { parameters: { credential: first.id } })
    expect((await create('three')).port).not.toBe(first.port)
    expect((await create('one')).port).toBe(first.port)
  })

  it('are different for credentials that are made at the same time', async () => {
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => create(name)))
    expect(new Set(made.map((credential) => credential.port)).size).toBe(5)
  })

  it('are used again, the longest released first, only when none is left; then the limit is reached', async () => {
    const ports = { first: 20_000, last: 20_001 }
    const take = (name: string) =>
      world.inOrganization((transaction) => takePort(transaction, { name, port: null, range: ports }))
    expect([await take('p'), await take('q')]).toEqual([20_000, 20_001])
    expect(await codeOf(take('r'))).toBe('limit_reached')
    await world.inOrganization(async (transaction) => {
      await releasePort(transaction, 20_001, 1)
      await releasePort(transaction, 20_000, 2)
    })
    expect([await take('r'), await take('s')]).toEqual([20_001, 20_000])
  })
})

describe('lists', () => {
  it('page through everything once', async () => {
    for (let each = 0; each < 5; each++) {
      await call('createSite', { body: { name: `Page ${each}` } })
      await call('createRole', { body: { name: `Page ${each}` } })
      await call('createResource', { body: { site: world.site.id, name: `page-${each}`, endpoint: shopEndpoint } })
      const expiresAt = new Date(clock.now + 60_000 + each).toISOString()
      await call('createGrant', { body: { user: world.person.user, credential: world.credential.id, expiresAt } })
      await world.unlock()
    }
    for (const name of [
      'listSites',
      'listRoles',
      'listResources',
      'listCredentials',
      'listGrants',
      'listLeases',
      'listAuditEntries',
    ] as const) {
      const all = (await call(name, { query: { limit: 500 } })).items as unknown[]
      const paged: unknown[] = []
      let cursor: string | null = null
      do {
        const page: { items: unknown[]; next: string | null } = await call(name, {
          query: { limit: 2, ...(cursor === null ? {} : { cursor }) },
        })
        paged.push(...page.items)
        cursor = page.next
      } while (cursor !== null)
      expect(all.length, name).toBeGreaterThan(4)
      expect(paged, name).toEqual(all)
      expect(await codeOf(call(name, { query: { cursor: 'bm9uc2Vuc2U' } })), name).toBe('invalid_request')
    }
  })
})

describe('an endpoint', () => {
  it('takes CA certificates that are PEM, and nothing else', async () => {
    const withCertificates = (certificates: string) =>
      call('createResource', {
        body: {
          site: world.site.id,
          name: `pem-${randomUUID().slice(0, 8)}`,
          endpoint: { ...shopEndpoint, tls: { kind: 'authority', certificates, serverName: null } },
        },
      })
    expect(await codeOf(withCertificates('not a certificate'))).toBe('invalid_request')
    const hollow = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    expect(await codeOf(withCertificates(hollow))).toBe('invalid_request')
    expect(await codeOf(withCertificates(''))).toBe('done')
  })
})
