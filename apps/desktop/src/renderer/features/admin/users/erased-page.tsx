/** People who were erased: nothing is left of them but that it happened. */
import { IconUserOff } from '@tabler/icons-react'
import { type ReactNode, useMemo } from 'react'
import type { ItemOf } from '../../../data/use-route.ts'
import { text } from '../../../texts/text.ts'
import type { Column } from '../../../ui/data-grid.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { Status } from '../../../ui/status.tsx'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'

type Erasure = ItemOf<'listErasures'> & { readonly id: string }

const textOf = ({ id }: Erasure): string => id

export const ErasedPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const read = useItems('listErasures')
  const items = useMemo(() => read.items.map((erasure) => ({ ...erasure, id: erasure.user })), [read.items])
  const shown = useMemo(columns, [])
  return (
    <AdminList
      path={path}
      title={text('users.title')}
      label={text('users.erasedList')}
      searchLabel={text('users.erasedSearch')}
      list={{ ...read, items }}
      columns={shown}
      textOf={textOf}
      tools={tabs}
      empty={{ icon: IconUserOff, title: text('users.erasedNone'), text: text('users.erasedText') }}
    />
  )
}

const columns = (): readonly Column<Erasure>[] => [
  {
    id: 'id',
    header: text('users.erasedId'),
    width: 'minmax(200px, 2fr)',
    cell: ({ id }) => <code className="mono truncate">{id}</code>,
  },
  { id: 'at', header: text('users.erasedAt'), width: '150px', cell: ({ erasedAt }) => <Moment at={erasedAt} /> },
  {
    id: 'state',
    header: text('users.columnState'),
    width: '180px',
    cell: ({ finishedAt }) =>
      finishedAt === null ? (
        <Status kind="preparing">{text('users.erasing')}</Status>
      ) : (
        <Status kind="ready">{text('users.erasedDone')}</Status>
      ),
  },
]
