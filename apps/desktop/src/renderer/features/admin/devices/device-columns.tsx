/** What a row of the devices shows. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import type { Device, NameOf } from '../data/names.ts'
import { momentColumn, stateColumn } from '../parts/columns.tsx'
import { RowTitle } from '../parts/row-title.tsx'
import { deviceState, keyText } from './words.ts'

interface ColumnNeeds {
  /** Ids of devices that something is wrong with. */
  readonly alerted: ReadonlySet<string>
  readonly userName: NameOf
  readonly here: string | null | undefined
}

export const deviceColumns = ({ alerted, userName, here }: ColumnNeeds): readonly Column<Device>[] => [
  {
    id: 'name',
    header: text('devices.columnName'),
    width: 'minmax(160px, 1.4fr)',
    cell: ({ id, facts }) => (
      <>
        <RowTitle>{facts.name}</RowTitle>
        {id === here ? <Label>{text('devices.thisDevice')}</Label> : null}
        {alerted.has(id) ? <Label tone="bad">{text('alerts.deviceLabel')}</Label> : null}
      </>
    ),
  },
  {
    id: 'person',
    header: text('devices.columnPerson'),
    width: 'minmax(120px, 1.2fr)',
    cell: ({ user }) => cut(userName(user)),
  },
  {
    id: 'system',
    header: text('devices.columnSystem'),
    width: 'minmax(110px, 1fr)',
    from: 760,
    cell: ({ facts }) => cut(facts.osVersion, 'muted'),
  },
  {
    id: 'key',
    header: text('devices.columnKey'),
    width: '104px',
    from: 860,
    cell: (device) => cut(keyText(device), 'muted'),
  },
  stateColumn({ header: text('devices.columnState'), width: '148px', of: deviceState }),
  momentColumn({ id: 'seen', header: text('devices.columnSeen'), from: 660, at: ({ lastSeenAt }) => lastSeenAt }),
]
