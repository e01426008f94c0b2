import type { Endpoint, ResourceOptions } from '@sallyport/protocol'
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

export interface ResourceTables {
  resources: {
    id: ColumnType<string, string, never>
    organization_id: Generated<string>
    site_id: string
    name: string
    description: string
    tags: string[]
    endpoint: JSONColumnType<Endpoint>
    /** Of the endpoint's canonical JSON, base64url: what secrets are bound to. */
    endpoint_digest: string
    options: JSONColumnType<ResourceOptions>
    created_at: ColumnType<Date, Date, never>
  }
}
