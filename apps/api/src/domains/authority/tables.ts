import type { ColumnType, Generated } from 'kysely'

export interface AuthorityTables {
  /** Roots of the API's own server certificates. */
  deployment_certificates: { key_id: string; certificate: Buffer; created_at: Date; expires_at: Date }
  authority_certificates: {
    id: string
    organization_id: Generated<string>
    kind: 'root' | 'issuer'
    key_id: string
    /** DER. */
    certificate: Buffer
    created_at: Date
    expires_at: Date
  }
  /** The last one of each organization. */
  trust_bundles: {
    organization_id: Generated<string>
    number: ColumnType<string | number, number, number>
    statement: string
    issued_at: Date
  }
}
