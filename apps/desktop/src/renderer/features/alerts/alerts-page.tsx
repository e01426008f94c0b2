/** What looked wrong: first what goes on, and what nobody has looked at. */
import { SegmentedControl } from '@mantine/core'
import { IconShieldCheck } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../../data/names.ts'
import { type Alert, useOpenAlerts } from '../../data/open-alerts.ts'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { DataGrid } from '../../ui/data-grid.tsx'
import { count } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { AlertPanel } from './alert-panel.tsx'
import { alertColumns } from './columns.tsx'

type View = 'open' | 'acknowledged'
const keyOf = ({ id }: Alert): string => id

export const AlertsPage = () => {
  const [location, navigate] = useLocation()
  const [view, setView] = useState<View>('open')
  const input = useMemo(() => ({ query: { state: view, limit: 200 } }), [view])
  const alerts = usePages('listAlerts', input)
  const open = useOpenAlerts().length
  const names = useNames()
  const seen = alerts.items.some(({ acknowledged, endedAt }) => acknowledged !== null || endedAt !== null)
  const columns = useMemo(() => alertColumns({ names, seen }), [names, seen])
  const opened = location.startsWith('/alerts/') ? location.slice('/alerts/'.length) : null
  const selected = alerts.items.find(({ id }) => id === opened)
  return (
    <Page
      title={text('alerts.title')}
      banner={alerts.error ? <ErrorBar error={alerts.error} onRetry={() => void alerts.refetch().catch(() => {})} /> : null}
      toolbar={
        <SegmentedControl
          aria-label={text('alerts.views')}
          value={view}
          onChange={(chosen) => setView(chosen === 'open' ? 'open' : 'acknowledged')}
          data={[
            { value: 'open', label: open === 0 ? text('alerts.open') : `${text('alerts.open')} · ${count(open)}` },
            { value: 'acknowledged', label: text('alerts.acknowledged') },
          ]}
        />
      }
      panel={
        selected ? <AlertPanel key={selected.id} alert={selected} names={names} onClose={() => navigate('/alerts')} /> : null
      }
    >
      {alerts.isPending ? <SkeletonRows /> : null}
      {alerts.items.length > 0 ? (
        <DataGrid
          label={text('alerts.list')}
          rows={alerts.items}
          columns={columns}
          keyOf={keyOf}
          selected={opened}
          onOpen={({ id }) => navigate(`/alerts/${id}`)}
          onEndNear={() => {
            if (alerts.hasNextPage && !alerts.isFetchingNextPage) alerts.fetchNextPage().catch(() => {})
          }}
        />
      ) : null}
      {alerts.data && alerts.items.length === 0 ? <Nothing view={view} /> : null}
    </Page>
  )
}

const Nothing = ({ view }: { readonly view: View }) => (
  <EmptyState icon={IconShieldCheck} title={text(view === 'open' ? 'alerts.emptyOpen' : 'alerts.emptySeen')}>
    {text(view === 'open' ? 'alerts.emptyOpenText' : 'alerts.emptySeenText')}
  </EmptyState>
)
