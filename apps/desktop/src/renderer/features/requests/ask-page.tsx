/** What I may ask for. Enter on a row opens the form. */
import { Button } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHandStop } from '@tabler/icons-react'
import type { RequestableCredential } from '@sallyport/protocol/api'
import { useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { announce } from '../../ui/announcer.tsx'
import { DataGrid } from '../../ui/data-grid.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { EmptyState, ErrorBar, FilteredToNothing, SkeletonRows } from '../../ui/states.tsx'
import { askColumns } from './ask-columns.tsx'
import { AskPanel } from './ask-panel.tsx'
import { ViewSwitch } from './view-switch.tsx'

/** Milliseconds after the last key before the API is asked. */
const PAUSE = 200
const keyOf = ({ credential }: RequestableCredential): string => credential.id

export const AskPage = ({ opened }: { readonly opened: string | null }) => {
  const [typed, setTyped] = useState('')
  const [wanted] = useDebouncedValue(typed.trim(), PAUSE)
  const input = useMemo(() => ({ query: { limit: 200, ...(wanted === '' ? {} : { search: wanted }) } }), [wanted])
  const query = usePages('listRequestableCredentials', input)
  const { items } = query
  const [, navigate] = useLocation()
  const columns = useMemo(askColumns, [])
  const selected = items.find((row) => keyOf(row) === opened)
  useEffect(() => {
    if (wanted !== '') announce(text('common.results', { count: items.length }))
  }, [wanted, items.length])
  return (
    <Page
      title={text('requests.title')}
      banner={query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      toolbar={
        <>
          <ViewSwitch view="ask" />
          <SearchField label={text('requests.searchAsk')} value={typed} onChange={setTyped} />
        </>
      }
      panel={selected ? <AskPanel key={keyOf(selected)} wanted={selected} onClose={() => navigate('/requests/ask')} /> : null}
    >
      {query.isPending ? <SkeletonRows /> : null}
      {items.length > 0 ? (
        <DataGrid
          label={text('requests.askList')}
          rows={items}
          columns={columns}
          keyOf={keyOf}
          selected={opened}
          onOpen={(row) => navigate(`/requests/ask/${keyOf(row)}`)}
          onEndNear={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) query.fetchNextPage().catch(() => {})
          }}
        />
      ) : null}
      {query.data && items.length === 0 ? <Nothing typed={wanted} onClear={() => setTyped('')} /> : null}
    </Page>
  )
}

const Nothing = ({ typed, onClear }: { readonly typed: string; readonly onClear: () => void }) => {
  const [, navigate] = useLocation()
  if (typed !== '') return <FilteredToNothing filter={typed} onClear={onClear} />
  return (
    <EmptyState
      icon={IconHandStop}
      title={text('requests.emptyAsk')}
      actions={
        <Button variant="default" onClick={() => navigate('/resources')}>
          {text('requests.showResources')}
        </Button>
      }
    >
      {text('requests.emptyAskText')}
    </EmptyState>
  )
}
