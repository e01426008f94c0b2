/** Credentials that one person uses at a time, and what may be known of a secret without opening it. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`alter table credentials add column exclusive boolean not null default false`.execute(migration)
  // Who has it: the live leases of one credential.
  await sql`create index leases_credential on leases (organization_id, credential_id, expires_at) where ended_at is null`.execute(
    migration,
  )
  await sql`
    alter table secrets
      add column kind text check (kind in ('password', 'certificate', 'aws-iam', 'temporary-user')),
      add column ends_at timestamptz,
      add column account text check (length(account) between 1 and 256),
      add column told_days integer,
      add check (account is null or kind in ('aws-iam', 'temporary-user'))`.execute(migration)
  await sql`create index secrets_ending on secrets (organization_id, ends_at) where ends_at is not null`.execute(migration)
  // The vault saw the secret; who tells people of its end is a job of the API.
  await sql`grant update(kind, ends_at, account, told_days) on secrets to sallyport_vault`.execute(migration)
  await sql`grant update(told_days) on secrets to sallyport_api`.execute(migration)
}
