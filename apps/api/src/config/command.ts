/** What the program is told to do by its command line. */
import { parseArgs } from 'node:util'
import { displayName, email, slug } from '@sallyport/protocol'
import { z } from 'zod'
import { ConfigError } from './config-error.ts'

export type Command =
  | { readonly name: 'help' }
  | { readonly name: 'serve' }
  | { readonly name: 'migrate' }
  /** A new root of the API's own servers. */
  | { readonly name: 'rotate-root' }
  /** Prints what the owner of another database runs to keep unlocks there. */
  | { readonly name: 'unlock-log-sql'; readonly login: string }
  | {
      readonly name: 'bootstrap'
      readonly organization: string
      readonly organizationName: string
      readonly owner: { readonly email: string; readonly firstName: string; readonly lastName: string }
    }

export const usage = `usage: main.ts serve
         plays the roles that SALLYPORT_ROLES names, until SIGTERM
       main.ts migrate
         brings the database up to this version, and ends
       main.ts rotate-root
         makes a new root for the certificates of the API's own servers
       main.ts unlock-log-sql --login <role>
         prints what the owner of another database runs, so that unlocks are kept there
       main.ts bootstrap --organization <slug> --name <text> --email <owner> --first-name <text> --last-name <text>
         makes an organization; prints the invitation of its owner as JSON

Everything else is set in the environment: docs/operations.md, "Settings of the API".`

const bootstrapFlags = z.strictObject({
  'organization': slug,
  'name': displayName,
  'email': email,
  'first-name': displayName,
  'last-name': displayName,
})

const parseBootstrap = (flags: readonly string[]): Command => {
  const option = { type: 'string' } as const
  const options = { 'organization': option, 'name': option, 'email': option, 'first-name': option, 'last-name': option }
  const given = (() => {
    try {
      return parseArgs({ args: [...flags], options, strict: true, allowPositionals: false }).values
    } catch (cause) {
      throw new ConfigError(usage, { cause })
    }
  })()
  const parsed = bootstrapFlags.safeParse(given)
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map((issue) => `--${String(issue.path[0])}`))]
    throw new ConfigError(`missing or not valid: ${wrong.join(', ')}\n${usage}`)
  }
  const { organization, name, 'email': address, 'first-name': firstName, 'last-name': lastName } = parsed.data
  return { name: 'bootstrap', organization, organizationName: name, owner: { email: address, firstName, lastName } }
}

const parseUnlockLogSql = (flags: readonly string[]): Command => {
  const [flag, login, ...more] = flags
  if (flag !== '--login' || login === undefined || login === '' || more.length > 0) throw new ConfigError(usage)
  return { name: 'unlock-log-sql', login }
}

/** `parameters`: what follows the program's name. Throws {@link ConfigError}. */
export const readCommand = (parameters: readonly string[]): Command => {
  const [name, ...flags] = parameters
  if (parameters.includes('--help')) return { name: 'help' }
  if (name === 'bootstrap') return parseBootstrap(flags)
  if (name === 'unlock-log-sql') return parseUnlockLogSql(flags)
  if ((name === 'serve' || name === 'migrate' || name === 'rotate-root') && flags.length === 0) return { name }
  throw new ConfigError(usage)
}
