/** Columns that several lists have. */
import type { ComponentProps } from 'react'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { type StateWord, Status } from '../../../ui/status.tsx'

interface StateColumn<Row> {
  readonly header: string
  readonly width?: string
  readonly of: (row: Row) => StateWord
}

export const stateColumn = <Row,>({ header, width = '104px', of }: StateColumn<Row>): Column<Row> => ({
  id: 'state',
  header,
  width,
  cell: (row) => {
    const { kind, word } = of(row)
    return <Status kind={kind}>{word}</Status>
  },
})

interface MomentColumn<Row> extends Pick<Column<Row>, 'id' | 'header' | 'from'>, Pick<ComponentProps<typeof Moment>, 'form'> {
  readonly at: (row: Row) => string | null
}

export const momentColumn = <Row,>({ at, form = 'relative', ...column }: MomentColumn<Row>): Column<Row> => ({
  ...column,
  width: '120px',
  cell: (row) => <Moment at={at(row)} form={form} muted />,
})

/** Labels beyond this many only say how many they are. */
const SHOWN = 2

interface LabelsColumn<Row> extends Pick<Column<Row>, 'id' | 'header' | 'width' | 'from'> {
  readonly of: (row: Row) => readonly string[]
}

export const labelsColumn = <Row,>({ of, ...column }: LabelsColumn<Row>): Column<Row> => ({
  ...column,
  cell: (row) => {
    const labels = of(row)
    return (
      <>
        {labels.slice(0, SHOWN).map((label) => (
          <Label key={label}>{label}</Label>
        ))}
        {labels.length > SHOWN ? <span className="muted">+{labels.length - SHOWN}</span> : null}
      </>
    )
  },
})
