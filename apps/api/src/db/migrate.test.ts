import { randomUUID } from 'node:crypto'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from './migrate.ts'
import { up as alertsOfParts } from './migrations/0290-alerts-of-parts.ts'
import { programRoles } from './roles.ts'
import { type TestDatabase, testDatabase } from './testing.ts'
import { withOrganization } from './with-organization.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.stop())

const asOwner = async <Row extends pg.QueryResultRow>(query: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: database.login('owner').connectionString })
  await client.connect()
  try {
    return (await client.query<Row>(query)).rows
  } finally {
    await client.end()
  }
}

/** What a migration does to rows that were there before it. */
const applyAgain = async (up: (migration: Kysely<unknown>) => Promise<void>): Promise<void> => {
  const pool = new pg.Pool({ connectionString: database.login('owner').connectionString })
  const owner = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await owner.transaction().execute(up)
  } finally {
    await owner.destroy()
  }
}

const settings = JSON.stringify({
  sessionLifetime: 43_200,
  sessionIdleLimit: 3600,
  leaseLifetime: 300,
  newDevices: 'approve',
  ports: { first: 10_000, last: 10_999 },
  activityRetentionDays: 90,
})

const createOrganization = async (slug: string): Promise<string> => {
  const id = randomUUID()
  await withOrganization(database.pools.api, id, (transaction) =>
    transaction
      .insertInto('organizations')
      .values({ id, slug, name: slug, trust_domain: `${slug}.test`, settings, created_at: new Date() })
      .execute(),
  )
  return id
}

describe('migrations', () => {
  it('are applied once, also when replicas start together', async () => {
    const again = await Promise.all([1, 2, 3].map(() => migrate(database.login('owner'))))
    expect(again).toEqual([[], [], []])
  })

  it('give alerts of a vault or a log that fails kinds of their own', async () => {
    const organization = await createOrganization('alerted')
    const told = ['vault_unavailable', 'log_unavailable', 'kms_denied'].map((code) => `Nothing can be unlocked: ... (${code})`)
    await withOrganization(database.pools.api, organization, async (transaction) => {
      const rows = told.map((message) => ({
        id: randomUUID(),
        kind: 'kms-failing' as const,
        user_id: null,
        device_id: null,
        message,
      }))
      await transaction.insertInto('alerts').values(rows).execute()
    })
    await applyAgain(alertsOfParts)
    const kinds = await withOrganization(database.pools.api, organization, (transaction) =>
      transaction.selectFrom('alerts').select(['kind', 'message']).execute(),
    )
    expect(new Map(kinds.map(({ kind, message }) => [message, kind]))).toEqual(
      new Map([
        [told[0], 'vault-failing'],
        [told[1], 'log-failing'],
        [told[2], 'kms-failing'],
      ]),
    )
  })

  it('force row-level security on every table that belongs to an organization', async () => {
    const unprotected = await asOwner<{ name: string }>(`
      select relname as name from pg_class
      join pg_attribute on attrelid = pg_class.oid and attname = 'organization_id' and not attisdropped
      where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not (relrowsecurity and relforcerowsecurity)`)
    expect(unprotected).toEqual([])
  })

  it('leave tables without an organization to what is known to hold none', async () => {
    const shared = await asOwner<{ name: string }>(`
      select relname as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
      and not relrowsecurity order by relname`)
    expect(shared.map((row) => row.name)).toEqual(
      expect.arrayContaining(['deployment_certificates', 'kysely_migration', 'kysely_migration_lock']),
    )
    for (const { name } of shared) expect(name).toMatch(/^(deployment_|kysely_|job_)/)
  })
})

describe('the database roles', () => {
  it('see rows of the chosen organization only, and none without one', async () => {
    const [first, second] = [await createOrganization('first'), await createOrganization('second')]
    for (const organization of [first, second]) {
      await withOrganization(database.pools.api, organization, (transaction) =>
        transaction.insertInto('sites').values({ id: randomUUID(), name: 'default', created_at: new Date() }).execute(),
      )
    }
    const sites = await withOrganization(database.pools.api, first, (transaction) =>
      transaction.selectFrom('sites').select('organization_id').execute(),
    )
    expect(sites).toEqual([{ organization_id: first }])
    await expect(database.pools.api.selectFrom('sites').selectAll().execute()).rejects.toThrow('no organization is set')
  })

  it('cannot write a row of another organization', async () => {
    const [mine, theirs] = [await createOrganization('mine'), await createOrganization('theirs')]
    const attempt = withOrganization(database.pools.api, mine, (transaction) =>
      transaction
        .insertInto('sites')
        .values({ id: randomUUID(), organization_id: theirs, name: 'planted', created_at: new Date() })
        .execute(),
    )
    await expect(attempt).rejects.toThrow('row-level security')
  })

  it('forget the organization when the transaction ends', async () => {
    const organization = await createOrganization('forgotten')
    await database.pools.api.connection().execute(async (connection) => {
      await withOrganization(connection, organization, () => Promise.resolve())
      await expect(sql`select * from sites`.execute(connection)).rejects.toThrow('no organization is set')
    })
  })

  it.each(programRoles)('%s can neither pass by row-level security nor change the schema', async (role) => {
    const [attributes] = await asOwner<{ rolsuper: boolean; rolbypassrls: boolean; rolcreaterole: boolean }>(
      `select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'sallyport_${role}'`,
    )
    expect(attributes).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false })
    await expect(sql`create table planted (id int)`.execute(database.pools[role])).rejects.toThrow('permission denied')
    await expect(sql`alter table sites disable row level security`.execute(database.pools[role])).rejects.toThrow('must be owner')
    await expect(sql`set role sallyport_owner`.execute(database.pools[role])).rejects.toThrow('permission denied')
  })

  it('keep passwords from everybody but the api role', async () => {
    for (const role of ['vault', 'log'] as const) {
      await expect(sql`select password_hash from users`.execute(database.pools[role])).rejects.toThrow('permission denied')
    }
  })
})
