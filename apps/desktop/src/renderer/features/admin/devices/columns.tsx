/** Columns that several lists of this screen have. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Status } from '../../../ui/status.tsx'
import type { NameOf } from '../data/names.ts'
import { RowTitle } from '../parts/row-title.tsx'
import type { StateWord } from './words.ts'

export const personColumn = <Row extends { readonly user: string }>(userName: NameOf): Column<Row> => ({
  id: 'person',
  header: text('devices.columnPerson'),
  width: 'minmax(120px, 1.2fr)',
  cell: ({ user }) => <RowTitle>{userName(user)}</RowTitle>,
})

export const gatewayColumn = <Row extends { readonly gateway: string }>(gatewayName: NameOf): Column<Row> => ({
  id: 'gateway',
  header: text('devices.columnGateway'),
  width: 'minmax(72px, 0.7fr)',
  from: 760,
  cell: ({ gateway }) => cut(gatewayName(gateway), 'muted'),
})

export const stateColumn = <Row,>(stateOf: (row: Row) => StateWord): Column<Row> => ({
  id: 'state',
  header: text('devices.columnState'),
  width: '104px',
  cell: (row) => {
    const { kind, word } = stateOf(row)
    return <Status kind={kind}>{word}</Status>
  },
})

interface MomentColumn<Row> extends Pick<Column<Row>, 'id' | 'header' | 'from'> {
  readonly at: (row: Row) => string
}

export const momentColumn = <Row,>({ at, ...column }: MomentColumn<Row>): Column<Row> => ({
  ...column,
  width: '112px',
  cell: (row) => <Moment at={at(row)} muted />,
})
