import type { Endpoint, RecordingPolicy, ResourceOptions } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import type { Facts } from '../policy/index.ts'
import { type StoredPlace, storedPlaceOf } from '../secrets/index.ts'
import { factColumns, factsOfRow, type FactsRow } from './facts.ts'

/** What is asked: one credential for one session through one gateway. */
export interface LeaseWish {
  readonly session: string
  readonly device: string
  readonly gateway: string
  readonly credential: string
}

/** Everything that a lease of it needs, and the facts by which it is decided. */
export interface LeaseSubject {
  readonly facts: Facts
  readonly resource: string
  readonly resourceName: string
  readonly credentialName: string
  readonly userName: string
  readonly databases: readonly string[]
  /** One person uses the credential at a time. */
  readonly exclusive: boolean
  readonly endpoint: Endpoint
  readonly endpointDigest: string
  readonly options: ResourceOptions
  readonly secret: string
  readonly secretVersion: number
  /** Where the secret lies when that is a third-party store; null: in the vault. */
  readonly stored: StoredPlace | null
  readonly sessionLabel: string
  /** Seconds. */
  readonly leaseLifetime: number
  /** How the organization has activity recorded; null: it did not say. */
  readonly recording: RecordingPolicy | null
  /** Of activity, and of kinds of it that go earlier. */
  readonly retentionDays: number
  /** Leases of this session that live now. */
  readonly liveLeases: number
}

interface SubjectRow extends FactsRow {
  readonly resource_id: string
  readonly resource_name: string
  readonly credential_name: string
  readonly user_name: string
  readonly databases: string[]
  readonly exclusive: boolean
  readonly endpoint: Endpoint
  readonly endpoint_digest: string
  readonly options: ResourceOptions
  readonly secret_id: string
  readonly secret_version: number
  readonly store_id: string | null
  readonly store_path: string | null
  readonly store_field: string | null
  readonly label: string
  readonly lease_lifetime: number
  readonly recording: RecordingPolicy | null
  readonly retention_days: number
  readonly live_leases: string
}

/** Null when the organization has no such credential, gateway or session. */
export const findLeaseSubject = async (transaction: Transaction, wish: LeaseWish, now: number): Promise<LeaseSubject | null> => {
  const { rows } = await sql<SubjectRow>`
    select ${factColumns}, resources.id as resource_id, resources.name as resource_name, resources.endpoint,
      resources.endpoint_digest, resources.options, credentials.name as credential_name, credentials.user_name,
      credentials.databases, credentials.exclusive, secrets.id as secret_id, secrets.version as secret_version,
      secrets.store_id, secrets.store_path, secrets.store_field, sessions.label,
      (organizations.settings->>'leaseLifetime')::integer as lease_lifetime,
      organizations.settings->'recording' as recording,
      (organizations.settings->>'activityRetentionDays')::integer as retention_days,
      (select count(*) from leases where leases.session_id = sessions.id and leases.ended_at is null
        and leases.expires_at > ${new Date(now)}) as live_leases
    from sessions
    join organizations on organizations.id = sessions.organization_id
    join devices on devices.organization_id = sessions.organization_id and devices.id = sessions.device_id
    join users on users.organization_id = sessions.organization_id and users.id = sessions.user_id
    join gateways on gateways.organization_id = sessions.organization_id and gateways.id = ${wish.gateway}
    join credentials on credentials.organization_id = sessions.organization_id and credentials.id = ${wish.credential}
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join secrets on secrets.organization_id = credentials.organization_id and secrets.id = credentials.secret_id
    where sessions.id = ${wish.session} and devices.id = ${wish.device}`.execute(transaction)
  const [row] = rows
  if (!row) return null
  return {
    facts: factsOfRow(row, now),
    resource: row.resource_id,
    resourceName: row.resource_name,
    credentialName: row.credential_name,
    userName: row.user_name,
    databases: row.databases,
    exclusive: row.exclusive,
    endpoint: row.endpoint,
    endpointDigest: row.endpoint_digest,
    options: row.options,
    secret: row.secret_id,
    secretVersion: row.secret_version,
    stored: storedPlaceOf(row),
    sessionLabel: row.label,
    leaseLifetime: row.lease_lifetime,
    recording: row.recording,
    retentionDays: row.retention_days,
    liveLeases: Number(row.live_leases),
  }
}
