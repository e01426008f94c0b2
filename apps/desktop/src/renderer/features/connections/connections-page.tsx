/** Which program is connected to what: since when, through which gateway, with how much traffic, and how to end it. */
import { Button } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { type KeyboardEvent, useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import type { LocalConnection } from '../../../shared/local-api.ts'
import { accessEnd, titleOfName } from '../../data/credential.ts'
import { type Sample, traffic } from '../../data/traffic.ts'
import { useMethod } from '../../data/use-method.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import { DataGrid } from '../../ui/data-grid.tsx'
import { Page } from '../../ui/page.tsx'
import { SearchField } from '../../ui/search-field.tsx'
import { EmptyState, ErrorBar, FilteredToNothing, SkeletonRows } from '../../ui/states.tsx'
import { clockTime, useNow } from '../../ui/time.ts'
import { connectionColumns } from './columns.tsx'
import { ConnectionPanel } from './connection-panel.tsx'
import styles from './connections.module.css'
import { EndDialog, type Ending } from './ending.tsx'
import { programOf } from './program.ts'

/** Milliseconds between two looks at the byte counts. */
const REFRESH = 1000
const NOTHING = { connections: [] as readonly LocalConnection[], samples: new Map<string, readonly Sample[]>() }
const keyOf = ({ id }: LocalConnection): string => id
const groupOf = ({ credential }: LocalConnection): string => credential

const fits = (connection: LocalConnection, typed: string): boolean =>
  `${connection.credential} ${programOf(connection)} ${connection.gateway}`.toLowerCase().includes(typed.trim().toLowerCase())

/** The connections with what they carry, counted at each answer. */
const useConnections = () => {
  const query = useMethod('connections', {}, { every: REFRESH })
  const { data, dataUpdatedAt } = query
  const counted = useMemo(() => {
    if (!data) return NOTHING
    traffic.record(data.items, dataUpdatedAt)
    const connections = data.items.toSorted(
      (one, other) => one.credential.localeCompare(other.credential) || one.openedAt.localeCompare(other.openedAt),
    )
    return { connections, samples: new Map(connections.map(({ id }) => [id, traffic.of(id)])) }
  }, [data, dataUpdatedAt])
  return { query, ...counted }
}

export const ConnectionsPage = () => {
  const { query, connections, samples } = useConnections()
  const credentials = useMethod('credentials', {}).data?.items
  const now = useNow()
  const [location, navigate] = useLocation()
  const [typed, setTyped] = useState('')
  const [ending, setEnding] = useState<Ending | null>(null)

  const rows = useMemo(() => connections.filter((connection) => fits(connection, typed)), [connections, typed])
  const opened = location.startsWith('/connections/') ? location.slice('/connections/'.length) : null
  const selected = connections.find(({ id }) => id === opened)
  const close = useCallback(() => navigate('/connections'), [navigate])

  const columns = useMemo(() => {
    const ends = new Map((credentials ?? []).map((credential) => [credential.granted.name, accessEnd(credential)]))
    return connectionColumns({
      now,
      samplesOf: ({ id }) => samples.get(id) ?? [],
      accessEndOf: ({ credential }) => ends.get(credential) ?? null,
      onEnd: (connection) => setEnding({ connections: [connection], kind: 'one' }),
    })
  }, [credentials, samples, now])

  const onRowKey = (connection: LocalConnection, event: KeyboardEvent): boolean => {
    if (event.key !== 'Delete') return false
    setEnding({ connections: [connection], kind: 'one' })
    return true
  }
  const updatedAt = query.dataUpdatedAt > 0 ? clockTime(new Date(query.dataUpdatedAt).toISOString(), now) : undefined
  return (
    <Page
      title={text('connections.title')}
      total={query.data ? connections.length : undefined}
      shown={rows.length}
      banner={query.error ? <ErrorBar error={query.error} asOf={query.data ? updatedAt : undefined} /> : null}
      actions={
        connections.length > 0 ? (
          <Button variant="default" color="bad" onClick={() => setEnding({ connections, kind: 'all' })}>
            {text('connections.endAll')}
          </Button>
        ) : null
      }
      toolbar={
        connections.length > 0 ? <SearchField label={text('connections.search')} value={typed} onChange={setTyped} /> : null
      }
      panel={
        selected ? (
          <ConnectionPanel
            key={selected.id}
            connection={selected}
            onEnd={() => setEnding({ connections: [selected], kind: 'one' })}
            onClose={close}
          />
        ) : null
      }
    >
      {query.isPending ? <SkeletonRows /> : null}
      {rows.length > 0 ? (
        <DataGrid
          label={text('connections.list')}
          rows={rows}
          columns={columns}
          keyOf={keyOf}
          selected={opened}
          onOpen={({ id }) => navigate(`/connections/${id}`)}
          onRowKey={onRowKey}
          groupOf={groupOf}
          groupHeader={(members) => <GroupHeader members={members} onEnd={setEnding} />}
        />
      ) : null}
      {query.data && rows.length === 0 ? <NoRows typed={typed} onClear={() => setTyped('')} /> : null}
      <EndDialog ending={ending} onClose={() => setEnding(null)} />
    </Page>
  )
}

const NoRows = ({ typed, onClear }: { readonly typed: string; readonly onClear: () => void }) => {
  const [, navigate] = useLocation()
  if (typed !== '') return <FilteredToNothing filter={typed} onClear={onClear} />
  return (
    <EmptyState
      icon={IconPlugConnected}
      title={text('connections.emptyTitle')}
      actions={
        <Button variant="default" onClick={() => navigate('/resources')}>
          {text('connections.showResources')}
        </Button>
      }
    >
      {text('connections.emptyText')}
    </EmptyState>
  )
}

interface GroupHeaderProps {
  readonly members: readonly LocalConnection[]
  readonly onEnd: (ending: Ending) => void
}

const GroupHeader = ({ members, onEnd }: GroupHeaderProps) => {
  const name = titleOfName(members[0]?.credential ?? '')
  return (
    <span className={styles['group']}>
      {cut(name)}
      <Button
        size="compact-sm"
        variant="subtle"
        aria-label={text('connections.endGroupNamed', { name })}
        onClick={() => onEnd({ connections: members, kind: members.length === 1 ? 'one' : 'resource' })}
      >
        {text('connections.end')}
      </Button>
    </span>
  )
}
