import type { PersonalData } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import { confirm } from '../confirm.ts'
import type { Context } from '../context.ts'
import { referenceArgument } from '../names/reference.ts'
import { absolutePath } from '../parameters/files.ts'
import { requiredOption } from '../parameters/parameter.ts'
import { listCommand, routeCommand } from '../route-command.ts'
import { type Answer, message } from '../views/answer.ts'
import { fields } from '../views/fields.ts'
import { localTime } from '../views/time.ts'
import { writeParts } from '../history/write-parts.ts'

const user = referenceArgument('user')

const counted = ({ tables }: PersonalData): string =>
  tables
    .filter(({ rows }) => rows > 0)
    .map(({ table, rows }) => `${rows} ${table.replaceAll('_', ' ')}`)
    .join(', ')

const personFields = (data: PersonalData): Answer =>
  fields(data, [
    ['Id', data.user],
    ['Held', counted(data) || 'nothing'],
    ['Last activity', localTime(data.lastActivityAt) ?? 'none that is kept'],
    ['Erased', data.erasure === null ? 'no' : (localTime(data.erasure.erasedAt) ?? '')],
    ...(data.erasure === null || data.erasure.finishedAt !== null
      ? []
      : [['Still going on', 'what they did on resources is being deleted'] as [string, string]]),
  ])

/** What there is, before the question whether it is to go. */
const askFirst = async (context: Context, id: string, subject: string): Promise<void> => {
  if (context.options.yes) return
  const held = await context.api('getPersonalData', { parameters: { user: id } })
  const last = held.lastActivityAt === null ? 'no activity' : `activity until ${localTime(held.lastActivityAt)}`
  context.note(`Held about this person: ${counted(held) || 'nothing'}; ${last}.`)
  const question = 'End the account, and erase this person from database, activity and log? Nothing brings it back.'
  await confirm(context, { subject, question })
}

const eraseCommand = {
  ...defineCommand({
    words: 'admin people erase',
    summary: 'Ends the account of a person and erases what is held about them',
    details:
      'Names, addresses, devices, reasons and everything that they did on resources go; the key of what is personal about them in ' +
      'the log is destroyed. Entries keep their ids, and every proof holds. A database that is restored from a backup forgets them again.',
    parameters: { user },
    examples: [
      'sallyport admin people export ada@example.org --output ada.jsonl',
      'sallyport admin people erase ada@example.org',
    ],
    run: async (context, values, subject) => {
      await askFirst(context, values.user, subject)
      const erased = await context.api('erasePerson', { parameters: { user: values.user } })
      const rest = erased.finishedAt === null ? ' What they did on resources is being deleted.' : ''
      return message(erased, `The person is erased.${rest}`)
    },
  }),
  asks: 'always',
} satisfies Command

export const peopleCommands: readonly Command[] = [
  routeCommand({
    words: 'admin people show',
    route: 'getPersonalData',
    parameters: { user },
    input: (values) => ({ parameters: { user: values.user } }),
    answer: personFields,
  }),
  defineCommand({
    words: 'admin people export',
    summary: 'Writes what is held about a person, to hand it to them',
    details:
      'A file of JSON lines: rows of the database, what they did on resources, and entries of the log by and about them. What is ' +
      'personal of others in those entries stays sealed.',
    parameters: { user, output: requiredOption('output <file>', 'a file that is new', absolutePath) },
    examples: ['sallyport admin people export ada@example.org --output ada.jsonl'],
    run: async (context, { user: id, output }) => {
      const ask = (cursor: string | null) =>
        context.api('exportPersonalData', { parameters: { user: id }, query: cursor === null ? {} : { cursor } })
      const rows = await context.progress('Exporting', writeParts(output, ask))
      return message({ file: output, rows }, `${rows} ${rows === 1 ? 'row' : 'rows'} in ${output}.`)
    },
  }),
  eraseCommand,
  listCommand({
    words: 'admin people erased',
    route: 'listErasures',
    columns: () => [
      { heading: 'PERSON', value: (row) => row.user },
      { heading: 'ERASED', value: (row) => localTime(row.erasedAt) },
      { heading: 'FINISHED', value: (row) => localTime(row.finishedAt) },
    ],
    empty: 'Nobody was erased.',
  }),
]
