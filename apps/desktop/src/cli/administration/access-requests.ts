import { accessRequestStates } from '@sallyport/protocol/api'
import { decisionFields, requestColumns } from '../access/request-view.ts'
import { reference } from '../names/reference.ts'
import { idArgument } from '../parameters/id.ts'
import { option } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import { done, given, listCommand, routeCommand } from '../route-command.ts'

const request = idArgument('request', 'admin requests list')

export const accessRequestCommands = [
  listCommand({
    words: 'admin requests list',
    route: 'listAccessRequests',
    parameters: {
      state: option('state <state>', 'only those in this state: pending, active, …', choice(accessRequestStates)),
      user: option('user <user>', 'only those of this user', reference('user')),
      credential: option('credential <credential>', 'only those for this credential', reference('credential')),
    },
    query: ({ state, user, credential }) => given({ state, user, credential }),
    columns: () => requestColumns({ requester: true }),
    empty: 'There are no such requests.',
    log: true,
  }),
  routeCommand({
    words: 'admin requests show',
    route: 'getAccessRequest',
    parameters: { request },
    input: (values) => ({ parameters: { accessRequest: values.request } }),
    answer: decisionFields,
  }),
  routeCommand({
    words: 'admin requests cancel',
    route: 'cancelAccessRequest',
    parameters: { request },
    confirm: () => 'Cancel this request, and end the access with its connections if it stands?',
    input: (values) => ({ parameters: { accessRequest: values.request } }),
    answer: () => done('The request is cancelled.'),
  }),
]
