/** Every table, as its domain declares it (a domain adds its own line), and the two things that touch the database. */
import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { OrganizationTables } from '../domains/organizations/index.ts'

export interface Database extends OrganizationTables {}

/** Connections of one database role. Domains never see it, except to hand it to `withOrganization`. */
export type Pool = Kysely<Database>

/** What every store function takes: a transaction in which one organization is set. */
export type Transaction = KyselyTransaction<Database>
