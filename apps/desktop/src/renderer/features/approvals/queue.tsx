/** A list of requests of other people, and the panel of the one that is open. */
import type { AccessRequest } from '@sallyport/protocol/api'
import { type KeyboardEvent, type ReactNode, useMemo } from 'react'
import { useLocation } from 'wouter'
import { text } from '../../texts/text.ts'
import { DataGrid } from '../../ui/data-grid.tsx'
import { Page } from '../../ui/page.tsx'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { requestColumns } from './columns.tsx'
import { pathOf, type View, ViewSwitch } from './view-switch.tsx'

const ROW_HEIGHT = 60
const keyOf = ({ id }: AccessRequest): string => id

/** What a list of pages says about itself. */
interface PagedQuery {
  readonly isPending: boolean
  readonly isSuccess: boolean
  readonly isRefetching: boolean
  readonly error: unknown
  readonly dataUpdatedAt: number
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly fetchNextPage: () => Promise<unknown>
  readonly refetch: () => Promise<unknown>
}

interface QueueProps {
  readonly view: View
  readonly label: string
  readonly query: PagedQuery
  readonly rows: readonly AccessRequest[]
  readonly opened: string | null
  readonly panel: ReactNode
  readonly empty: ReactNode
  readonly toolbar?: ReactNode
  readonly groupOf?: (request: AccessRequest) => string
  readonly groupHeader?: (rows: readonly AccessRequest[]) => ReactNode
  readonly onRowKey?: (request: AccessRequest, key: string) => boolean
}

/** J and K go where the arrows go. */
const STEPS: Readonly<Record<string, string>> = { j: 'ArrowDown', k: 'ArrowUp' }

export const Queue = (props: QueueProps) => {
  const { view, query, rows, opened } = props
  const now = useNow()
  const [, navigate] = useLocation()
  const columns = useMemo(() => requestColumns(now), [now])
  const onRowKey = (request: AccessRequest, event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    const step = STEPS[event.key]
    if (step === undefined) return props.onRowKey?.(request, event.key) ?? false
    event.currentTarget.dispatchEvent(new globalThis.KeyboardEvent('keydown', { key: step, bubbles: true }))
    return true
  }
  const asOf = query.isSuccess ? clockTime(new Date(query.dataUpdatedAt).toISOString(), now) : undefined
  return (
    <Page
      title={text('approvals.title')}
      updating={query.isRefetching}
      banner={
        query.error ? <ErrorBar error={query.error} asOf={asOf} onRetry={() => void query.refetch().catch(() => {})} /> : null
      }
      toolbar={
        <>
          <ViewSwitch view={view} />
          {props.toolbar}
        </>
      }
      panel={props.panel}
    >
      {query.isPending ? <SkeletonRows height={ROW_HEIGHT} count={5} /> : null}
      {rows.length > 0 ? (
        <DataGrid
          label={props.label}
          rows={rows}
          columns={columns}
          keyOf={keyOf}
          rowHeight={ROW_HEIGHT}
          selected={opened}
          onOpen={({ id }) => navigate(view === 'waiting' ? `/approvals/${id}` : `${pathOf(view)}/${id}`)}
          onRowKey={onRowKey}
          isDangerous={({ kind }) => kind === 'emergency'}
          {...(props.groupOf ? { groupOf: props.groupOf } : {})}
          {...(props.groupHeader ? { groupHeader: props.groupHeader } : {})}
          onEndNear={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) query.fetchNextPage().catch(() => {})
          }}
        />
      ) : null}
      {query.isSuccess && rows.length === 0 ? props.empty : null}
    </Page>
  )
}
