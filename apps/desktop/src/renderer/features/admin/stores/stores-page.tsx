/** Third-party stores, in which secrets of credentials lie. */
import { IconVault } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { type Credential, type Store, useReadable } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
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
  const byStore = useMemo(() => Map.groupBy(credentials, ({ stored }) => stored?.store), [credentials])
  const inStore = useCallback(({ id }: Store) => byStore.get(id) ?? NONE, [byStore])
  const columns = useMemo(() => storeColumns(inStore), [inStore])
  return (
    <AdminList
      path={path}
      title={text('catalogue.title')}
      label={text('stores.list')}
      searchLabel={text('stores.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{
        what: additions.store,
        form: ({ close, show }) => <StoreDialog onClose={close} onMade={({ id }) => show(id)} />,
      }}
      tools={tabs}
      empty={{ icon: IconVault, title: text('stores.emptyTitle'), text: text('stores.emptyText') }}
      panel={(store, onClose) => <StorePanel key={store.id} store={store} credentials={inStore(store)} onClose={onClose} />}
    />
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
    cell: ({ location }) => cut(kindText(location.kind)),
  },
  {
    id: 'place',
    header: text('stores.columnPlace'),
    width: 'minmax(140px, 1.4fr)',
    from: 860,
    cell: ({ location }) => cut(placeText(location), 'mono', 'muted'),
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
