/** What a row of the log shows. */
import type { AuditRow } from '@sallyport/protocol/api'
import type { Names } from '../../data/names.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import type { Column } from '../../ui/data-grid.tsx'
import { Moment } from '../../ui/moment.tsx'
import { count } from '../../ui/numbers.ts'
import { detailsLine, entryOf } from './entry.ts'
import { actorName, subjectName } from './names.ts'
import { typeName } from './type-name.ts'

export const auditColumns = (names: Names): readonly Column<AuditRow>[] => [
  {
    id: 'time',
    header: text('audit.columnTime'),
    width: '108px',
    cell: (row) => {
      const entry = entryOf(row)
      if (!entry) return null
      const at = new Date(entry.at).toISOString()
      return <Moment at={at} form="log" muted />
    },
  },
  {
    id: 'type',
    header: text('audit.columnType'),
    width: 'minmax(150px, 1.2fr)',
    cell: (row) => {
      const entry = entryOf(row)
      return entry ? (
        <span className="truncate" title={entry.type}>
          {typeName(entry.type)}
        </span>
      ) : (
        <span className="muted truncate">{text('audit.unread')}</span>
      )
    },
  },
  {
    id: 'who',
    header: text('audit.columnWho'),
    width: 'minmax(100px, 1fr)',
    cell: (row) => {
      const entry = entryOf(row)
      return entry ? cut(actorName(entry, names)) : null
    },
  },
  {
    id: 'subject',
    header: text('audit.columnSubject'),
    width: 'minmax(110px, 1.2fr)',
    from: 560,
    cell: (row) => {
      const entry = entryOf(row)
      return entry ? cut(subjectName(entry, names)) : null
    },
  },
  {
    id: 'details',
    header: text('audit.columnDetails'),
    width: 'minmax(100px, 2fr)',
    from: 760,
    cell: (row) => {
      const entry = entryOf(row)
      return entry ? <span className="muted truncate">{detailsLine(entry)}</span> : null
    },
  },
  {
    id: 'index',
    header: text('audit.columnIndex'),
    width: '72px',
    align: 'end',
    cell: ({ index }) => <span className="muted numbers">{index === null ? '' : count(index)}</span>,
  },
]
