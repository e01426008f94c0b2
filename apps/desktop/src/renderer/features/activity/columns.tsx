/** What a row of activity shows. */
import type { Names } from '../../data/names.ts'
import { titleOfName } from '../../data/credential.ts'
import type { LogRow } from '../../data/use-log.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { Moment } from '../../ui/moment.tsx'
import { Status } from '../../ui/status.tsx'
import { recordOf } from './record.ts'
import { errorOf, kindName, lineOf, rowsOf, tookOf } from './words.ts'

export type ActivityRow = LogRow<'listActivity'>

export const accountName = (names: Names, { credential }: ActivityRow): string => {
  const name = names.nameOf('credential', credential)
  return name.includes('/') ? titleOfName(name) : name
}

interface ColumnNeeds {
  readonly names: Names
  readonly everybody: boolean
}

export const activityColumns = ({ names, everybody }: ColumnNeeds): readonly Column<ActivityRow>[] => [
  {
    id: 'time',
    header: text('activity.columnTime'),
    width: '108px',
    cell: ({ at }) => <Moment at={at} form="log" muted />,
  },
  ...(everybody
    ? [
        {
          id: 'person',
          header: text('activity.columnPerson'),
          width: 'minmax(90px, 0.8fr)',
          cell: ({ user }: ActivityRow) => cut(names.nameOf('user', user)),
        },
      ]
    : []),
  {
    id: 'resource',
    header: text('activity.columnResource'),
    width: 'minmax(110px, 1fr)',
    from: 560,
    cell: (row) => cut(accountName(names, row)),
  },
  {
    id: 'kind',
    header: text('activity.columnKind'),
    width: '64px',
    from: 760,
    cell: ({ kind }) => <span className="muted truncate">{kindName(kind)}</span>,
  },
  {
    id: 'statement',
    header: text('activity.columnStatement'),
    width: 'minmax(160px, 3fr)',
    cell: ({ activity }) => <span className="mono truncate">{lineOf(recordOf(activity), activity)}</span>,
  },
  {
    id: 'rows',
    header: text('activity.columnRows'),
    width: '60px',
    align: 'end',
    from: 680,
    cell: ({ activity }) => <span className="numbers">{rowsOf(recordOf(activity))}</span>,
  },
  {
    id: 'took',
    header: text('activity.columnDuration'),
    width: '68px',
    align: 'end',
    from: 700,
    cell: ({ activity }) => <span className="muted numbers">{tookOf(recordOf(activity))}</span>,
  },
  {
    id: 'result',
    header: text('activity.columnResult'),
    width: '76px',
    cell: ({ activity, failed }) => <Result failed={failed} code={errorOf(recordOf(activity))?.code ?? null} />,
  },
]

const Result = ({ failed, code }: { readonly failed: boolean | null; readonly code: string | null }) => {
  if (failed === true || code !== null) return <Status kind="failed">{code ?? text('activity.failed')}</Status>
  return failed === false ? <span className="muted">{text('activity.ok')}</span> : null
}
