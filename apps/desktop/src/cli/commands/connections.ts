import { SallyportError } from '@sallyport/protocol'
import { type Command, defineCommand } from '../command.ts'
import { argument, type Reader } from '../parameters/parameter.ts'
import { done } from '../route-command.ts'
import { byteCount } from '../views/bytes.ts'
import { table } from '../views/table.ts'
import { relative } from '../views/time.ts'

/** As few first characters of an id as tell it from the others; 4 at least. */
const SHORTEST = 4

/** The id of an open connection: whole, or its beginning. */
const connectionId: Reader<string> = {
  read: async (typed, context) => {
    const { items } = await (await context.agent()).call('connections', {})
    const matches = items.filter(({ id }) => id === typed || (typed.length >= SHORTEST && id.startsWith(typed)))
    const [match] = matches
    if (matches.length === 1) return match!.id
    if (!match)
      throw new SallyportError('not_found', { message: `There is no connection “${typed}”. See: sallyport connections` })
    throw new SallyportError('invalid_request', {
      message: `${matches.length} connections begin with “${typed}”. Give more of the id.`,
      details: matches.slice(0, 64).map(({ id }) => id),
    })
  },
}

export const connectionCommands: readonly Command[] = [
  defineCommand({
    words: 'connections',
    summary: 'Lists open connections of your tools',
    parameters: {},
    run: async (context) => {
      const { items } = await (await context.agent()).call('connections', {})
      return table(items, {
        columns: [
          { heading: 'ID', value: (row) => row.id },
          { heading: 'CREDENTIAL', value: (row) => row.credential },
          {
            heading: 'PROGRAM',
            value: (row) => (row.caller ? `${row.caller.program} (${row.caller.pid})` : null),
            flexible: true,
          },
          { heading: 'GATEWAY', value: (row) => row.gateway },
          { heading: 'SINCE', value: (row) => relative(row.openedAt) },
          { heading: 'SENT', value: (row) => byteCount(row.bytesUp), align: 'right' },
          { heading: 'RECEIVED', value: (row) => byteCount(row.bytesDown), align: 'right' },
        ],
        empty: 'No connection is open. See what you can connect to: sallyport ls',
      })
    },
  }),
  defineCommand({
    words: 'end',
    summary: 'Ends one open connection',
    parameters: { connection: argument('connection', 'its id, or the beginning of it', connectionId) },
    run: async (context, { connection }) => {
      await (await context.agent()).call('endConnection', { id: connection })
      return done('The connection has ended.')
    },
  }),
]
