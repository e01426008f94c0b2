/** What a job's ticket unlocks: the secret and login that the job was taken for, in one of two versions. */
import type { Endpoint, ResourceOptions } from '@sallyport/protocol'
import { SallyportError } from '@sallyport/protocol'
import { sql } from 'kysely'
import type { Transaction } from '../../db/schema.ts'
import { type StoredPlace, storedPlaceOf } from '../secrets/index.ts'

export interface JobTarget {
  readonly kind: 'rotate' | 'test'
  readonly state: 'waiting' | 'taken' | 'done' | 'failed'
  /** Who has it; null before it was taken. */
  readonly gateway: string | null
  readonly credential: string
  readonly credentialName: string
  readonly userName: string
  readonly databases: readonly string[]
  readonly resource: string
  readonly resourceName: string
  readonly site: string
  readonly endpoint: Endpoint
  readonly endpointDigest: string
  readonly options: ResourceOptions
  readonly secret: string
  /** Whether the secret may be sent to where the resource is now. */
  readonly bound: boolean
  /** Where it lies when that is a third-party store; null: in the vault. */
  readonly stored: StoredPlace | null
  readonly currentVersion: number
  readonly pendingVersion: number | null
}

interface Row {
  readonly kind: JobTarget['kind']
  readonly state: JobTarget['state']
  readonly gateway_id: string | null
  readonly credential_id: string
  readonly credential_name: string
  readonly user_name: string
  readonly databases: string[]
  readonly resource_id: string
  readonly resource_name: string
  readonly site_id: string
  readonly endpoint: Endpoint
  readonly endpoint_digest: string
  readonly options: ResourceOptions
  readonly secret_id: string
  readonly bound: boolean
  readonly store_id: string | null
  readonly store_path: string | null
  readonly store_field: string | null
  readonly version: number
  readonly pending_version: number | null
}

/** Throws `not_found` for an unknown job, or one whose secret is gone. */
export const targetOfJob = async (transaction: Transaction, job: string): Promise<JobTarget> => {
  const { rows } = await sql<Row>`
    select gateway_jobs.kind, gateway_jobs.state, gateway_jobs.gateway_id, gateway_jobs.credential_id, gateway_jobs.user_name,
      gateway_jobs.secret_id, gateway_jobs.pending_version, credentials.name as credential_name, credentials.databases,
      resources.id as resource_id, resources.name as resource_name, resources.site_id, resources.endpoint, resources.endpoint_digest,
      resources.options, secrets.version,
      secrets.store_id, secrets.store_path, secrets.store_field, secrets.endpoint_digest = resources.endpoint_digest as bound
    from gateway_jobs
    join credentials on credentials.organization_id = gateway_jobs.organization_id and credentials.id = gateway_jobs.credential_id
    join resources on resources.organization_id = credentials.organization_id and resources.id = credentials.resource_id
    join secrets on secrets.organization_id = gateway_jobs.organization_id and secrets.id = gateway_jobs.secret_id
      and secrets.resource_id = resources.id
    where gateway_jobs.id = ${job}`.execute(transaction)
  const [row] = rows
  if (row === undefined) throw new SallyportError('not_found', { message: 'There is no such job.' })
  return {
    kind: row.kind,
    state: row.state,
    gateway: row.gateway_id,
    credential: row.credential_id,
    credentialName: row.credential_name,
    userName: row.user_name,
    databases: row.databases,
    resource: row.resource_id,
    resourceName: row.resource_name,
    site: row.site_id,
    endpoint: row.endpoint,
    endpointDigest: row.endpoint_digest,
    options: row.options,
    secret: row.secret_id,
    bound: row.bound,
    stored: storedPlaceOf(row),
    currentVersion: row.version,
    pendingVersion: row.pending_version,
  }
}
