/**
 * Rules of asking for access, requests and votes. What a request is about (credential, rule, grant) may go before it: it keeps
 * their ids and names, and refers to none of them, because who asked for what is history.
 */
import { type Kysely, sql } from 'kysely'
import { protectTable } from '../protect-table.ts'

const rules = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table access_rules (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      name text not null check (length(name) between 1 and 120),
      priority integer not null check (priority between 1 and 1000),
      terms jsonb not null,
      created_at timestamptz(3) not null,
      changed_at timestamptz(3) not null,
      unique (organization_id, id)
    )`.execute(migration)
  await sql`create unique index access_rules_name on access_rules (organization_id, lower(name))`.execute(migration)
  await sql`create index access_rules_order on access_rules (organization_id, priority, id)`.execute(migration)
  await protectTable(migration, 'access_rules', {
    api: ['select', 'insert', 'update(name, priority, terms, changed_at)', 'delete'],
  })
}

const requests = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table access_requests (
      id uuid primary key,
      organization_id uuid not null default sallyport_organization() references organizations (id) on delete cascade,
      kind text not null check (kind in ('access', 'extension', 'emergency')),
      state text not null check (state in ('pending', 'approved', 'active', 'ended', 'refused', 'withdrawn', 'expired', 'cancelled',
        'review-pending', 'reviewed')),
      user_id uuid not null,
      device_id uuid not null,
      device_key text not null check (length(device_key) = 43),
      credential_id uuid not null,
      credential_name text not null check (length(credential_name) <= 250),
      rule_id uuid not null,
      reason text not null check (length(reason) <= 1000),
      duration integer not null check (duration > 0),
      starts_at timestamptz(3),
      created_at timestamptz(3) not null,
      waits_until timestamptz(3) not null,
      extends_id uuid,
      extension_number integer not null check (extension_number >= 0),
      approvals_needed integer not null check (approvals_needed >= 0),
      escalated_at timestamptz(3),
      grant_id uuid,
      opens_at timestamptz(3),
      closes_at timestamptz(3),
      closed_at timestamptz(3),
      closed_by uuid,
      closed_note text not null default '' check (length(closed_note) <= 1000),
      review_within integer check (review_within > 0),
      review_due_at timestamptz(3),
      review_overdue_at timestamptz(3),
      reviewer_id uuid,
      review_verdict text check (review_verdict in ('justified', 'unjustified')),
      review_note text not null default '' check (length(review_note) <= 1000),
      reviewed_at timestamptz(3),
      unique (organization_id, id),
      check ((grant_id is null) = (opens_at is null) and (opens_at is null) = (closes_at is null)),
      check (grant_id is not null or state in ('pending', 'refused', 'withdrawn', 'expired', 'cancelled')),
      check ((kind = 'extension') = (extends_id is not null)),
      check ((kind = 'emergency') = (review_within is not null)),
      check ((state = 'reviewed') = (reviewed_at is not null)),
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
    )`.execute(migration)
  // Two that wait for the same would be two accesses when both are approved.
  await sql`create unique index access_requests_open on access_requests (organization_id, user_id, credential_id)
    where state in ('pending', 'approved') and kind <> 'extension'`.execute(migration)
  await sql`create unique index access_requests_extension on access_requests (organization_id, extends_id)
    where state = 'pending'`.execute(migration)
  // One access for one request, whatever is sent how often.
  await sql`create unique index access_requests_grant on access_requests (organization_id, grant_id)`.execute(migration)
  await sql`create index access_requests_newest on access_requests (organization_id, created_at desc, id desc)`.execute(migration)
  await sql`create index access_requests_user on access_requests (organization_id, user_id, created_at desc, id desc)`.execute(
    migration,
  )
  await sql`create index access_requests_standing on access_requests (organization_id, state, created_at)
    where state in ('pending', 'approved', 'active', 'review-pending')`.execute(migration)
  await protectTable(migration, 'access_requests', {
    api: [
      'select',
      'insert',
      `update(state, approvals_needed, escalated_at, grant_id, opens_at, closes_at, closed_at, closed_by, closed_note,
        review_due_at, review_overdue_at, reviewer_id, review_verdict, review_note, reviewed_at)`,
    ],
  })
}

const votes = async (migration: Kysely<unknown>): Promise<void> => {
  await sql`
    create table access_votes (
      organization_id uuid not null default sallyport_organization(),
      request_id uuid not null,
      user_id uuid not null,
      device_key text not null check (length(device_key) = 43),
      vote text not null check (vote in ('approve', 'refuse')),
      duration integer check (duration > 0),
      starts_at timestamptz(3),
      note text not null check (length(note) <= 1000),
      at timestamptz(3) not null,
      counted boolean not null default true,
      primary key (organization_id, request_id, user_id),
      foreign key (organization_id, request_id) references access_requests (organization_id, id) on delete cascade,
      foreign key (organization_id, user_id) references users (organization_id, id) on delete cascade
    )`.execute(migration)
  // Two people on one device are one approver.
  await sql`create unique index access_votes_device on access_votes (organization_id, request_id, device_key)`.execute(migration)
  await sql`create index access_votes_user on access_votes (organization_id, user_id, at desc, request_id desc)`.execute(
    migration,
  )
  await protectTable(migration, 'access_votes', { api: ['select', 'insert', 'update(counted)'] })
}

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  await rules(migration)
  await requests(migration)
  await votes(migration)
}
