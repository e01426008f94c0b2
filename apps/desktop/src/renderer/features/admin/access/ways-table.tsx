/** Every way from a person to a resource, a row each. */
import { IconRoute } from '@tabler/icons-react'
import { type ReactNode, useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Status } from '../../../ui/status.tsx'
import { type Lease, useActiveLeases } from '../data/names.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { RowTitle } from '../parts/row-title.tsx'
import { useWays } from './use-ways.ts'
import { textOfWay, type Way } from './ways.ts'

export const WaysTable = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useWays()
  const leases = useActiveLeases().items
  const columns = useMemo(() => wayColumns(leasesByWay(leases)), [leases])
  return (
    <AdminList
      path={path}
      title={text('reach.title')}
      label={text('reach.table')}
      searchLabel={text('reach.search')}
      list={list}
      columns={columns}
      textOf={textOfWay}
      tools={tabs}
      empty={{ icon: IconRoute, title: text('reach.emptyTitle'), text: text('reach.emptyText') }}
    />
  )
}

const leaseKey = (user: string, credential: string): string => `${user} ${credential}`
const leasesByWay = (leases: readonly Lease[]): ReadonlySet<string> =>
  new Set(leases.map(({ user, credential }) => leaseKey(user, credential)))

const wayColumns = (leases: ReadonlySet<string>): readonly Column<Way>[] => [
  {
    id: 'person',
    header: text('reach.columnPerson'),
    width: 'minmax(130px, 1.2fr)',
    cell: ({ user }) => <RowTitle>{user.name}</RowTitle>,
  },
  {
    id: 'through',
    header: text('reach.columnThrough'),
    width: 'minmax(120px, 1fr)',
    cell: ({ through }) => (through.kind === 'grant' ? <Label tone="warn">{through.name}</Label> : cut(through.name)),
  },
  {
    id: 'resource',
    header: text('reach.columnResource'),
    width: 'minmax(120px, 1.2fr)',
    cell: ({ resource }) => cut(resource.name),
  },
  {
    id: 'credential',
    header: text('reach.columnCredential'),
    width: 'minmax(110px, 1fr)',
    cell: ({ credential }) => cut(credential.name),
  },
  {
    id: 'lease',
    header: text('reach.columnLease'),
    width: '104px',
    from: 760,
    cell: ({ user, credential }) =>
      leases.has(leaseKey(user.id, credential.id)) ? <Status kind="in-use">{text('reach.leased')}</Status> : null,
  },
  {
    id: 'until',
    header: text('reach.columnUntil'),
    width: '112px',
    cell: ({ until }) => (until ? <Moment at={until} /> : <span className="muted">{text('reach.always')}</span>),
  },
]
