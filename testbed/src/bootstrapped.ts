/** A deployment with its first organization. Bootstrapped once in a test run, where nothing particular is asked of it, then copied. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { decodeInvitation, encodeInvitation } from '@sallyport/protocol'
import { madeOnce, withTemporaryDirectory } from '@sallyport/testkit'
import { type ApiOptions, bootstrap, type NewOrganization } from './api.ts'

const run = promisify(execFile)

/** Where the owner is invited to. It is not in the deployment's data. */
const invitedTo = (invitation: string, api: string): string => encodeInvitation({ ...decodeInvitation(invitation), api })

/** Keeps owners and permissions, as PostgreSQL wants them. */
const copy = async (from: string, to: string): Promise<void> => {
  await run('cp', ['-a', from, to])
}

/**
 * As `bootstrap`, for an API on its embedded database with no settings of its own. Copies have the same keys: whoever needs two
 * deployments that are strangers bootstraps one of them.
 */
export const bootstrappedCopy = async (options: ApiOptions, organization: NewOrganization): Promise<string> => {
  const template = await madeOnce('deployment', (folder) =>
    // The account of the database server need not be able to reach the run's folder.
    withTemporaryDirectory(async (path) => {
      const dataDirectory = join(path, 'api')
      const invitation = await bootstrap({ ...options, dataDirectory }, organization)
      await copy(dataDirectory, folder)
      await writeFile(join(folder, 'invitation'), invitation)
    }),
  )
  if (template === null) return bootstrap(options, organization)
  await copy(join(template, 'api'), options.dataDirectory)
  return invitedTo(await readFile(join(template, 'invitation'), 'utf8'), `https://127.0.0.1:${options.port}`)
}
