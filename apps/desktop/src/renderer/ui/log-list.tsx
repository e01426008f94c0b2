/** The rows of a log: those that arrive wait behind a button, those before are read as they are scrolled. */
import { Button } from '@mantine/core'
import type { ComponentType, ReactNode } from 'react'
import { text } from '../texts/text.ts'
import { type Column, DataGrid } from './data-grid.tsx'
import { Arrived, LogPlace } from './log-place.tsx'
import { EmptyState, SkeletonRows } from './states.tsx'

const ROW_HEIGHT = 28
const SKELETON_ROWS = 16

interface LogListProps<Row> {
  readonly label: string
  readonly log: {
    readonly rows: readonly (Row | undefined)[]
    readonly isPending: boolean
    readonly searching: boolean
    readonly error: unknown
    readonly arrived: number
    readonly showArrived: () => void
    readonly onSeen: (first: number, last: number) => void
  }
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  readonly selected: string | null
  readonly onOpen: (row: Row) => void
  /** Shown where there are no rows. */
  readonly empty: ReactNode
}

export const LogList = <Row,>({ label, log, columns, keyOf, selected, onOpen, empty }: LogListProps<Row>) => (
  <>
    <Arrived count={log.arrived} onShow={log.showArrived} />
    {log.isPending ? <SkeletonRows height={ROW_HEIGHT} count={SKELETON_ROWS} /> : null}
    {log.rows.length > 0 ? (
      <LogPlace arrived={log.arrived} onRest={log.showArrived}>
        <DataGrid
          label={label}
          rows={log.rows}
          columns={columns}
          keyOf={keyOf}
          rowHeight={ROW_HEIGHT}
          selected={selected}
          onOpen={onOpen}
          onSeen={log.onSeen}
        />
      </LogPlace>
    ) : null}
    {!log.isPending && !log.error && !log.searching && log.rows.length === 0 ? empty : null}
  </>
)

interface NothingLeftProps {
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  readonly onClear: () => void
}

/** The filters leave nothing. */
export const NothingLeft = ({ icon, onClear }: NothingLeftProps) => (
  <EmptyState
    icon={icon}
    title={text('log.nothing')}
    actions={
      <Button variant="default" onClick={onClear}>
        {text('log.clearFilters')}
      </Button>
    }
  >
    {text('log.nothingText')}
  </EmptyState>
)
