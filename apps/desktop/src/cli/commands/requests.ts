import { requestColumns, requestFields } from '../access/request-view.ts'
import { requestableArgument } from '../access/requestable.ts'
import { SallyportError } from '@sallyport/protocol'
import { defineCommand } from '../command.ts'
import { idArgument } from '../parameters/id.ts'
import { option, requiredOption } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { duration, futureInstant } from '../parameters/time.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { roughly } from '../views/time.ts'

const request = idArgument('request', 'requests ls')
const length = requiredOption('for <duration>', 'how long: 30m, 4h, 7d', duration)
const reason = option('reason <text>', 'why, for those who decide and for the log', text)

export const requestCommands = [
  listCommand({
    words: 'requests ls',
    route: 'listMyAccessRequests',
    summary: 'Lists what you asked for, newest first',
    columns: () => requestColumns({ requester: false }),
    empty: 'You have asked for nothing. What you may ask for: sallyport requests available',
    log: true,
  }),
  listCommand({
    words: 'requests available',
    route: 'listRequestableCredentials',
    summary: 'Lists what you may ask for',
    parameters: { search: option('search <text>', 'a part of name, description or tags', text) },
    query: ({ search }) => (search === undefined ? {} : { search }),
    columns: () => [
      { heading: 'CREDENTIAL', value: (row) => row.credential.name },
      { heading: 'APPROVALS', value: (row) => row.approvals, align: 'right' },
      { heading: 'AT MOST', value: (row) => roughly(row.maxDuration), align: 'right' },
      { heading: 'NOW', value: (row) => (row.held ? 'yours' : row.open === null ? null : 'asked for') },
      { heading: 'EMERGENCY', value: (row) => (row.emergency === null ? null : roughly(row.emergency.maxDuration)) },
      { heading: 'DESCRIPTION', value: (row) => row.credential.resource?.description || null, flexible: true },
    ],
    empty: 'There is nothing that you may ask for. Ask an administrator for a rule.',
  }),
  routeCommand({
    words: 'requests new',
    route: 'createAccessRequest',
    parameters: {
      credential: requestableArgument,
      duration: length,
      reason,
      startsAt: option('start <time>', 'when it begins: 2026-11-22T18:00; at once if not given', futureInstant),
    },
    examples: ['sallyport requests new shop-db/read-write --for 2h --reason "incident 17"'],
    input: ({ reason: why = '', startsAt = null, ...body }) => ({ body: { ...body, reason: why, startsAt } }),
    answer: requestFields,
  }),
  defineCommand({
    words: 'requests show',
    summary: 'One of your requests',
    parameters: { request },
    run: async ({ api }, values) => {
      const { items } = await api('listMyAccessRequests', { query: { accessRequest: values.request } })
      const [item] = items
      if (item === undefined) throw new SallyportError('not_found', { message: 'You have not asked for this.' })
      return requestFields(item)
    },
  }),
  routeCommand({
    words: 'requests extend',
    route: 'extendAccessRequest',
    parameters: { request, duration: length, reason },
    examples: ['sallyport requests extend 8d1f6c1e-0000-4000-8000-000000000000 --for 1h --reason "not done yet"'],
    input: ({ request: accessRequest, reason: why = '', duration: more }) => ({
      parameters: { accessRequest },
      body: { reason: why, duration: more },
    }),
    answer: requestFields,
  }),
  routeCommand({
    words: 'requests withdraw',
    route: 'withdrawAccessRequest',
    parameters: { request },
    confirm: () => 'Withdraw this request, and end the access with its connections if it stands?',
    input: (values) => ({ parameters: { accessRequest: values.request } }),
    answer: () => done('The request is withdrawn.'),
  }),
]
