import { uuid } from '@sallyport/protocol'
import { type Command, defineCommand } from '../command.ts'
import { activityLine } from '../history/activity-row.ts'
import { exportLog, exportOptions } from '../history/export.ts'
import { filterOptions, showLog, viewOptions } from '../history/log-command.ts'
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, flag, option, type Reader } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { given, routeCommand } from '../route-command.ts'
import { fields } from '../views/fields.ts'
import { localTime } from '../views/time.ts'

const kinds = ['query', 'transfer', 'cancel', 'connection.opened', 'connection.closed'] as const

const connectionId: Reader<string> = {
  read: (typed) => {
    if (!uuid.safeParse(typed).success) throw invalid(`“${typed}” is not the id of a connection.`)
    return typed
  },
}

const filters = {
  mine: flag('mine', 'only one’s own, which everybody may see'),
  kind: option('kind <kind>', 'only this kind: query', choice(kinds)),
  user: option('user <user>', 'only of this user: e-mail address or id', reference('user')),
  resource: option('resource <resource>', 'only on this resource: name or id', reference('resource')),
  session: option('session <session>', 'only of this session: label or id', reference('session')),
  connection: option('connection <connection>', 'only of this connection: id', connectionId),
  ...filterOptions,
}

const queryOf = <Chosen extends { readonly user: string | undefined }>(mine: boolean, chosen: Chosen) => {
  if (mine && chosen.user !== undefined) throw invalid('Either --mine or --user.')
  return given(chosen)
}

const showCommand = defineCommand({
  words: 'activity',
  summary: 'Shows what was done on resources, newest first',
  details: 'With --follow the newest is last, and with --json each record is one line.',
  parameters: { ...filters, ...viewOptions },
  examples: ['sallyport activity --resource shop-db --user ada@example.org --since 1d'],
  run: (context, { limit, watch, mine, ...chosen }) =>
    showLog(context, {
      route: mine ? 'listMyActivity' : 'listActivity',
      query: queryOf(mine, chosen),
      limit,
      watch,
      names: ['user', 'credential'],
      columns: (nameOf) => [
        { heading: 'TIME', value: (row) => localTime(row.at) },
        { heading: 'USER', value: (row) => nameOf('user', row.user) },
        { heading: 'CREDENTIAL', value: (row) => nameOf('credential', row.credential) },
        { heading: 'KIND', value: (row) => row.kind },
        { heading: 'WHAT', value: (row) => activityLine(row).what, flexible: true },
        { heading: 'ROWS', value: (row) => activityLine(row).rows, align: 'right' },
        { heading: 'MS', value: (row) => activityLine(row).milliseconds?.toFixed(1) ?? null, align: 'right' },
        { heading: 'ERROR', value: (row) => activityLine(row).error, color: () => 'red' },
      ],
      empty: 'No activity fits.',
      idOf: (row) => row.id,
      timeOf: (row) => Date.parse(row.at),
    }),
})

const exportCommand = defineCommand({
  words: 'activity export',
  summary: 'Writes what was done on resources to a file, newest first',
  details: 'That it was exported is in the log.',
  parameters: { ...filters, ...exportOptions },
  examples: ['sallyport activity export --since 30d --resource shop-db --output shop.csv'],
  run: (context, { format, output, mine, ...chosen }) =>
    exportLog(context, { route: mine ? 'exportMyActivity' : 'exportActivity', query: queryOf(mine, chosen), format, output }),
})

const proveCommand = routeCommand({
  words: 'activity prove',
  route: 'proveActivity',
  details:
    'Its gateway sent the record in a batch, which is one entry of the log. With --json also the lines that the gateway signed: the record is one of them, and their SHA-256 is the digest in the entry.',
  parameters: { record: argument('record', 'the id of a record, as sallyport activity --json shows it', text) },
  input: ({ record }) => ({ parameters: { record } }),
  answer: ({ lines, ...proven }) =>
    fields({ ...proven, lines }, [
      ['Number', proven.index],
      ['Leaf', proven.leaf],
      ['Signed', lines === null ? 'not all of its batch is kept as it came' : 'kept as its gateway signed it'],
      ['Proof', proven.proof ?? 'not yet: its head is about to be signed'],
    ]),
})

export const activityCommands: readonly Command[] = [showCommand, proveCommand, exportCommand]
