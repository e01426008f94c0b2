import { referenceArgument } from '../names/reference.ts'
import { invalid } from '../parameters/invalid.ts'
import { idArgument } from '../parameters/id.ts'
import { option } from '../parameters/parameter.ts'
import { text } from '../parameters/readers.ts'
import { duration, futureInstant } from '../parameters/time.ts'
import { previewedCommand } from '../previewed-command.ts'
import { done, listCommand, routeCommand } from '../route-command.ts'
import { explanationText } from '../access/explanation-text.ts'
import { message } from '../views/answer.ts'
import { localTime, withRelative } from '../views/time.ts'

const statusColors = { active: 'green', revoked: 'red', expired: 'dim' } as const

const endOf = ({ length, until }: { readonly length: number | undefined; readonly until: string | undefined }): string => {
  if (until !== undefined && length === undefined) return until
  if (length !== undefined && until === undefined) return new Date(Date.now() + length * 1000).toISOString()
  throw invalid('Say when it ends, by --for or by --until: --for 4h')
}

export const grantCommands = [
  listCommand({
    words: 'admin grants list',
    route: 'listGrants',
    names: ['user', 'credential'],
    columns: (nameOf) => [
      { heading: 'ID', value: (row) => row.id },
      { heading: 'USER', value: (row) => nameOf('user', row.user) },
      { heading: 'CREDENTIAL', value: (row) => nameOf('credential', row.credential) },
      { heading: 'STATUS', value: (row) => row.status, color: (row) => statusColors[row.status] },
      { heading: 'UNTIL', value: (row) => localTime(row.expiresAt) },
      { heading: 'REASON', value: (row) => row.reason || null, flexible: true },
    ],
    empty: 'There are no temporary grants. Make one with: sallyport admin grants add <user> <credential> --for 4h',
  }),
  previewedCommand({
    words: 'admin grants add',
    route: 'createGrant',
    parameters: {
      user: referenceArgument('user'),
      credential: referenceArgument('credential'),
      length: option('for <duration>', 'how long: 30m, 4h, 7d', duration),
      until: option('until <time>', 'when it ends: 2026-11-22T18:00', futureInstant),
      reason: option('reason <text>', 'why, for the log', text),
    },
    examples: ['sallyport admin grants add ada@example.org shop-db/read-write --for 4h --reason "incident 17"'],
    input: ({ user, credential, reason = '', ...end }) => ({ body: { user, credential, reason, expiresAt: endOf(end) } }),
    answer: (grant) =>
      message(
        grant,
        `Granted until ${withRelative(grant.expiresAt)}. To end it before: sallyport admin grants revoke ${grant.id}`,
      ),
  }),
  previewedCommand({
    words: 'admin grants revoke',
    route: 'revokeGrant',
    parameters: { grant: idArgument('grant', 'admin grants list') },
    confirm: () => 'End this grant and the connections it allows?',
    input: (values) => ({ parameters: values }),
    answer: () => done('The grant has ended.'),
  }),
]

export const explainCommand = routeCommand({
  words: 'admin explain',
  route: 'explainAccess',
  parameters: { user: referenceArgument('user'), credential: referenceArgument('credential') },
  input: (query) => ({ query }),
  answer: explanationText,
})
