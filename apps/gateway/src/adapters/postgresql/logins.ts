/**
 * Trying out a login and changing its password. A login changes its own: no account of more rights is needed. The server gets a
 * verifier, so that neither its log nor anybody on the way sees the password, and it bounds the time itself: a gateway that is
 * stopped in the middle finds its transaction ended.
 */
import type { AdapterLogins, PasswordChange, PasswordOutcome, ResourceAdministrator } from '../adapter.ts'
import { administer, type Administration, endBackends, literal, StatementRefused } from './administration.ts'
import { scramVerifier } from './authentication/scram-verifier.ts'
import { PostgresqlError, toPostgresqlError } from './errors.ts'

/** Every server has it, unless the credential is limited to others. */
const MAINTENANCE_DATABASE = 'postgres'
/** Milliseconds that the open transaction may idle, and one statement in it last: together far less than a job is kept for. */
const IDLE_LIMIT = 15_000
const STATEMENT_LIMIT = 10_000
/** Sign-ins with the new password before it counts as unknown whether it works, and milliseconds between two. */
const TRIES = 3
const PAUSE = 500

const REFUSED = 'resource_sign_in_failed'

/** The resource's own words where it refused: what an administrator needs to put it right. */
const why = (error: unknown): { readonly code: string; readonly message: string } => {
  if (error instanceof StatementRefused) return { code: 'resource_refused', message: error.message.slice(0, 300) }
  const { code, fields } = error instanceof PostgresqlError ? error : toPostgresqlError(error)
  return { code: code.slice(0, 64), message: (fields.detail ?? fields.message).slice(0, 300) }
}

const open = (login: ResourceAdministrator): Promise<Administration> =>
  administer(login, login.credential(), { database: login.target.databases[0] ?? MAINTENANCE_DATABASE, signal: login.signal })

const withPassword = (login: ResourceAdministrator, password: Buffer): ResourceAdministrator => ({
  ...login,
  credential: () => ({ ...login.credential(), secret: { kind: 'password', password: Buffer.from(password) } }),
})

const signInAndOut = async (login: ResourceAdministrator): Promise<string> => {
  const administration = await open(login)
  try {
    const [row] = await administration.run(`select current_setting('server_version')`)
    return `It lets ${login.credential().userName} in (PostgreSQL ${row?.[0] ?? 'of unknown version'}).`.slice(0, 300)
  } finally {
    administration.close()
  }
}

/** "set role" of the account would change whose password is meant; a login of read-only transactions may still change its own. */
const begin = async (administration: Administration): Promise<void> => {
  await administration.run('set role none')
  await administration.run(
    `begin read write; set local idle_in_transaction_session_timeout = ${IDLE_LIMIT}; ` +
      `set local statement_timeout = ${STATEMENT_LIMIT}; set local synchronous_commit = on`,
  )
}

const setPassword = async (administration: Administration, password: Buffer): Promise<void> => {
  await administration.run(`alter role session_user password ${literal(await scramVerifier(password))}`)
}

/** Whether the resource takes this password; null: it did not say. */
const works = async (login: ResourceAdministrator, password: Buffer): Promise<{ taken: boolean | null; error: unknown }> => {
  let error: unknown = null
  for (let attempt = 0; attempt < TRIES; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE))
    try {
      await signInAndOut(withPassword(login, password))
      return { taken: true, error: null }
    } catch (cause) {
      error = cause
      if (why(cause).code === REFUSED) return { taken: false, error }
    }
  }
  return { taken: null, error }
}

/** What signs people in does not know the new password (another directory, a pooler with a list of its own): the one before returns. */
const rollBack = async (
  administration: Administration,
  login: ResourceAdministrator,
  refusal: unknown,
): Promise<PasswordOutcome> => {
  const { secret } = login.credential()
  if (secret.kind !== 'password') return { outcome: 'unknown', ...why(refusal) }
  try {
    await begin(administration)
    await setPassword(administration, secret.password)
    await administration.run('commit')
    const before = await works(login, secret.password)
    return { outcome: before.taken === true ? 'unchanged' : 'unknown', ...why(refusal) }
  } catch (error) {
    return { outcome: 'unknown', ...why(error) }
  } finally {
    secret.password.fill(0)
  }
}

const commit = async (administration: Administration): Promise<PasswordOutcome | null> => {
  try {
    await administration.run('commit')
    return null
  } catch (error) {
    // Refused is told; of an answer that was lost nobody knows.
    return { outcome: error instanceof StatementRefused ? 'unchanged' : 'unknown', ...why(error) }
  }
}

const change = async (login: ResourceAdministrator, { next, store, reached }: PasswordChange): Promise<PasswordOutcome> => {
  let administration: Administration
  try {
    administration = await open(login)
  } catch (error) {
    return { outcome: 'unchanged', ...why(error) }
  }
  try {
    try {
      await begin(administration)
      await reached('signed-in')
      await store()
      await reached('stored')
      await setPassword(administration, next)
      await reached('altered')
    } catch (error) {
      return { outcome: 'unchanged', ...why(error) }
    }
    const uncommitted = await commit(administration)
    if (uncommitted !== null) return uncommitted
    await reached('committed')
    const { taken, error } = await works(login, next)
    if (taken === true) {
      await reached('verified')
      return { outcome: 'changed' }
    }
    return taken === false ? await rollBack(administration, login, error) : { outcome: 'unknown', ...why(error) }
  } finally {
    administration.close()
  }
}

const endOthers = async (login: ResourceAdministrator): Promise<void> => {
  const administration = await open(login)
  try {
    await administration.run('set role none')
    await endBackends(administration, 'session_user')
  } finally {
    administration.close()
  }
}

export const postgresqlLogins: AdapterLogins = {
  tryOut: signInAndOut,
  change,
  endOthers,
}
