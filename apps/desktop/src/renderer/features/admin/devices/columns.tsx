/** Columns that several lists of this screen have. */
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import type { NameOf } from '../data/names.ts'
import { RowTitle } from '../parts/row-title.tsx'

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
