import { auditEntryTypes } from '@sallyport/protocol/api'
import { defineCommand } from '../command.ts'
import { auditId, auditLine, auditTime } from '../history/audit-row.ts'
import { logOptions, showLog } from '../history/log-command.ts'
import { reference } from '../names/reference.ts'
import { option } from '../parameters/parameter.ts'
import { choice } from '../parameters/readers.ts'
import { given } from '../route-command.ts'

export const auditCommand = defineCommand({
  words: 'audit',
  summary: 'Shows the log: who did what, newest first',
  details: 'With --follow the newest is last, and with --json each entry is one line.',
  parameters: {
    type: option('type <type>', 'only this type: unlock.granted', choice(auditEntryTypes)),
    user: option('user <user>', 'only what this user did: e-mail address or id', reference('user')),
    ...logOptions,
  },
  examples: ['sallyport audit --type unlock.granted --since 1d', 'sallyport audit --follow --json | jq .entry.type'],
  run: (context, { type, user, after, before, limit, watch }) =>
    showLog(context, {
      route: 'listAuditEntries',
      query: given({ type, user, after, before }),
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
