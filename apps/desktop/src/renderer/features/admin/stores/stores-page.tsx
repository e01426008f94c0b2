/** Third-party stores, in which secrets of credentials lie. */
import { Button } from '@mantine/core'
import { IconVault } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import type { Column } from '../../../ui/data-grid.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { type Credential, type Store, useReadable } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { RowTitle } from '../parts/row-title.tsx'
import { StoreDialog } from './store-dialog.tsx'
import { StorePanel } from './store-panel.tsx'
import { kindText, placeText } from './store-text.ts'
import { StoreTrust } from './store-trust.tsx'

const NONE: readonly Credential[] = []
const textOf = ({ name, location }: Store): string => [name, kindText(location.kind), placeText(location)].join(' ')

export const StoresPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listStores')
  const credentials = useReadable('listCredentials', 'resources.read').items
  const mayChange = usePermissions().has('secrets.write')
  const [, navigate] = useLocation()
  const [adding, setAdding] = useState(false)
  const byStore = useMemo(() => Map.groupBy(credentials, ({ stored }) => stored?.store), [credentials])
  const inStore = useCallback(({ id }: Store) => byStore.get(id) ?? NONE, [byStore])
  const columns = useMemo(() => storeColumns(inStore), [inStore])
  const add = mayChange ? (
    <Button variant="filled" onClick={() => setAdding(true)}>
      {text('stores.add')}
    </Button>
  ) : null
  return (
    <>
      <AdminList
        path={path}
        title={text('catalogue.title')}
        label={text('stores.list')}
        searchLabel={text('stores.search')}
        list={list}
        columns={columns}
        textOf={textOf}
        actions={add}
        tools={tabs}
        empty={
          <EmptyState icon={IconVault} title={text('stores.emptyTitle')} actions={add}>
            {text('stores.emptyText')}
          </EmptyState>
        }
        panel={(store, onClose) => <StorePanel key={store.id} store={store} credentials={inStore(store)} onClose={onClose} />}
      />
      {adding ? (
        <StoreDialog
          onClose={() => setAdding(false)}
          onMade={({ id }) => {
            setAdding(false)
            navigate(`${path}/${id}`)
          }}
        />
      ) : null}
    </>
  )
}

const storeColumns = (inStore: (store: Store) => readonly Credential[]): readonly Column<Store>[] => [
  {
    id: 'name',
    header: text('stores.columnName'),
    width: 'minmax(140px, 1.2fr)',
    cell: ({ name }) => <RowTitle>{name}</RowTitle>,
  },
  {
    id: 'kind',
    header: text('stores.columnKind'),
    width: 'minmax(120px, 1fr)',
    from: 720,
    cell: ({ location }) => <span className="truncate">{kindText(location.kind)}</span>,
  },
  {
    id: 'place',
    header: text('stores.columnPlace'),
    width: 'minmax(140px, 1.4fr)',
    from: 860,
    cell: ({ location }) => (
      <span className="truncate mono muted" title={placeText(location)}>
        {placeText(location)}
      </span>
    ),
  },
  { id: 'trust', header: text('stores.columnTrust'), width: '184px', cell: (store) => <StoreTrust store={store} /> },
  {
    id: 'credentials',
    header: text('stores.columnCredentials'),
    width: '96px',
    align: 'end',
    cell: (store) => <span className="numbers">{inStore(store).length}</span>,
  },
]
