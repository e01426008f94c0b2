import { type Organization } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import type { Pool, Transaction } from '../../db/schema.ts'

/** The organization of this transaction. */
export const readOrganization = async (transaction: Transaction): Promise<Organization> => {
  const row = await transaction
    .selectFrom('organizations')
    .select(['id', 'slug', 'name', 'trust_domain', 'settings'])
    .executeTakeFirstOrThrow()
  return { id: row.id, slug: row.slug, name: row.name, trustDomain: row.trust_domain, settings: row.settings }
}

/** Whether the organization of this transaction exists. */
export const hasOrganization = async (transaction: Transaction): Promise<boolean> =>
  (await transaction.selectFrom('organizations').select('id').executeTakeFirst()) !== undefined

const idOf = async (query: Promise<{ readonly rows: readonly { readonly id: string | null }[] }>): Promise<string | null> =>
  (await query).rows[0]?.id ?? null

/** The id of the organization with this name in addresses; null when there is none. */
export const findOrganization = (pool: Pool, slug: string): Promise<string | null> =>
  idOf(sql<{ id: string | null }>`select find_organization(${slug}) as id`.execute(pool))

/** The id of the organization of this trust domain; null when there is none. */
export const findOrganizationByTrustDomain = (pool: Pool, trustDomain: string): Promise<string | null> =>
  idOf(sql<{ id: string | null }>`select find_organization_by_trust_domain(${trustDomain}) as id`.execute(pool))

/** Ids of all organizations of this deployment. */
export const listOrganizations = async (connection: Pool | Transaction): Promise<string[]> => {
  const { rows } = await sql<{ id: string }>`select list_organizations() as id`.execute(connection)
  return rows.map(({ id }) => id)
}
