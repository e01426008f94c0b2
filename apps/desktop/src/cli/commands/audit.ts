import { auditEntryTypes } from '@sallyport/protocol/api'
import { type Command, defineCommand } from '../command.ts'
import { auditId, auditLine, auditTime } from '../history/audit-row.ts'
import { exportLog, exportOptions } from '../history/export.ts'
import { filterOptions, showLog, viewOptions } from '../history/log-command.ts'
import { reference } from '../names/reference.ts'
import { option } from '../parameters/parameter.ts'
import { choice, text } from '../parameters/readers.ts'
import { given } from '../route-command.ts'

const filters = {
  type: option('type <type>', 'only this type: unlock.granted', choice(auditEntryTypes)),
  user: option('user <user>', 'only what this user did: e-mail address or id', reference('user')),
  subject: option('subject <id>', 'only what was done to this: id', text),
  ...filterOptions,
}

const showCommand = defineCommand({
  words: 'audit',
  summary: 'Shows the log: who did what, newest first',
  details: 'With --follow the newest is last, and with --json each entry is one line.',
  parameters: { ...filters, ...viewOptions },
  examples: ['sallyport audit --type unlock.granted --since 1d', 'sallyport audit --follow --json | jq .entry.type'],
  run: (context, { limit, watch, ...chosen }) =>
    showLog(context, {
      route: 'listAuditEntries',
      query: given(chosen),
      limit,
      watch,
      names: ['user', 'role', 'site', 'resource', 'credential', 'gateway'],
      columns: (nameOf) => [
        { heading: 'NO', value: (row) => row.index, align: 'right' },
        { heading: 'TIME', value: (row) => auditLine(row, nameOf).time },
        { heading: 'TYPE', value: (row) => auditLine(row, nameOf).type },
        { heading: 'BY', value: (row) => auditLine(row, nameOf).actor },
        { heading: 'WHAT', value: (row) => auditLine(row, nameOf).what, flexible: true },
      ],
      empty: 'No entry fits.',
      idOf: auditId,
      timeOf: auditTime,
    }),
})

const exportCommand = defineCommand({
  words: 'audit export',
  summary: 'Writes the log to a file, newest first',
  details: `For reading; that it was exported is in the log. To verify it elsewhere: sallyport admin log export.`,
  parameters: { ...filters, ...exportOptions },
  examples: ['sallyport audit export --since 30d --format jsonl --output november.jsonl'],
  run: (context, { format, output, ...chosen }) =>
    exportLog(context, { route: 'exportAuditEntries', query: given(chosen), format, output }),
})

export const auditCommands: readonly Command[] = [showCommand, exportCommand]
