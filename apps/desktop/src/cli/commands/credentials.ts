import { type Command, defineCommand } from '../command.ts'
import { accessUntil, credentialData, grantedCredential, grantedCredentials, throughText } from '../credentials/granted.ts'
import { assertListening, stateColor, stateText, troubleOf } from '../credentials/listener.ts'
import type { LocalCredential } from '../../shared/local-api.ts'
import { argument, type Reader } from '../parameters/parameter.ts'
import { portNumber } from '../parameters/readers.ts'
import { oneLine } from '../terminal/printable.ts'
import { message } from '../views/answer.ts'
import { table } from '../views/table.ts'
import { localTime } from '../views/time.ts'

const credential = argument('credential', 'name of a granted credential', grantedCredential)
const addressOf = ({ host, port }: LocalCredential): string => `${host}:${port}`

/** A port, or null for `default`. */
const portOrDefault: Reader<number | null> = {
  read: (typed, context) => (typed === 'default' ? null : portNumber.read(typed, context)),
  offers: ['default'],
}

export const credentialCommands: readonly Command[] = [
  defineCommand({
    words: 'ls',
    summary: 'Lists what you can connect to, and where',
    parameters: {},
    run: async (context) => {
      const items = await grantedCredentials(context)
      for (const trouble of items.map(troubleOf)) if (trouble !== null) context.note(oneLine(trouble))
      return table(items, {
        data: items.map(credentialData),
        columns: [
          { heading: 'NAME', value: (row) => row.granted.name },
          { heading: 'PROTOCOL', value: (row) => row.granted.resource.protocol },
          { heading: 'ADDRESS', value: addressOf },
          { heading: 'STATE', value: stateText, color: stateColor },
          { heading: 'THROUGH', value: throughText, flexible: true },
          { heading: 'UNTIL', value: (row) => localTime(accessUntil(row)) },
          { heading: 'OPEN', value: (row) => row.connections, align: 'right' },
        ],
        empty: 'Nothing is granted to you yet. Ask an administrator for access; it shows here at once.',
      })
    },
  }),
  defineCommand({
    words: 'connect',
    summary: 'Opens the listener of a credential, so that tools can connect',
    parameters: { credential },
    run: async (context, values) => {
      const { name } = values.credential.granted
      const connected = await (await context.agent()).call('connect', { name })
      assertListening(connected)
      return message(
        credentialData(connected),
        `${name} is at ${addressOf(connected)}. For a tool: sallyport url ${name}; for psql: sallyport psql ${name}`,
      )
    },
  }),
  defineCommand({
    words: 'disconnect',
    summary: 'Closes the listener of a credential and its connections',
    parameters: { credential },
    run: async (context, values) => {
      const { name } = values.credential.granted
      const off = await (await context.agent()).call('disconnect', { name })
      return message(credentialData(off), `${name} is off.`)
    },
  }),
  defineCommand({
    words: 'port',
    summary: 'Gives a credential another port on this computer',
    parameters: {
      credential,
      port: argument('port', 'the port, or default: that of the organization', portOrDefault),
    },
    run: async (context, { credential: { granted }, port }) => {
      const { name } = granted
      const moved = await (await context.agent()).call('setPort', { name, port })
      if (moved.listener.state === 'port-taken') assertListening(moved)
      return message(credentialData(moved), `${name} is at ${addressOf(moved)}.`)
    },
  }),
]
