/** What I asked for, newest first, and what became of it. */
import { Button } from '@mantine/core'
import { IconHandStop } from '@tabler/icons-react'
import type { AccessRequest } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DataGrid } from '../../ui/data-grid.tsx'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { requestColumns } from './columns.tsx'
import { RequestPanel } from './request-panel.tsx'
import { ViewSwitch } from './view-switch.tsx'

const keyOf = ({ id }: AccessRequest): string => id

export const MinePage = ({ opened }: { readonly opened: string | null }) => {
  const query = usePages('listMyAccessRequests', { query: { limit: 100 } })
  const { items } = query
  const listed = items.find(({ id }) => id === opened)
  // A link may lead to one that lies further back.
  const alone = usePages(
    'listMyAccessRequests',
    { query: { accessRequest: opened ?? '' } },
    { enabled: opened !== null && query.isSuccess && !listed },
  )
  const selected = listed ?? alone.items.find(({ id }) => id === opened)
  const now = useNow()
  const [, navigate] = useLocation()
  const columns = useMemo(() => requestColumns({ now, onExtend: ({ id }) => navigate(`/requests/${id}`) }), [now, navigate])
  const asOf = query.data ? clockTime(new Date(query.dataUpdatedAt).toISOString(), now) : undefined
  return (
    <Page
      title={text('requests.title')}
      updating={query.isRefetching}
      banner={
        query.error ? <ErrorBar error={query.error} asOf={asOf} onRetry={() => void query.refetch().catch(() => {})} /> : null
      }
      actions={<Button onClick={() => navigate('/requests/ask')}>{text('requests.ask')}</Button>}
      toolbar={<ViewSwitch view="mine" />}
      panel={selected ? <RequestPanel key={selected.id} request={selected} onClose={() => navigate('/requests')} /> : null}
    >
      {query.isPending ? <SkeletonRows /> : null}
      {items.length > 0 ? (
        <DataGrid
          label={text('requests.list')}
          rows={items}
          columns={columns}
          keyOf={keyOf}
          selected={opened}
          onOpen={({ id }) => navigate(`/requests/${id}`)}
          onEndNear={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) query.fetchNextPage().catch(() => {})
          }}
        />
      ) : null}
      {query.data && items.length === 0 ? (
        <EmptyState
          icon={IconHandStop}
          title={text('requests.emptyTitle')}
          actions={<Button onClick={() => navigate('/requests/ask')}>{text('requests.showAsk')}</Button>}
        >
          {text('requests.emptyText')}
        </EmptyState>
      ) : null}
    </Page>
  )
}
