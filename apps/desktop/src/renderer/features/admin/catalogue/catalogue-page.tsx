/** Everything that people may be given: resources, the credentials by which they are reached, and where secrets lie that are not here. */
import { IconDatabase } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo } from 'react'
import { text } from '../../../texts/text.ts'
import { type Credential, type Resource, useSiteNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { useSections } from '../parts/section-tabs.tsx'
import { StoresPage } from '../stores/stores-page.tsx'
import { resourceColumns } from './columns.tsx'
import { addressText } from './endpoint-text.ts'
import { ResourceDialog } from './resource-dialog.tsx'
import { ResourcePanel } from './resource-panel.tsx'

const NONE: readonly Credential[] = []
const isDangerous = ({ tags }: Resource): boolean => tags.includes('dangerous')

const RESOURCES = '/catalogue'
const STORES = '/catalogue/stores'

export const CataloguePage = () => {
  const { current, tabs } = useSections([
    { path: RESOURCES, label: text('catalogue.viewResources') },
    { path: STORES, label: text('stores.title') },
  ])
  return current === STORES ? <StoresPage path={STORES} tabs={tabs} /> : <ResourcesPage tabs={tabs} />
}

const ResourcesPage = ({ tabs }: { readonly tabs: ReactNode }) => {
  const list = useItems('listResources')
  const credentials = useItems('listCredentials').items
  const siteName = useSiteNames()
  const byResource = useMemo(() => Map.groupBy(credentials, ({ resource }) => resource), [credentials])
  const credentialsOf = useCallback(({ id }: Resource) => byResource.get(id) ?? NONE, [byResource])
  const columns = useMemo(() => resourceColumns({ siteName, credentialsOf }), [siteName, credentialsOf])
  const textOf = useCallback(
    ({ name, description, tags, endpoint, site }: Resource) =>
      [name, description, ...tags, addressText(endpoint), siteName(site)].join(' '),
    [siteName],
  )
  return (
    <AdminList
      path={RESOURCES}
      title={text('catalogue.title')}
      label={text('catalogue.list')}
      searchLabel={text('catalogue.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{
        what: additions.resource,
        form: ({ close, show }) => <ResourceDialog resource={null} onClose={close} onMade={({ id }) => show(id)} />,
      }}
      tools={tabs}
      isDangerous={isDangerous}
      empty={{ icon: IconDatabase, title: text('catalogue.emptyTitle'), text: text('catalogue.emptyText') }}
      panel={(resource, onClose) => (
        <ResourcePanel key={resource.id} resource={resource} credentials={credentialsOf(resource)} onClose={onClose} />
      )}
    />
  )
}
