/** What a row of the list of gateways shows. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { count } from '../../../ui/numbers.ts'
import type { Gateway, NameOf } from '../data/names.ts'
import { gatewayState, isOlder, reachedThrough } from './state.ts'
import { momentColumn, stateColumn } from '../parts/columns.tsx'
import { RowTitle } from '../parts/row-title.tsx'

interface ColumnNeeds {
  readonly siteName: NameOf
  readonly gatewayName: NameOf
  readonly newest: string | null
}

const PERCENT = 100

export const gatewayColumns = ({ siteName, gatewayName, newest }: ColumnNeeds): readonly Column<Gateway>[] => [
  {
    id: 'name',
    header: text('gateways.columnName'),
    width: 'minmax(120px, 1.2fr)',
    cell: ({ name, kind }) => (
      <>
        <RowTitle>{name}</RowTitle>
        {kind === 'relay' ? <Label>{text('gateways.relay')}</Label> : null}
      </>
    ),
  },
  stateColumn({ header: text('gateways.columnState'), width: '124px', of: gatewayState }),
  {
    id: 'sites',
    header: text('gateways.columnSites'),
    width: 'minmax(90px, 1fr)',
    cell: ({ sites }) => {
      const names = sites.map(siteName).join(', ')
      return cut(names)
    },
  },
  {
    id: 'address',
    header: text('gateways.columnAddress'),
    width: 'minmax(130px, 1.2fr)',
    from: 940,
    cell: ({ address, load }) =>
      address ? cut(`${address.host}:${address.port}`, 'mono', 'muted') : cut(reachedThrough(load, gatewayName), 'muted'),
  },
  {
    id: 'version',
    header: text('gateways.columnVersion'),
    width: '112px',
    from: 760,
    cell: (gateway) => (
      <>
        {cut(gateway.version, 'numbers')}
        {isOlder(gateway, newest) ? <Label tone="warn">{text('gateways.older')}</Label> : null}
      </>
    ),
  },
  {
    id: 'load',
    header: text('gateways.columnLoad'),
    width: '84px',
    align: 'end',
    cell: ({ load }) => <span className="numbers">{load ? count(load.connections) : '–'}</span>,
  },
  {
    id: 'processor',
    header: text('gateways.columnProcessor'),
    width: '72px',
    align: 'end',
    from: 700,
    cell: ({ load }) => (
      <span className="numbers">
        {load ? text('gateways.percent', { value: String(Math.round(load.processorShare * PERCENT)) }) : '–'}
      </span>
    ),
  },
  momentColumn({ id: 'seen', header: text('gateways.columnSeen'), from: 820, at: ({ lastSeenAt }) => lastSeenAt }),
]
