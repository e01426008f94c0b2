/**
 * Users that exist for one lease. The account that makes them needs CREATEROLE, and on PostgreSQL 16 and newer the role of the
 * new user WITH ADMIN OPTION (manual, "CREATE ROLE" and "Role Attributes"). It is made a member of each user: who ends a user's
 * connections and takes over what it owns must be one.
 */
import type { AdapterTemporaryUsers, LeftUsers, NewTemporaryUser, ResourceAdministrator, TemporaryUser } from '../adapter.ts'
import { administer, type Administration, endBackends, identifier, literal, StatementRefused } from './administration.ts'
import { scramVerifier } from './authentication/scram-verifier.ts'

/** Where roles are made and dropped: every server has it, unless the credential is limited to others. */
const MAINTENANCE_DATABASE = 'postgres'
/** Users left behind that one sign-in drops, so that whoever waits does not wait for all of them. */
const MAX_LEFT = 5
/** SQLSTATE of what is not there. */
const UNDEFINED_OBJECT = '42704'
const INVALID_CATALOG_NAME = '3D000'

const databaseOf = ({ target }: ResourceAdministrator): string => target.databases[0] ?? MAINTENANCE_DATABASE

/** Signs in as the administrator and runs `work`; whatever happens the connection is closed. */
const administering = async <Result>(
  administrator: ResourceAdministrator,
  database: string,
  work: (administration: Administration) => Promise<Result>,
): Promise<Result> => {
  const options = { database, signal: administrator.signal }
  const administration = await administer(administrator, administrator.credential(), options)
  try {
    return await work(administration)
  } finally {
    administration.close()
  }
}

/** As VALID UNTIL takes it, by the clock of the server, which is the one that counts. */
const validity = async (administration: Administration, lastsMs: number): Promise<string> => {
  const seconds = Math.max(1, Math.ceil(lastsMs / 1000))
  const [row] = await administration.run(`select (clock_timestamp() + interval '${seconds} seconds')::text`)
  return literal(row?.[0] ?? '')
}

const create = async (administration: Administration, user: NewTemporaryUser): Promise<void> => {
  const [name, role] = [identifier(user.userName), identifier(user.memberOf)]
  const verifier = literal(await scramVerifier(user.password))
  const until = await validity(administration, user.lastsMs)
  await administration.run(
    [
      `create role ${name} login password ${verifier} valid until ${until} in role ${role}`,
      `grant ${name} to current_user`,
      `comment on role ${name} is ${literal(user.comment)}`,
    ].join('; '),
  )
}

/** Databases in which something is the user's, or is granted to it. */
const databasesOf = async (administration: Administration, userName: string): Promise<readonly string[]> => {
  const rows = await administration.run(
    `select distinct datname from pg_shdepend join pg_database on pg_database.oid = pg_shdepend.dbid
     where refclassid = 'pg_authid'::regclass and datallowconn
       and refobjid = (select oid from pg_roles where rolname = ${literal(userName)})`,
  )
  return rows.flatMap(([name]) => name ?? [])
}

const release = async (administrator: ResourceAdministrator, database: string, user: TemporaryUser): Promise<void> => {
  const name = identifier(user.userName)
  const give = user.owned === 'reassign' ? `reassign owned by ${name} to ${identifier(user.memberOf)}; ` : ''
  try {
    await administering(administrator, database, (administration) => administration.run(`${give}drop owned by ${name}`))
  } catch (error) {
    // Dropped meanwhile, with everything in it.
    if (!(error instanceof StatementRefused) || error.sqlstate !== INVALID_CATALOG_NAME) throw error
  }
}

const drop = async (administrator: ResourceAdministrator, administration: Administration, user: TemporaryUser): Promise<void> => {
  const name = identifier(user.userName)
  try {
    await administration.run(`alter role ${name} nologin`)
    await endBackends(administration, literal(user.userName))
    for (const database of await databasesOf(administration, user.userName)) await release(administrator, database, user)
    await administration.run(`drop role ${name}`)
  } catch (error) {
    if (!(error instanceof StatementRefused) || error.sqlstate !== UNDEFINED_OBJECT) throw error
  }
}

/** Names of users that `found` finds, by a condition on `pg_roles`. */
const namesWhere = async (administration: Administration, found: string): Promise<readonly string[]> => {
  const rows = await administration.run(`select rolname from pg_roles where ${found} limit ${MAX_LEFT}`)
  return rows.flatMap(([name]) => name ?? [])
}

/**
 * Of gateways that were killed. What cannot be dropped is tried again next time: it keeps nobody from being served. Returns how
 * many were.
 */
const dropLeft = async (
  administrator: ResourceAdministrator,
  administration: Administration,
  { prefix, memberOf, owned }: LeftUsers,
): Promise<number> => {
  const condition = `starts_with(rolname, ${literal(prefix)}) and rolvaliduntil < clock_timestamp() order by rolvaliduntil`
  let dropped = 0
  for (const userName of await namesWhere(administration, condition)) {
    try {
      await drop(administrator, administration, { userName, memberOf, owned })
      dropped += 1
    } catch (error) {
      if (!(error instanceof StatementRefused)) throw error
    }
  }
  return dropped
}

const dropAll = async (
  administrator: ResourceAdministrator,
  administration: Administration,
  { prefix, memberOf, owned }: LeftUsers,
): Promise<void> => {
  let refusal: StatementRefused | null = null
  const rows = await administration.run(`select rolname from pg_roles where starts_with(rolname, ${literal(prefix)})`)
  for (const userName of rows.flatMap(([name]) => name ?? [])) {
    try {
      await drop(administrator, administration, { userName, memberOf, owned })
    } catch (error) {
      if (!(error instanceof StatementRefused)) throw error
      refusal ??= error
    }
  }
  if (refusal !== null) throw refusal
}

export const postgresqlTemporaryUsers: AdapterTemporaryUsers = {
  make: (administrator, user) =>
    administering(administrator, databaseOf(administrator), async (administration) => {
      await dropLeft(administrator, administration, user)
      // There already, if only the answer was lost the last time.
      if ((await namesWhere(administration, `rolname = ${literal(user.userName)}`)).length > 0)
        await drop(administrator, administration, user)
      await create(administration, user)
    }),
  extend: (administrator, { userName, lastsMs }) =>
    administering(administrator, databaseOf(administrator), async (administration) => {
      const until = await validity(administration, lastsMs)
      await administration.run(`alter role ${identifier(userName)} valid until ${until}`)
    }),
  drop: (administrator, user) =>
    administering(administrator, databaseOf(administrator), (administration) => drop(administrator, administration, user)),
  dropLeft: (administrator, left) =>
    administering(administrator, databaseOf(administrator), (administration) => dropLeft(administrator, administration, left)),
  dropAll: (administrator, users) =>
    administering(administrator, databaseOf(administrator), (administration) => dropAll(administrator, administration, users)),
}
