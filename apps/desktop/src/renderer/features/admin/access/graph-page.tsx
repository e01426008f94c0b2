/** People, roles, credentials and resources as columns, with the ways between them; choosing one shows its ways alone. */
import { Button } from '@mantine/core'
import { IconRoute } from '@tabler/icons-react'
import { type ReactNode, useDeferredValue, useMemo, useState } from 'react'
import { text } from '../../../texts/text.ts'
import { Page } from '../../../ui/page.tsx'
import { SearchField } from '../../../ui/search-field.tsx'
import { EmptyState, ErrorBar, FilteredToNothing, SkeletonRows } from '../../../ui/states.tsx'
import { StatusGlyph } from '../../../ui/status.tsx'
import { useActiveLeases } from '../data/names.ts'
import styles from './access.module.css'
import { type Column, graphColumns, type GraphNode, graphOf, waysOver, waysWith } from './ways.ts'
import { useWays } from './use-ways.ts'

/** Beyond this a picture says nothing: the table does. */
const MOST_NODES = 200
/** Pixels; as in the style sheet. */
const NODE_HEIGHT = 28
const NODE_GAP = 8
const HEAD_HEIGHT = 28
const GUTTER = 72

const titleOf = (column: Column): string => {
  switch (column) {
    case 'user':
      return text('reach.people')
    case 'through':
      return text('reach.roles')
    case 'credential':
      return text('reach.credentials')
    case 'resource':
      return text('reach.resources')
  }
}

export const GraphPage = ({ tabs }: { readonly tabs: ReactNode }) => {
  const ways = useWays()
  const [chosen, setChosen] = useState<GraphNode | null>(null)
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const whole = useMemo(() => graphOf(waysWith(ways.items, wanted)), [ways.items, wanted])
  const over = useMemo(
    () => (chosen ? graphOf(waysOver(waysWith(ways.items, wanted), chosen)) : null),
    [ways.items, wanted, chosen],
  )
  const leases = useActiveLeases().items
  const inUse = useMemo(() => new Set(leases.map(({ credential }) => credential)), [leases])
  const isKnown = ways.updatedAt > 0
  // What was chosen may not be among what is found.
  const search = (next: string): void => {
    setTyped(next)
    setChosen(null)
  }
  const fits = whole.nodes.length <= MOST_NODES
  return (
    <Page
      title={text('reach.title')}
      toolbar={
        <>
          {ways.items.length > 0 ? <SearchField label={text('reach.search')} value={typed} onChange={search} /> : null}
          {tabs}
        </>
      }
      banner={ways.error ? <ErrorBar error={ways.error} onRetry={ways.retry} /> : null}
      scrolling
    >
      {!isKnown && !ways.error ? <SkeletonRows /> : null}
      {isKnown && whole.nodes.length === 0 && wanted !== '' ? (
        <FilteredToNothing filter={wanted} onClear={() => search('')} />
      ) : null}
      {isKnown && ways.items.length === 0 ? (
        <EmptyState icon={IconRoute} title={text('reach.emptyTitle')}>
          {text('reach.emptyText')}
        </EmptyState>
      ) : null}
      {isKnown && !fits ? (
        <EmptyState icon={IconRoute} title={text('reach.tooMany', { count: whole.nodes.length })}>
          {text('reach.tooManyText')}
        </EmptyState>
      ) : null}
      {isKnown && fits && whole.nodes.length > 0 ? (
        <>
          <div className={styles['hint']}>
            <span className="muted" role="status">
              {chosen ? text('reach.graphChosen', { name: chosen.name }) : text('reach.graphHint')}
            </span>
            {chosen ? (
              <Button variant="subtle" onClick={() => setChosen(null)}>
                {text('reach.showAll')}
              </Button>
            ) : null}
          </div>
          <Picture
            nodes={whole.nodes}
            edges={whole.edges}
            lit={over ? new Set(over.nodes.map(({ key }) => key)) : null}
            chosen={chosen?.key ?? null}
            inUse={inUse}
            onChoose={(node) => setChosen(node.key === chosen?.key ? null : node)}
          />
        </>
      ) : null}
    </Page>
  )
}

interface PictureProps extends ReturnType<typeof graphOf> {
  /** What the chosen thing's ways lead over; null: nothing is chosen. */
  readonly lit: ReadonlySet<string> | null
  readonly chosen: string | null
  /** Credentials that are leased now. */
  readonly inUse: ReadonlySet<string>
  readonly onChoose: (node: GraphNode) => void
}

const Picture = ({ nodes, edges, lit, chosen, inUse, onChoose }: PictureProps) => {
  const columns = graphColumns.map((column) => nodes.filter((node) => node.column === column))
  const places = new Map(columns.flatMap((members, column) => members.map((node, row) => [node.key, { column, row }] as const)))
  return (
    <div className={styles['graph']} role="group" aria-label={text('reach.graph')}>
      {columns.map((members, at) => (
        <div key={graphColumns[at]} className={styles['column']}>
          <h2 className={styles['columnTitle']}>{titleOf(graphColumns[at]!)}</h2>
          <ul>
            {members.map((node) => (
              <li key={node.key}>
                <button
                  type="button"
                  className={styles['node']}
                  aria-pressed={node.key === chosen}
                  data-unlit={lit !== null && !lit.has(node.key)}
                  title={node.name}
                  onClick={() => onChoose(node)}
                >
                  {node.column === 'credential' && inUse.has(node.id) ? (
                    <span className={styles['inUse']} title={text('reach.leased')}>
                      <StatusGlyph kind="in-use" />
                      <span className="visually-hidden">{text('reach.leased')}</span>
                    </span>
                  ) : null}
                  {node.name}
                </button>
              </li>
            ))}
          </ul>
          {at < columns.length - 1 ? (
            <Lines
              edges={edges.filter(({ from }) => places.get(from)?.column === at)}
              rowOf={(key) => places.get(key)?.row ?? 0}
              height={Math.max(members.length, columns[at + 1]?.length ?? 0)}
              lit={lit}
            />
          ) : null}
        </div>
      ))}
    </div>
  )
}

interface LinesProps extends Pick<PictureProps, 'edges' | 'lit'> {
  readonly rowOf: (key: string) => number
  /** Rows of the longer of the two columns. */
  readonly height: number
}

const centre = (row: number): number => row * (NODE_HEIGHT + NODE_GAP) + NODE_HEIGHT / 2

/** The lines from one column to the next, in the gutter between them. What they say, the nodes say to whoever listens. */
const Lines = ({ edges, rowOf, height, lit }: LinesProps) => {
  const tall = height * (NODE_HEIGHT + NODE_GAP)
  return (
    <svg
      className={styles['lines']}
      style={{ top: HEAD_HEIGHT }}
      width={GUTTER}
      height={tall}
      viewBox={`0 0 ${GUTTER} ${tall}`}
      aria-hidden="true"
      fill="none"
    >
      {edges.map(({ from, to }) => {
        const [start, end] = [centre(rowOf(from)), centre(rowOf(to))]
        const isLit = lit !== null && lit.has(from) && lit.has(to)
        return (
          <path
            key={`${from} ${to}`}
            data-lit={isLit}
            data-unlit={lit !== null && !isLit}
            d={`M0 ${start} C${GUTTER / 2} ${start} ${GUTTER / 2} ${end} ${GUTTER} ${end}`}
          />
        )
      })}
    </svg>
  )
}
