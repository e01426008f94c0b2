/** Everything that people may be given: resources, the credentials by which they are reached, and where secrets lie that are not here. */
import { Button } from '@mantine/core'
import { IconDatabase } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { EmptyState } from '../../../ui/states.tsx'
import { type Credential, type Resource, useSiteNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
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
  const mayChange = usePermissions().has('resources.write')
  const [, navigate] = useLocation()
  const [adding, setAdding] = useState(false)
  const byResource = useMemo(() => Map.groupBy(credentials, ({ resource }) => resource), [credentials])
  const credentialsOf = useCallback(({ id }: Resource) => byResource.get(id) ?? NONE, [byResource])
  const columns = useMemo(() => resourceColumns({ siteName, credentialsOf }), [siteName, credentialsOf])
  const textOf = useCallback(
    ({ name, description, tags, endpoint, site }: Resource) =>
      [name, description, ...tags, addressText(endpoint), siteName(site)].join(' '),
    [siteName],
  )
  const add = mayChange ? (
    <Button variant="filled" onClick={() => setAdding(true)}>
      {text('catalogue.add')}
    </Button>
  ) : null
  return (
    <>
      <AdminList
        path={RESOURCES}
        title={text('catalogue.title')}
        label={text('catalogue.list')}
        searchLabel={text('catalogue.search')}
        list={list}
        columns={columns}
        textOf={textOf}
        actions={add}
        tools={tabs}
        isDangerous={isDangerous}
        empty={
          <EmptyState icon={IconDatabase} title={text('catalogue.emptyTitle')} actions={add}>
            {text('catalogue.emptyText')}
          </EmptyState>
        }
        panel={(resource, onClose) => (
          <ResourcePanel key={resource.id} resource={resource} credentials={credentialsOf(resource)} onClose={onClose} />
        )}
      />
      {adding ? (
        <ResourceDialog resource={null} onClose={() => setAdding(false)} onMade={({ id }) => navigate(`${RESOURCES}/${id}`)} />
      ) : null}
    </>
  )
}
