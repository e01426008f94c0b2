import { SallyportError } from '@sallyport/protocol'
import { defineCommand } from '../command.ts'
import { explicitUrl, libpqVariables, type PostgresAddress, postgresAddress } from '../../shared/addresses.ts'
import { grantedCredential } from '../credentials/granted.ts'
import { ensureListening } from '../credentials/listener.ts'
import { runTool } from '../credentials/run-tool.ts'
import { thisSystem } from '../../open-in/system/this-system.ts'
import { findPostgresTool } from '../../open-in/tools/find-psql.ts'
import { argument, option, remainingArguments } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'

/** What people set for taste; everything else of libpq would lead elsewhere or be refused. */
const KEPT = new Set(['PGAPPNAME', 'PGCLIENTENCODING', 'PGDATESTYLE', 'PGTZ', 'PGLOCALEDIR'])

/**
 * The URL decides; the variables repeat it, because `-d other` on the command line of psql replaces the whole URL, and what
 * psql starts (`\!`) shall reach the same database.
 */
const cleanEnvironment = (address: PostgresAddress): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG') || KEPT.has(name))),
  ...libpqVariables(address),
})

export const psqlCommand = defineCommand({
  words: 'psql',
  summary: 'Opens psql on a credential; its exit code is passed on',
  details: 'What follows -- goes to psql. Ctrl-C goes to psql, too: it cancels the query.',
  parameters: {
    credential: argument('credential', 'name of a granted credential', grantedCredential),
    words: remainingArguments('psql-arguments', 'arguments for psql, after --', text),
    database: option('database <name>', 'another database than the first it may use', text),
    program: option('program <path>', 'psql, where it is not found by itself', text),
  },
  examples: [
    "sallyport psql shop-db/read-only -- -c 'select count(*) from orders'",
    'sallyport psql shop-db/read-only < report.sql',
  ],
  run: async (context, { credential, words, database, program }) => {
    const path = program ?? (await findPostgresTool(thisSystem(), 'psql'))
    if (path === null)
      throw new SallyportError('not_found', {
        message: `psql is not installed here. Install the client tools of PostgreSQL; other tools connect to: sallyport url ${credential.granted.name}`,
      })
    const address = postgresAddress(await ensureListening(context, credential), database)
    // Nothing more is asked of the agent: it may stop or be replaced while psql runs.
    context.close()
    return runTool({ path, args: ['-w', '-d', explicitUrl(address), ...words], environment: cleanEnvironment(address) })
  },
})
