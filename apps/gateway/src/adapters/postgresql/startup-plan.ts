/** What is asked of the resource in the tool's name: which database, as which application, with which parameters. */
import type { ResourceTarget } from '../adapter.ts'
import type { StartupParameters } from './codec/startup.ts'
import { postgresqlError } from './errors.ts'

/** NAMEDATALEN - 1: the server cuts longer names. */
const LONGEST_NAME = 63

export interface StartupPlan {
  /** For the resource; the user is added when the credential is open. */
  readonly parameters: StartupParameters
  /** Null: the resource picks its default. */
  readonly database: string | null
  /** What the tool calls itself. */
  readonly application: string | null
  readonly replication: 'none' | 'physical' | 'logical'
}

/** As the server reads it (process_startup_options): "database", or a boolean in any form; what it refuses it may refuse. */
const replicationOf = (value: string | undefined): StartupPlan['replication'] => {
  if (value === undefined) return 'none'
  if (value === 'database') return 'logical'
  return /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/i.test(value) ? 'none' : 'physical'
}

/**
 * libpq names the database after the user when nobody named one. The tool's user means nothing here, so that such a name
 * counts as none unless it is allowed.
 */
const chooseDatabase = (parameters: StartupParameters, allowed: readonly string[]): string | null => {
  const named = parameters.get('database') ?? ''
  if (allowed.length === 0) return named === '' ? null : named
  if (allowed.includes(named)) return named
  if (named === '' || named === parameters.get('user')) return allowed[0] ?? null
  throw postgresqlError('database_not_allowed', { detail: `"${named}" is not among the allowed ones: ${allowed.join(', ')}.` })
}

/** The application name inside "options" (-c application_name=x, --application-name=x), as far as a tool sets it there. */
const applicationInOptions = (options: string | undefined): string | undefined =>
  /(?:^|\s)(?:-c\s*|--)application[_-]name=((?:\\.|[^\s\\])*)/.exec(options ?? '')?.[1]?.replaceAll(/\\(.)/g, '$1')

/** Cuts at a character, so that name and label fit together: the label is what must survive. */
const labelled = (application: string, label: string): string => {
  const suffix = application === '' ? `[sp:${label}]` : ` [sp:${label}]`
  let kept = application
  while (Buffer.byteLength(kept) + Buffer.byteLength(suffix) > LONGEST_NAME) kept = Array.from(kept).slice(0, -1).join('')
  return kept + suffix
}

/** Throws a coded error for what the credential does not allow. */
export const planStartup = (parameters: StartupParameters, target: ResourceTarget, sessionLabel: string): StartupPlan => {
  const replication = replicationOf(parameters.get('replication'))
  if (replication === 'physical' && target.databases.length > 0) throw postgresqlError('replication_not_allowed')
  const database = chooseDatabase(parameters, target.databases)
  const application = parameters.get('application_name') ?? applicationInOptions(parameters.get('options')) ?? null

  const upstream = new Map(parameters)
  upstream.delete('user')
  upstream.delete('database')
  if (database !== null) upstream.set('database', database)
  // A standby is known by this name (synchronous_standby_names), so that it stays as it is on replication connections.
  if (target.labelConnections && replication === 'none')
    upstream.set('application_name', labelled(application ?? '', sessionLabel))
  return { parameters: upstream, database, application, replication }
}
