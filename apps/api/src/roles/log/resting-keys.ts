import { ifMigrated } from '../../db/if-migrated.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Pool } from '../../db/schema.ts'
import { listOrganizations } from '../../domains/organizations/index.ts'

/** Whether something rests under the log's root key: one that is gone is then not followed by another. */
export const hasRestingKeys = (pool: Pool): Promise<boolean> =>
  ifMigrated(false, async () => {
    if ((await pool.selectFrom('deployment_outbox_keys').select('id').limit(1).executeTakeFirst()) !== undefined) return true
    for (const organization of await listOrganizations(pool)) {
      const key = await withOrganization(pool, organization, (transaction) =>
        transaction.selectFrom('receipt_keys').select('id').limit(1).executeTakeFirst(),
      )
      if (key !== undefined) return true
    }
    return false
  })
