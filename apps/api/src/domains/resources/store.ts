import type { Endpoint, ResourceOptions } from '@sallyport/protocol'
import type { Transaction } from '../../db/schema.ts'

export interface Resource {
  readonly id: string
  readonly site: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly endpoint: Endpoint
  /** SHA-256 over the endpoint's canonical JSON, base64url: what its secrets are bound to. */
  readonly endpointDigest: string
  readonly options: ResourceOptions
}

const select = (transaction: Transaction) => transaction.selectFrom('resources').selectAll()
type ResourceRow = Awaited<ReturnType<ReturnType<typeof select>['executeTakeFirstOrThrow']>>

const resourceOfRow = (row: ResourceRow): Resource => ({
  id: row.id,
  site: row.site_id,
  name: row.name,
  description: row.description,
  tags: row.tags,
  endpoint: row.endpoint,
  endpointDigest: row.endpoint_digest,
  options: row.options,
})

const rowOf = (resource: Resource) => ({
  site_id: resource.site,
  name: resource.name,
  description: resource.description,
  tags: [...resource.tags],
  endpoint: JSON.stringify(resource.endpoint),
  endpoint_digest: resource.endpointDigest,
  options: JSON.stringify(resource.options),
})

/** Ordered by name, which is unique; `after` is the last one seen. */
export const listResources = async (
  transaction: Transaction,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<Resource[]> => {
  const rows = await select(transaction)
    .$if(after !== null, (query) => query.where('name', '>', after!))
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map(resourceOfRow)
}

export const findResource = async (transaction: Transaction, id: string): Promise<Resource | null> => {
  const row = await select(transaction).where('id', '=', id).executeTakeFirst()
  return row ? resourceOfRow(row) : null
}

/** Locks it until the transaction ends. */
export const lockResource = async (transaction: Transaction, id: string): Promise<Resource | null> => {
  const row = await select(transaction).where('id', '=', id).forUpdate().executeTakeFirst()
  return row ? resourceOfRow(row) : null
}

export const insertResource = async (transaction: Transaction, resource: Resource, now: number): Promise<void> => {
  await transaction
    .insertInto('resources')
    .values({ id: resource.id, ...rowOf(resource), created_at: new Date(now) })
    .execute()
}

export const updateResource = async (transaction: Transaction, resource: Resource): Promise<void> => {
  await transaction.updateTable('resources').set(rowOf(resource)).where('id', '=', resource.id).execute()
}

export const deleteResourceRow = async (transaction: Transaction, id: string): Promise<void> => {
  await transaction.deleteFrom('resources').where('id', '=', id).execute()
}

export const countResources = async (transaction: Transaction): Promise<number> => {
  const row = await transaction
    .selectFrom('resources')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}
