import { uuid } from '@sallyport/protocol'
import { reference } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { argument, option, type Reader } from '../parameters/parameter.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'
import { byteCount } from '../views/bytes.ts'
import { relative } from '../views/time.ts'

const connectionId: Reader<string> = {
  read: (typed) => {
    if (!uuid.safeParse(typed).success)
      throw invalid(`“${typed}” is not the id of a connection. See: sallyport admin connections list`)
    return typed
  },
}

export const openConnectionCommands = [
  listCommand({
    words: 'admin connections list',
    route: 'listConnections',
    names: ['user', 'gateway'],
    parameters: {
      user: option('user <user>', 'only of this user: e-mail address or id', reference('user')),
      resource: option('resource <resource>', 'only to this resource: name or id', reference('resource')),
      credential: option(
        'credential <credential>',
        'only by this credential: resource/credential or id',
        reference('credential'),
      ),
      gateway: option('gateway <gateway>', 'only through this gateway: name or id', reference('gateway')),
      session: option('session <session>', 'only of this session: label or id', reference('session')),
    },
    query: ({ user, resource, credential, gateway, session }) => given({ user, resource, credential, gateway, session }),
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'USER', value: (row) => nameOf('user', row.user) },
      { heading: 'CREDENTIAL', value: (row) => row.name },
      { heading: 'PROGRAM', value: (row) => row.caller?.program ?? null, flexible: true },
      { heading: 'GATEWAY', value: (row) => nameOf('gateway', row.gateway) },
      { heading: 'SINCE', value: (row) => relative(row.openedAt) },
      { heading: 'SENT', value: (row) => byteCount(row.bytesUp), align: 'right' },
      { heading: 'RECEIVED', value: (row) => byteCount(row.bytesDown), align: 'right' },
    ],
    empty: 'No connection is open.',
  }),
  routeCommand({
    words: 'admin connections end',
    route: 'endConnection',
    details: 'To keep its user from connecting again: admin sessions revoke, or take the credential away.',
    parameters: { connection: argument('connection', 'id of the connection', connectionId) },
    confirm: () => 'End this connection, with whatever it is doing?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The connection has ended.'),
  }),
]
