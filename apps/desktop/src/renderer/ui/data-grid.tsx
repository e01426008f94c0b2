/**
 * The one list of the app: as many rows as there are, drawn as many as are seen. One tab stop; arrows move between rows, Tab goes
 * on to what can be operated inside the focused row, Enter opens it. Rows keep their height, whatever is in them.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { classes } from './classes.ts'
import styles from './data-grid.module.css'
import { gridEntries } from './grid-entries.ts'
import { GridRow } from './grid-row.tsx'
import { useRoving } from './use-roving.ts'

export interface Column<Row> {
  readonly id: string
  readonly header: string
  /** The header is only read out: what is below it explains itself. */
  readonly quiet?: boolean
  /** A track of CSS grid: `minmax(160px, 2fr)`, `96px`. */
  readonly width: string
  readonly align?: 'start' | 'end'
  /** Left out while the grid is narrower than this, in pixels. */
  readonly from?: number
  /** `tabIndex` is for what can be operated in the cell: it is reached by Tab only in the active row. */
  readonly cell: (row: Row, operated: { readonly tabIndex: 0 | -1 }) => ReactNode
}

export interface DataGridProps<Row> {
  /** What the grid lists, for screen readers. */
  readonly label: string
  /** `undefined`: there is a row, and what is in it is on its way. Only without groups. */
  readonly rows: readonly (Row | undefined)[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  /** Pixels: 40, compact 32, logs 28. */
  readonly rowHeight?: number
  /** How many there are, where not all of them are read yet. */
  readonly total?: number
  readonly selected?: string | null
  readonly onOpen?: (row: Row) => void
  /** Keys while a row has the focus, beyond those that move and open. Returns whether the key was meant. */
  readonly onRowKey?: (row: Row, event: KeyboardEvent) => boolean
  readonly onContextMenu?: (row: Row, anchor: HTMLElement) => void
  /** Rows marked at their edge: production, superuser. */
  readonly isDangerous?: (row: Row) => boolean
  readonly groupOf?: (row: Row) => string
  readonly groupHeader?: (rows: readonly Row[]) => ReactNode
  /** Numbers of the first and the last row that are seen. Only without groups. */
  readonly onSeen?: (first: number, last: number) => void
  /** Called when the end comes near: read the next page. */
  readonly onEndNear?: () => void
}

const ROW_HEIGHT = 40
const GROUP_HEIGHT = 32
const HEADER_HEIGHT = 28
/** Rows drawn beyond what is seen, on either side. */
const OVERSCAN = 8
const NEAR_END = 20

export const DataGrid = <Row,>(props: DataGridProps<Row>) => {
  const { rows, keyOf, rowHeight = ROW_HEIGHT, groupOf } = props
  const scroller = useRef<HTMLDivElement>(null)
  const columns = useFittingColumns(props.columns, scroller)
  const entries = useMemo(() => gridEntries(rows, { keyOf, groupOf }), [rows, keyOf, groupOf])
  const { active, setActive, focusRow, container } = useRoving(entries, (at) => virtual.scrollToIndex(at))
  const grid = useRef(props)
  useLayoutEffect(() => {
    grid.current = props
  })
  const virtual = useVirtualizer({
    count: entries.count,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (entries.at(at)?.kind === 'group' ? GROUP_HEIGHT : rowHeight),
    overscan: OVERSCAN,
    // Rows scroll away under the header.
    scrollPaddingStart: HEADER_HEIGHT,
    scrollMargin: HEADER_HEIGHT,
    // Changes with what is listed, so that heights are looked at again only then.
    getItemKey: useCallback((at: number) => (entries ? at : at), [entries]),
    // The row with the focus stays drawn however far the list is scrolled: the focus must not fall out of the page.
    rangeExtractor: ({ startIndex, endIndex, overscan, count }) => {
      const first = Math.max(0, startIndex - overscan)
      const drawn = Array.from({ length: Math.min(count - 1, endIndex + overscan) - first + 1 }, (_, offset) => first + offset)
      const kept = entries.placeOf(active)
      if (kept === undefined || kept >= count || drawn.includes(kept)) return drawn
      return kept < first ? [kept, ...drawn] : [...drawn, kept]
    },
  })
  const drawn = virtual.getVirtualItems()
  const last = drawn.at(-1)?.index ?? 0
  const { onEndNear } = props
  useEffect(() => {
    if (onEndNear && entries.count > 0 && last >= entries.count - NEAR_END) onEndNear()
  }, [onEndNear, last, entries.count])
  const { onSeen } = props
  const { startIndex = 0, endIndex = 0 } = virtual.range ?? {}
  useEffect(() => onSeen?.(startIndex, endIndex), [onSeen, startIndex, endIndex])

  const tracks = columns.map(({ width }) => width).join(' ')
  return (
    <div
      className={styles['frame']}
      role="grid"
      aria-label={props.label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-colcount={columns.length}
      ref={container}
    >
      <div role="presentation" className={styles['scroll']} ref={scroller}>
        <div role="rowgroup" className={styles['head']}>
          <div role="row" aria-rowindex={1} className={styles['header']} style={{ gridTemplateColumns: tracks }}>
            {columns.map((column) => (
              <span key={column.id} role="columnheader" className={classes('truncate', column.align === 'end' && styles['end'])}>
                {column.quiet ? <span className="visually-hidden">{column.header}</span> : column.header}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={styles['body']} style={{ height: virtual.getTotalSize() }}>
          {drawn.map((item) => {
            const entry = entries.at(item.index)
            const top = item.start - HEADER_HEIGHT
            if (!entry) return null
            if (entry.kind === 'group')
              return (
                <div
                  key={entry.key}
                  role="row"
                  className={styles['group']}
                  style={{ height: item.size, transform: `translateY(${top}px)` }}
                >
                  <span role="gridcell" aria-colspan={columns.length} className={classes(styles['cell'], 'truncate')}>
                    {props.groupHeader?.(entry.rows)}
                  </span>
                </div>
              )
            return (
              <GridRow
                key={entry.key}
                row={entry.row}
                index={entry.index}
                grid={grid}
                columns={columns}
                tracks={tracks}
                top={top}
                height={item.size}
                isActive={entry.index === active}
                isSelected={props.selected === entry.key}
                isDangerous={entry.row !== undefined && (props.isDangerous?.(entry.row) ?? false)}
                activate={setActive}
                focusRow={focusRow}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** The columns for which there is room. */
const useFittingColumns = <Row,>(
  columns: readonly Column<Row>[],
  frame: RefObject<HTMLElement | null>,
): readonly Column<Row>[] => {
  const [width, setWidth] = useState(Infinity)
  useLayoutEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    setWidth(element.clientWidth)
    observer.observe(element)
    return () => observer.disconnect()
  }, [frame])
  return useMemo(() => columns.filter(({ from = 0 }) => width >= from), [columns, width])
}
