/** A row of a grid. It is drawn again only when something of its own changed: lists are long, and cells cost. */
import { type KeyboardEvent, memo, type RefObject } from 'react'
import { classes } from './classes.ts'
import type { Column, DataGridProps } from './data-grid.tsx'
import styles from './data-grid.module.css'
import { movedTo } from './grid-entries.ts'
import { singleKeys } from './single-keys.ts'

interface GridRowProps<Row> {
  /** undefined: on its way. */
  readonly row: Row | undefined
  readonly index: number
  /** What the grid was last told, for what happens later: no reason to draw the row again. */
  readonly grid: RefObject<DataGridProps<Row>>
  readonly columns: readonly Column<Row>[]
  /** Widths of the columns, as CSS has them. */
  readonly tracks: string
  /** Pixels below the first row. */
  readonly top: number
  readonly height: number
  readonly isActive: boolean
  readonly isSelected: boolean
  readonly isDangerous: boolean
  readonly activate: (index: number) => void
  readonly focusRow: (index: number) => void
}

const isLetter = ({ key }: KeyboardEvent): boolean => key.length === 1 && key !== ' '

const Drawn = <Row,>(props: GridRowProps<Row>) => {
  const { row, index, isActive, activate, focusRow } = props
  const tabIndex = isActive ? 0 : -1
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const grid = props.grid.current
    const moved = movedTo(event.key, index, grid.rows.length)
    const inside = event.target !== event.currentTarget
    if (moved !== null && !event.altKey && !event.metaKey && !event.ctrlKey) {
      event.preventDefault()
      return focusRow(moved)
    }
    if (inside || row === undefined) return
    if (event.key === 'Enter' && grid.onOpen) {
      event.preventDefault()
      return grid.onOpen(row)
    }
    if ((event.key === 'F10' && event.shiftKey) || event.key === 'ContextMenu' || (event.key === '.' && singleKeys())) {
      if (!grid.onContextMenu) return
      event.preventDefault()
      return grid.onContextMenu(row, event.currentTarget)
    }
    if (isLetter(event) && !singleKeys()) return
    if (grid.onRowKey?.(row, event)) event.preventDefault()
  }
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.isSelected}
      aria-busy={row === undefined}
      className={classes(styles['row'], props.isDangerous && styles['danger'])}
      style={{ gridTemplateColumns: props.tracks, height: props.height, transform: `translateY(${props.top}px)` }}
      tabIndex={tabIndex}
      data-row={index}
      onFocus={() => activate(index)}
      onKeyDown={onKeyDown}
      onClick={() => row !== undefined && props.grid.current.onOpen?.(row)}
    >
      {props.columns.map((column) => (
        <div key={column.id} role="gridcell" className={classes(styles['cell'], column.align === 'end' && styles['end'])}>
          {row === undefined ? <i className={styles['coming']} /> : column.cell(row, { tabIndex })}
        </div>
      ))}
    </div>
  )
}

export const GridRow = memo(Drawn) as typeof Drawn
