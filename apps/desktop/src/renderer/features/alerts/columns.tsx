/** What a row of the alerts shows. */
import { alertWords } from '../../data/alert-words.ts'
import type { Names } from '../../data/names.ts'
import type { Alert } from '../../data/open-alerts.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Status } from '../../ui/status.tsx'

interface ColumnNeeds {
  readonly names: Names
  /** Whether somebody saw one of them, or one is over. */
  readonly seen: boolean
}

export const alertColumns = ({ names, seen }: ColumnNeeds): readonly Column<Alert>[] => [
  {
    id: 'what',
    header: text('alerts.columnWhat'),
    width: '190px',
    cell: ({ kind }) => {
      const { name, glyph } = alertWords(kind)
      return <Status kind={glyph}>{name}</Status>
    },
  },
  {
    id: 'message',
    header: text('alerts.columnMessage'),
    width: 'minmax(160px, 2.4fr)',
    from: 780,
    cell: ({ message }) => cut(message),
  },
  {
    id: 'person',
    header: text('alerts.columnPerson'),
    width: 'minmax(110px, 1fr)',
    cell: ({ user }) => cut(user === null ? '' : names.nameOf('user', user)),
  },
  {
    id: 'device',
    header: text('alerts.columnDevice'),
    width: 'minmax(100px, 1fr)',
    from: 900,
    cell: ({ device }) => cut(device === null ? '' : names.nameOf('device', device), 'muted'),
  },
  ...(seen
    ? [
        {
          id: 'seen',
          header: text('alerts.columnSeen'),
          width: 'minmax(100px, 1fr)',
          from: 760,
          cell: ({ acknowledged, endedAt }: Alert) => {
            const over = endedAt === null ? '' : text('alerts.over')
            return cut(acknowledged === null ? over : names.nameOf('user', acknowledged.by), 'muted')
          },
        },
      ]
    : []),
  {
    id: 'time',
    header: text('alerts.columnTime'),
    width: '120px',
    cell: ({ at }) => <Moment at={at} form="relative" muted />,
  },
]
