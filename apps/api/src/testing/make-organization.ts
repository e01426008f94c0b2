/** An organization with nothing in it, for tests that need rows to belong to somebody. */
import { randomUUID } from 'node:crypto'
import type { Pool } from '../db/schema.ts'
import { withOrganization } from '../db/with-organization.ts'

export interface MadeOrganization {
  readonly id: string
  readonly slug: string
  readonly trustDomain: string
}

/** `now`: milliseconds since 1970. */
export const makeOrganization = async (pool: Pool, now = Date.now()): Promise<MadeOrganization> => {
  const id = randomUUID()
  const slug = `o-${id.slice(0, 8)}`
  const trustDomain = `${slug}.example`
  await withOrganization(pool, id, (transaction) =>
    transaction
      .insertInto('organizations')
      .values({
        id,
        slug,
        name: `Organization ${slug}`,
        trust_domain: trustDomain,
        settings: JSON.stringify({
          sessionLifetime: 43_200,
          sessionIdleLimit: 43_200,
          leaseLifetime: 300,
          newDevices: 'allow',
          ports: { first: 10_000, last: 29_999 },
          activityRetentionDays: 90,
        }),
        trust_bundle_number: 1,
        created_at: new Date(now),
      })
      .execute(),
  )
  return { id, slug, trustDomain }
}
