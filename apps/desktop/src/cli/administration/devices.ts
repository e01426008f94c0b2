import { referenceArgument } from '../names/reference.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { localTime } from '../views/time.ts'

const device = referenceArgument('device')
const statusColors = { pending: 'yellow', active: 'green', revoked: 'red' } as const

export const deviceCommands = [
  listCommand({
    words: 'admin devices list',
    route: 'listDevices',
    names: ['user'],
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'NAME', value: (row) => row.facts.name, flexible: true },
      { heading: 'USER', value: (row) => nameOf('user', row.user) },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'SYSTEM', value: (row) => row.facts.platform },
      { heading: 'KEYS IN', value: (row) => row.facts.keyStorage },
      { heading: 'SEEN', value: (row) => localTime(row.lastSeenAt) },
    ],
    empty: 'There are no devices: nobody has signed in yet.',
  }),
  routeCommand({
    words: 'admin devices approve',
    route: 'approveDevice',
    parameters: { device },
    input: (values) => ({ parameters: values }),
    answer: () => done('The device is approved: its user can sign in.'),
  }),
  previewedCommand({
    words: 'admin devices revoke',
    route: 'revokeDevice',
    parameters: { device },
    confirm: () => 'Revoke this device and end its sessions and connections?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The device is revoked.'),
  }),
]
