import { SallyportError } from '@sallyport/protocol'
import type { AccessDecisionItem } from '@sallyport/protocol/api'
import { decisionFields, requestColumns, requestFields } from '../access/request-view.ts'
import { defineCommand } from '../command.ts'
import { idArgument } from '../parameters/id.ts'
import { flag, option, requiredOption } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { duration, futureInstant } from '../parameters/time.ts'
import { listCommand, routeCommand } from '../route-command.ts'
import type { Column } from '../views/table.ts'

const request = idArgument('request', 'approvals ls')
const decided = flag('decided', 'those that you decided on, newest first')

const itemColumns = (): Column<AccessDecisionItem>[] =>
  requestColumns({ requester: true }).map(({ value, color, ...column }) => ({
    ...column,
    value: (row) => value(row.request),
    ...(color ? { color: (row: AccessDecisionItem) => color(row.request) } : {}),
  }))

export const approvalCommands = [
  listCommand({
    words: 'approvals ls',
    route: 'listApprovals',
    summary: 'Lists requests that wait for you, oldest first',
    parameters: { decided },
    query: (values) => ({ decided: values.decided ? ('yes' as const) : ('no' as const) }),
    columns: itemColumns,
    empty: 'Nothing waits for you.',
  }),
  defineCommand({
    words: 'approvals show',
    summary: 'A request that waits for you, or an emergency to review: who, why, from where, and what they did last time',
    parameters: { request },
    run: async ({ api }, values) => {
      const accessRequest = values.request
      for (const way of ['no', 'yes'] as const) {
        const query = { accessRequest, decided: way }
        const items = [...(await api('listApprovals', { query })).items, ...(await api('listReviews', { query })).items]
        if (items[0] !== undefined) return decisionFields(items[0])
      }
      throw new SallyportError('not_found', { message: 'This request does not wait for you.' })
    },
  }),
  routeCommand({
    words: 'approvals approve',
    route: 'approveAccessRequest',
    parameters: {
      request,
      duration: option('for <duration>', 'a shorter time than was asked for: 30m', duration),
      startsAt: option('start <time>', 'a later beginning: 2026-11-22T18:00', futureInstant),
      sameDevice: flag('same-device', 'only on the device from which it was asked'),
      note: option('note <text>', 'what the person who asked should know', text),
    },
    examples: ['sallyport approvals approve 8d1f6c1e-0000-4000-8000-000000000000 --for 30m'],
    input: ({ request: accessRequest, duration: length = null, startsAt = null, sameDevice, note = '' }) => ({
      parameters: { accessRequest },
      body: { duration: length, startsAt, sameDevice, note },
    }),
    answer: requestFields,
  }),
  routeCommand({
    words: 'approvals refuse',
    route: 'refuseAccessRequest',
    parameters: { request, note: requiredOption('reason <text>', 'why; the person who asked is told', text) },
    input: ({ request: accessRequest, note }) => ({ parameters: { accessRequest }, body: { note } }),
    answer: requestFields,
  }),
  listCommand({
    words: 'approvals reviews',
    route: 'listReviews',
    summary: 'Lists emergency access that you may review, oldest first',
    parameters: { decided },
    query: (values) => ({ decided: values.decided ? ('yes' as const) : ('no' as const) }),
    columns: itemColumns,
    empty: 'No emergency waits for your review.',
  }),
  routeCommand({
    words: 'approvals review',
    route: 'reviewEmergencyAccess',
    parameters: {
      request: idArgument('request', 'approvals reviews'),
      verdict: requiredOption('verdict <verdict>', 'justified or unjustified', choice(['justified', 'unjustified'])),
      note: requiredOption('note <text>', 'what you found', text),
    },
    input: ({ request: accessRequest, ...body }) => ({ parameters: { accessRequest }, body }),
    answer: requestFields,
  }),
]
