/** A deployment with its first organization. Bootstrapped once in a test run, where nothing particular is asked of it, then copied. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeInvitation, encodeInvitation } from '@sallyport/protocol'
import { madeOnce, withTemporaryDirectory } from '@sallyport/testkit'
import { type ApiOptions, bootstrap, type NewOrganization } from './api.ts'
import { type CentralDatabase, databaseEnvironment, startCentralDatabase } from './central-database.ts'

const run = promisify(execFile)

/** Where the owner is invited to. It is not in the deployment's data. */
const invitedTo = (invitation: string, api: string): string => encodeInvitation({ ...decodeInvitation(invitation), api })

/** Keeps owners and permissions, as PostgreSQL wants them. */
const copy = async (from: string, to: string): Promise<void> => {
  await run('cp', ['-a', from, to])
}

interface Bootstrapped {
  /** Of the owner. */
  readonly invitation: string
  /** null: embedded. */
  readonly database: CentralDatabase | null
}

export interface BootstrappedDatabase {
  readonly kind: 'embedded' | 'central'
  /** An empty folder for a central one; absent: a temporary one. */
  readonly folder?: string
}

const bootstrapAnew = async (
  options: ApiOptions,
  organization: NewOrganization,
  { kind, ...place }: BootstrappedDatabase,
): Promise<Bootstrapped> => {
  const database = kind === 'central' ? await startCentralDatabase(place) : null
  try {
    const env = { ...(database ? databaseEnvironment(database) : {}), ...options.env }
    return { invitation: await bootstrap({ ...options, env }, organization), database }
  } catch (error) {
    await database?.stop()
    throw error
  }
}

/** Settings by which a deployment's keys are made: with one of them it cannot be a copy. */
const KEYS = /_(?:KMS|ROOT_KEY|PASSPHRASE)$/

/**
 * A new deployment on a database of a kind; a copy, where the API is given no setting of its own for keys. Copies have the same
 * keys: whoever needs two deployments that are strangers has them of different kinds.
 */
export const bootstrapped = async (
  options: ApiOptions,
  organization: NewOrganization,
  wanted: BootstrappedDatabase,
): Promise<Bootstrapped> => {
  if (Object.keys(options.env ?? {}).some((name) => KEYS.test(name))) return bootstrapAnew(options, organization, wanted)
  const { kind, ...place } = wanted
  const template = await madeOnce(`deployment-${kind}`, (folder) =>
    // The account of the database server need not be able to reach the run's folder.
    withTemporaryDirectory(async (path) => {
      const dataDirectory = join(path, 'api')
      const { invitation, database } = await bootstrapAnew({ ...options, env: {}, dataDirectory }, organization, { kind })
      await database?.keep(join(folder, 'database'))
      await copy(dataDirectory, folder)
      await writeFile(join(folder, 'invitation'), invitation)
    }),
  )
  if (template === null) return bootstrapAnew(options, organization, wanted)
  await copy(join(template, 'api'), options.dataDirectory)
  return {
    invitation: invitedTo(await readFile(join(template, 'invitation'), 'utf8'), `https://127.0.0.1:${options.port}`),
    database: kind === 'central' ? await startCentralDatabase({ from: join(template, 'database'), ...place }) : null,
  }
}
