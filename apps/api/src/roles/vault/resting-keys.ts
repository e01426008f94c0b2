/**
 * Keys that rest in the database, as a vault finds them when it starts: while there are some, a root key that is gone is not followed by
 * another one, and another one in its place is refused.
 */
import { keyIdOf } from '@sallyport/protocol'
import { ifMigrated } from '../../db/if-migrated.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Pool } from '../../db/schema.ts'
import { listOrganizations } from '../../domains/organizations/index.ts'
import type { EncryptionContext } from '../../kms/kms.ts'
import { vaultKeyContext } from './make-key.ts'

interface RestingKey {
  readonly wrapped: Uint8Array
  readonly context: EncryptionContext
}

/** The newest of the deployment, then the newest of each organization. */
async function* restingKeys(pool: Pool): AsyncGenerator<RestingKey> {
  const own = await pool.selectFrom('deployment_keys').selectAll().orderBy('created_at', 'desc').limit(1).executeTakeFirst()
  if (own !== undefined) {
    const id = await keyIdOf(own.public_key)
    yield { wrapped: own.wrapped, context: vaultKeyContext({ scope: 'deployment' }, { use: 'root', id }) }
  }
  for (const organization of await listOrganizations(pool)) {
    const key = await withOrganization(pool, organization, (transaction) =>
      transaction.selectFrom('vault_keys').selectAll().orderBy('created_at', 'desc').limit(1).executeTakeFirst(),
    )
    if (key === undefined) continue
    yield { wrapped: key.wrapped, context: vaultKeyContext({ scope: 'organization', organization }, key) }
  }
}

/** `none`: nothing rests yet; `foreign`: none of what rests is under a root key that is known. Throws when the database cannot be asked. */
export const restingUnder = (
  pool: Pool,
  isKnown: (wrapped: Uint8Array, context: EncryptionContext) => boolean,
): Promise<'none' | 'known' | 'foreign'> =>
  ifMigrated('none', async () => {
    let found: 'none' | 'foreign' = 'none'
    for await (const { wrapped, context } of restingKeys(pool)) {
      if (isKnown(wrapped, context)) return 'known'
      found = 'foreign'
    }
    return found
  })
