import type { Generated } from 'kysely'

export interface RotationTables {
  /** When and how the password of a credential is rotated; no row: never was, and not by itself. */
  credential_rotations: {
    organization_id: Generated<string>
    credential_id: string
    resource_id: string
    every_seconds: number | null
    after_session: Generated<boolean>
    check_after_session: Generated<boolean>
    /** The login that is not in use, with which the credential's own alternates. */
    second_user_name: string | null
    second_secret_id: string | null
    due_at: Date | null
    rotated_at: Date | null
    failures: Generated<number>
  }
}
