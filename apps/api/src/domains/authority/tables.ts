import type { ColumnType, Generated } from 'kysely'

export interface AuthorityTables {
  /** Roots of the API's own server certificates. */
  deployment_certificates: {
    key_id: string
    /** `cross`: a root as the one before it certified it. */
    kind: 'root' | 'cross'
    certificate: Buffer
    created_at: Date
    expires_at: Date
    /** When it is deleted, after another one followed it; null: not decided. */
    retires_at: Date | null
  }
  /** What the trust bundle says of the API's own roots: canonical JSON, DER in base64url. Absent: those of first contact hold. */
  announced_api_roots: { organization_id: Generated<string>; roots: ColumnType<string[], string, string> }
  authority_certificates: {
    id: string
    organization_id: Generated<string>
    /** `cross`: a root as the one before it certified it. */
    kind: 'root' | 'issuer' | 'cross'
    key_id: string
    /** DER. */
    certificate: Buffer
    created_at: Date
    expires_at: Date
    /** From when it signs; null: at once. */
    signs_from: Date | null
    /** When it is deleted, after another one followed it; null: not decided. */
    retires_at: Date | null
  }
  /** The last one of each organization. */
  trust_bundles: {
    organization_id: Generated<string>
    number: ColumnType<string | number, number, number>
    statement: string
    issued_at: Date
  }
}
