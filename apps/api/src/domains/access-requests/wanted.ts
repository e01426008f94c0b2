/** What requests are about, as people are shown it. */
import type { Endpoint } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

/** A credential as requests are about it. */
export interface Wanted {
  readonly credential: string
  /** `shop-db/read-only`. */
  readonly name: string
  readonly userName: string
  readonly databases: readonly string[]
  readonly resource: string
  readonly resourceName: string
  readonly description: string
  readonly tags: readonly string[]
  readonly endpoint: Endpoint
  /** Its name. */
  readonly site: string
}

/** Those of these credentials that exist, by id. */
export const findWanted = async (transaction: Transaction, ids: Iterable<string>): Promise<ReadonlyMap<string, Wanted>> => {
  const credentials = [...new Set(ids)]
  if (credentials.length === 0) return new Map()
  const rows = await transaction
    .selectFrom('credentials')
    .innerJoin('resources', 'resources.id', 'credentials.resource_id')
    .innerJoin('sites', 'sites.id', 'resources.site_id')
    .select(['credentials.id', 'credentials.name', 'credentials.user_name', 'credentials.databases'])
    .select(['resources.id as resource_id', 'resources.name as resource_name', 'resources.description', 'resources.tags'])
    .select(['resources.endpoint', 'sites.name as site_name'])
    .where('credentials.id', 'in', credentials)
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        credential: row.id,
        name: `${row.resource_name}/${row.name}`,
        userName: row.user_name,
        databases: row.databases,
        resource: row.resource_id,
        resourceName: row.resource_name,
        description: row.description,
        tags: row.tags,
        endpoint: row.endpoint,
        site: row.site_name,
      },
    ]),
  )
}
