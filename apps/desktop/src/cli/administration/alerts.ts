import { isOpenAlert } from '@sallyport/protocol/api'
import { reference } from '../names/reference.ts'
import { idArgument } from '../parameters/id.ts'
import { option } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import { done, given, listCommand, type NameOf, routeCommand } from '../route-command.ts'
import type { ItemOf } from '../names/nouns.ts'
import { localTime } from '../views/time.ts'

type Alert = ItemOf<'listAlerts'>

const whoLooked = ({ acknowledged, endedAt }: Alert, nameOf: NameOf): string | null => {
  if (acknowledged !== null) return nameOf('user', acknowledged.by)
  return endedAt === null ? null : 'over'
}

export const alertCommands = [
  listCommand({
    words: 'admin alerts list',
    route: 'listAlerts',
    parameters: {
      state: option(
        'state <state>',
        'only open ones, which nobody acknowledged or whose cause goes on, or the others',
        choice(['open', 'acknowledged']),
      ),
      device: option('device <device>', 'only those about this device: name or id', reference('device')),
    },
    query: given,
    names: ['user'],
    log: true,
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'TIME', value: (row) => localTime(row.at) },
      { heading: 'KIND', value: (row) => row.kind, color: (row) => (isOpenAlert(row) ? 'yellow' : null) },
      { heading: 'USER', value: (row) => (row.user === null ? null : nameOf('user', row.user)) },
      { heading: 'SEEN BY', value: (row) => whoLooked(row, nameOf) },
      { heading: 'WHAT', value: (row) => row.message, flexible: true },
    ],
    empty: 'There are no such alerts.',
  }),
  routeCommand({
    words: 'admin alerts acknowledge',
    route: 'acknowledgeAlert',
    parameters: { alert: idArgument('alert', 'admin alerts list') },
    input: (values) => ({ parameters: values }),
    answer: () => done('The alert is acknowledged.'),
  }),
]
