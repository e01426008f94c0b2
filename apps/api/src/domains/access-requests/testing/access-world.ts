/** An organization with people, roles and one credential, as rows, and a clock that tests move. */
import { randomUUID } from 'node:crypto'
import type { AccessRuleTerms, AuditActor, Permission } from '@sallyport/protocol/api'
import type { TestDatabase } from '../../../db/testing.ts'
import type { Transaction } from '../../../db/schema.ts'
import { withOrganization } from '../../../db/with-organization.ts'
import { type MadeSession, makeSession } from '../../../testing/make-session.ts'
import { makeOrganization } from '../../../testing/make-organization.ts'
import type { AccessCaller } from '../caller.ts'
import { createRule } from '../rules.ts'
import type { Rule } from '../rule-for.ts'

export interface AccessWorld {
  readonly organization: string
  now: number
  /** In the organization, as the API's database role. */
  run<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>
  person(...roles: readonly string[]): Promise<MadeSession>
  role(): Promise<string>
  as(person: MadeSession, ...permissions: readonly Permission[]): AccessCaller
  /** A credential of a resource of its own. */
  credential(tags?: readonly string[]): Promise<{ readonly credential: string; readonly resource: string; readonly name: string }>
  rule(terms: Partial<AccessRuleTerms>): Promise<Rule>
  /** Types of the entries so far, in order. */
  entries(): Promise<readonly string[]>
}

export const HOUR = 3600
export const MINUTE = 60

const nobody = { roles: [], users: [] }
const endpoint = {
  protocol: 'postgresql',
  host: 'db.internal',
  port: 5432,
  tls: { kind: 'authority', certificates: '', serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
}

let counter = 0

export const ruleTerms = (terms: Partial<AccessRuleTerms> = {}): AccessRuleTerms => ({
  name: `rule ${(counter += 1)}`,
  priority: 100,
  enabled: true,
  selects: { everything: true, credentials: [], resources: [], tags: [] },
  requesters: { roles: [] },
  approvals: 1,
  approvers: nobody,
  windows: [],
  escalation: null,
  maxDuration: 8 * HOUR,
  maxExtensions: 1,
  waitsFor: 24 * HOUR,
  reasonRequired: true,
  emergency: null,
  ...terms,
})

const actorOf = (person: MadeSession): AuditActor => ({
  kind: 'user',
  id: person.user,
  device: person.device,
  session: person.id,
  address: '192.0.2.1',
})

export const makeAccessWorld = async (database: TestDatabase): Promise<AccessWorld> => {
  const { pools } = database
  const begin = Date.UTC(2026, 10, 23, 9)
  const { id: organization } = await makeOrganization(pools.api, begin)
  const run = <Result>(work: (transaction: Transaction) => Promise<Result>) => withOrganization(pools.api, organization, work)
  const site = randomUUID()
  await run((transaction) =>
    transaction
      .insertInto('sites')
      .values({ id: site, name: 'Berlin', created_at: new Date(begin) })
      .execute(),
  )
  const administrator = await makeSession(pools.api, organization, { now: begin })
  const world: AccessWorld = {
    organization,
    now: begin,
    run,
    person: async (...roles) => {
      const person = await makeSession(pools.api, organization, { now: world.now })
      const members = roles.map((role) => ({ role_id: role, user_id: person.user }))
      if (members.length > 0) await run((transaction) => transaction.insertInto('role_members').values(members).execute())
      return person
    },
    role: async () => {
      const id = randomUUID()
      await run((transaction) =>
        transaction
          .insertInto('roles')
          .values({ id, name: `role ${id}`, description: '', built_in: null, permissions: [] })
          .execute(),
      )
      return id
    },
    as: (person, ...permissions) => ({
      organization,
      actor: actorOf(person),
      now: world.now,
      user: person.user,
      device: person.device,
      permissions: new Set(permissions),
    }),
    credential: async (tags = []) => {
      const [resource, secret, credential] = [randomUUID(), randomUUID(), randomUUID()]
      const name = `db-${(counter += 1)}`
      const created_at = new Date(begin)
      const endpoint_digest = 'A'.repeat(43)
      await run((transaction) =>
        transaction
          .insertInto('resources')
          .values({
            id: resource,
            site_id: site,
            name,
            description: `orders of ${name}`,
            tags: [...tags],
            endpoint: JSON.stringify(endpoint),
            endpoint_digest,
            options: JSON.stringify({ labelConnections: true, strictRecording: false }),
            created_at,
          })
          .execute(),
      )
      await withOrganization(pools.vault, organization, (transaction) =>
        transaction
          .insertInto('secrets')
          .values({ id: secret, resource_id: resource, version: 1, endpoint_digest, created_at })
          .execute(),
      )
      await run((transaction) =>
        transaction
          .insertInto('credentials')
          .values({
            id: credential,
            resource_id: resource,
            secret_id: secret,
            name: 'read-only',
            user_name: 'ro',
            databases: JSON.stringify([]),
            port: 10_000 + counter,
            created_at,
          })
          .execute(),
      )
      return { credential, resource, name: `${name}/read-only` }
    },
    rule: (terms) => run((transaction) => createRule(transaction, ruleTerms(terms), world.as(administrator))),
    entries: async () => {
      const rows = await withOrganization(pools.log, organization, (transaction) =>
        transaction.selectFrom('audit_outbox').select('type').orderBy('position').execute(),
      )
      return rows.map(({ type }) => type)
    },
  }
  return world
}
