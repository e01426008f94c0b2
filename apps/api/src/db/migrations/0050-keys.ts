/** Keys that rotate: wrapped again under another version of the root key, and sealing keys that follow one another. */
import { type Kysely, sql } from 'kysely'

export const up = async (migration: Kysely<unknown>): Promise<void> => {
  // Null: the newest. Otherwise what was sealed to it before is still opened until then.
  await sql`alter table vault_keys add column retires_at timestamptz`.execute(migration)
  await sql`grant update(wrapped, retires_at), delete on vault_keys to sallyport_vault`.execute(migration)
  await sql`grant update(wrapped) on deployment_keys to sallyport_vault`.execute(migration)
  await sql`grant update(wrapped) on activity_keys to sallyport_vault`.execute(migration)
  // The vault says in the transaction of a new sealing key that the trust bundle changed.
  await sql`grant update(trust_bundle_number) on organizations to sallyport_vault`.execute(migration)
}
