import { SallyportError } from '@sallyport/protocol'
import type { OpenProgress } from '../../shared/tools.ts'
import type { OpenIn } from '../../open-in/open-in.ts'
import { defineCommand } from '../command.ts'
import { grantedCredential } from '../credentials/granted.ts'
import { openInOf, toolName } from '../credentials/open-in.ts'
import { argument, option, optionalArgument } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { message } from '../views/answer.ts'
import { table } from '../views/table.ts'

const outcomes = {
  connects: 'connects at once',
  ready: 'connects at first use',
  prepared: 'is prepared; one step is left to you',
} as const

const listTools = async (openIn: OpenIn, name: string) =>
  table(await openIn.tools(name), {
    columns: [
      { heading: 'TOOL', value: (row) => row.id },
      { heading: 'NAME', value: (row) => row.label },
      { heading: 'WHAT IT DOES', value: (row) => outcomes[row.outcome], flexible: true },
      { heading: 'LAST', value: (row) => (row.lastUsed ? 'yes' : null) },
    ],
    empty: `No tool was found on this computer. The address for one: sallyport url ${name}`,
  })

/** The first news that settles how it went. */
const settled = async (progress: AsyncIterable<OpenProgress>): Promise<OpenProgress | null> => {
  for await (const news of progress) if (news.state !== 'started') return news
  return null
}

export const openCommand = defineCommand({
  words: 'open',
  summary: 'Opens a credential in a tool of this computer, already connected',
  details:
    'Without a tool it lists those that were found. It says that the tool connected only when a connection of that very program arrived.',
  parameters: {
    credential: argument('credential', 'name of a granted credential', grantedCredential),
    tool: optionalArgument(
      'tool',
      'psql (in a window), dbeaver, tableplus, vscode, datagrip, pgadmin or one of your own',
      toolName,
    ),
    database: option('database <name>', 'another database than the first it may use', text),
  },
  examples: ['sallyport open shop-db/read-only', 'sallyport open shop-db/read-only dbeaver'],
  run: async (context, { credential, tool, database }) => {
    const { name } = credential.granted
    const openIn = await openInOf(context)
    if (tool === undefined) return listTools(openIn, name)
    const opened = await openIn.open({ credential: name, tool, database })
    const news = await context.progress(`Waiting for ${tool} to connect`, settled(opened.progress))
    const { state = 'started', message: told = null } = news ?? {}
    if (state === 'did-not-connect' || state === 'failed')
      throw new SallyportError('tool_failed', told === null ? {} : { message: told })
    return message({ credential: name, tool, state, message: told }, told ?? `${tool} is connected to ${name}.`)
  },
})
