/** What the owner of another PostgreSQL runs to keep unlocks there, once. */
import pg from 'pg'

/** Schema and table have this name wherever they are. */
export const UNLOCKS = 'sallyport_unlock_log.unlocks'

/** `login`: the role that the log signs in as; it must exist. It may insert, and nothing else. */
export const unlockLogSql = (login: string): string => {
  const role = pg.escapeIdentifier(login)
  return `begin;
create schema sallyport_unlock_log;
create table ${UNLOCKS} (
  organization_id uuid not null,
  id uuid not null,
  -- SHA-256 of the entry: two different entries under one id are both kept.
  digest bytea not null check (length(digest) = 32),
  at timestamptz not null,
  -- The audit entry as the log hashes it: canonical JSON in UTF-8.
  entry bytea not null check (length(entry) <= 65536),
  received_at timestamptz not null default clock_timestamp(),
  primary key (organization_id, id, digest)
);
create function sallyport_unlock_log.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'unlocks are never changed' using errcode = 'restrict_violation';
end $$;
create trigger never_changed before update or delete or truncate on ${UNLOCKS}
for each statement execute function sallyport_unlock_log.refuse_change();
revoke all on schema sallyport_unlock_log from public;
revoke all on ${UNLOCKS} from public;
grant usage on schema sallyport_unlock_log to ${role};
grant insert (organization_id, id, digest, at, entry) on ${UNLOCKS} to ${role};
commit;
`
}
