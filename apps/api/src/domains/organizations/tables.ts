import type { Organization } from '@sallyport/protocol/api'
import type { ColumnType, JSONColumnType } from 'kysely'

export interface OrganizationTables {
  organizations: {
    id: ColumnType<string, string, never>
    slug: ColumnType<string, string, never>
    name: string
    trust_domain: ColumnType<string, string, never>
    settings: JSONColumnType<Organization['settings']>
    /** The highest number given to a revocation; int8, which the driver hands over as text. */
    revocation_number: ColumnType<string | number, number | undefined, string | number>
    /** The highest number given to a trust bundle; 0 before the first. */
    trust_bundle_number: ColumnType<string | number, number | undefined, string | number>
    created_at: ColumnType<Date, Date, never>
  }
}
