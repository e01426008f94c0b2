import { listCommand } from '../route-command.ts'
import { localTime } from '../views/time.ts'

export const alertCommands = [
  listCommand({
    words: 'admin alerts list',
    route: 'listAlerts',
    names: ['user'],
    log: true,
    columns: (nameOf) => [
      { heading: 'TIME', value: (row) => localTime(row.at) },
      { heading: 'KIND', value: (row) => row.kind, color: () => 'yellow' },
      { heading: 'USER', value: (row) => (row.user === null ? null : nameOf('user', row.user)) },
      { heading: 'WHAT', value: (row) => row.message, flexible: true },
    ],
    empty: 'There are no alerts.',
  }),
]
