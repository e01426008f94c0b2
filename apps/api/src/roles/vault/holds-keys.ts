/** Whether the vault has wrapped anything yet. A root key that is gone is then not followed by another one. */
import { withOrganization } from '../../db/with-organization.ts'
import type { Pool } from '../../db/schema.ts'
import { listOrganizations } from '../../domains/organizations/index.ts'

/** Of PostgreSQL: there is no such table or function. */
const UNDEFINED = new Set(['42P01', '42883'])

const isUndefined = (error: unknown): boolean => error instanceof Error && 'code' in error && UNDEFINED.has(String(error.code))

/** False in a database that is not migrated yet. Throws when it cannot be asked. */
export const holdsKeys = async (pool: Pool): Promise<boolean> => {
  try {
    if ((await pool.selectFrom('deployment_keys').select('use').limit(1).executeTakeFirst()) !== undefined) return true
    for (const organization of await listOrganizations(pool)) {
      const key = await withOrganization(pool, organization, (transaction) =>
        transaction.selectFrom('vault_keys').select('id').limit(1).executeTakeFirst(),
      )
      if (key !== undefined) return true
    }
    return false
  } catch (error) {
    if (isUndefined(error)) return false
    throw error
  }
}
