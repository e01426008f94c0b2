import { referenceArgument } from '../names/reference.ts'
import { previewedCommand } from '../previewed-command.ts'
import { flag } from '../parameters/parameter.ts'
import { done, listCommand } from '../route-command.ts'
import { localTime } from '../views/time.ts'

const statusColors = { active: 'green', ended: 'dim', revoked: 'red', expired: 'dim' } as const

const onlyActive = ({ active }: { readonly active: boolean }) => (active ? { active: 'yes' as const } : {})

export const sessionCommands = [
  listCommand({
    words: 'admin sessions list',
    route: 'listSessions',
    names: ['user', 'device'],
    log: true,
    parameters: { active: flag('active', 'only those that are good now') },
    query: onlyActive,
    columns: (nameOf) => [
      { heading: 'LABEL', value: (row) => row.label },
      { heading: 'USER', value: (row) => nameOf('user', row.user) },
      { heading: 'DEVICE', value: (row) => nameOf('device', row.device), flexible: true },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'FROM', value: (row) => row.address },
      { heading: 'SINCE', value: (row) => localTime(row.createdAt) },
      { heading: 'UNTIL', value: (row) => localTime(row.expiresAt) },
    ],
    empty: 'There are no sessions.',
  }),
  previewedCommand({
    words: 'admin sessions revoke',
    route: 'revokeSession',
    parameters: { session: referenceArgument('session') },
    confirm: () => 'End this session and its connections?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The session has ended.'),
  }),
]

export const leaseCommands = [
  listCommand({
    words: 'admin leases list',
    route: 'listLeases',
    names: ['user', 'credential', 'gateway'],
    log: true,
    parameters: { active: flag('active', 'only those that are good now') },
    query: onlyActive,
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'USER', value: (row) => nameOf('user', row.user) },
      { heading: 'CREDENTIAL', value: (row) => nameOf('credential', row.credential) },
      { heading: 'GATEWAY', value: (row) => nameOf('gateway', row.gateway) },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'SINCE', value: (row) => localTime(row.createdAt) },
      { heading: 'UNTIL', value: (row) => localTime(row.expiresAt) },
    ],
    empty: 'There are no leases.',
  }),
]
