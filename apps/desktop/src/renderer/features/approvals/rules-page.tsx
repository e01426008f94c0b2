/** The rules of asking for access, in the order in which they count. */
import { Button } from '@mantine/core'
import { IconListCheck } from '@tabler/icons-react'
import type { AccessRule } from '@sallyport/protocol/api'
import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { timeSpan } from '../../data/access-request.ts'
import { usePermissions } from '../../data/permissions.ts'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import { type Column, DataGrid } from '../../ui/data-grid.tsx'
import { count } from '../../ui/numbers.ts'
import { Page } from '../../ui/page.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { Status } from '../../ui/status.tsx'
import { ViewSwitch } from './view-switch.tsx'

const keyOf = ({ id }: AccessRule): string => id

const selectsText = ({ selects: { everything, credentials, resources, tags } }: AccessRule): string =>
  everything
    ? text('rules.everything')
    : [
        ...(tags.length > 0 ? [text('rules.taggedWith', { tags: tags.join(', ') })] : []),
        ...(resources.length > 0 ? [text('rules.countResources', { count: resources.length })] : []),
        ...(credentials.length > 0 ? [text('rules.countCredentials', { count: credentials.length })] : []),
      ].join(', ')

const columnsOf = (): readonly Column<AccessRule>[] => [
  {
    id: 'priority',
    header: text('rules.columnPriority'),
    width: '56px',
    cell: ({ priority }) => <span className="muted numbers">{count(priority)}</span>,
  },
  {
    id: 'name',
    header: text('rules.columnName'),
    width: 'minmax(160px, 1.4fr)',
    cell: ({ name }) => (
      <strong className="truncate" style={{ fontWeight: 500 }} title={name}>
        {name}
      </strong>
    ),
  },
  {
    id: 'selects',
    header: text('rules.columnSelects'),
    width: 'minmax(140px, 1.6fr)',
    from: 600,
    cell: (rule) => cut(selectsText(rule)),
  },
  {
    id: 'approvals',
    header: text('rules.columnApprovals'),
    width: '88px',
    from: 560,
    cell: ({ approvals }) => <span className="numbers">{count(approvals)}</span>,
  },
  {
    id: 'most',
    header: text('rules.columnMost'),
    width: '96px',
    from: 700,
    cell: ({ maxDuration }) => <span className="muted numbers truncate">{timeSpan(maxDuration)}</span>,
  },
  {
    id: 'state',
    header: text('rules.columnState'),
    width: '72px',
    cell: ({ enabled }) => <Status kind={enabled ? 'ready' : 'off'}>{text(enabled ? 'rules.on' : 'rules.off')}</Status>,
  },
]

export const RulesPage = () => {
  const query = usePages('listAccessRules', { query: { limit: 100 } })
  const mayChange = usePermissions().has('rules.write')
  const [, navigate] = useLocation()
  const columns = useMemo(columnsOf, [])
  const make = mayChange ? <Button onClick={() => navigate('/approvals/rules/new')}>{text('rules.new')}</Button> : null
  return (
    <Page
      title={text('approvals.title')}
      updating={query.isRefetching}
      banner={query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      actions={query.items.length > 0 ? make : null}
      toolbar={<ViewSwitch view="rules" />}
    >
      {query.isPending ? <SkeletonRows /> : null}
      {query.items.length > 0 ? (
        <DataGrid
          label={text('rules.list')}
          rows={query.items}
          columns={columns}
          keyOf={keyOf}
          onOpen={({ id }) => navigate(`/approvals/rules/${id}`)}
          onEndNear={() => {
            if (query.hasNextPage && !query.isFetchingNextPage) query.fetchNextPage().catch(() => {})
          }}
        />
      ) : null}
      {query.data && query.items.length === 0 ? (
        <EmptyState icon={IconListCheck} title={text('rules.emptyTitle')} actions={make}>
          {text('rules.emptyText')}
        </EmptyState>
      ) : null}
    </Page>
  )
}
