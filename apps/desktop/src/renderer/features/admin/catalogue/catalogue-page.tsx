/** Everything that people may be given: resources, and the credentials by which they are reached. */
import { Button } from '@mantine/core'
import { IconDatabase } from '@tabler/icons-react'
import { useCallback, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { EmptyState } from '../../../ui/states.tsx'
import { type Credential, type Resource, useSiteNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { resourceColumns } from './columns.tsx'
import { addressText } from './endpoint-text.ts'
import { ResourceDialog } from './resource-dialog.tsx'
import { ResourcePanel } from './resource-panel.tsx'

const NONE: readonly Credential[] = []
const isDangerous = ({ tags }: Resource): boolean => tags.includes('dangerous')

export const CataloguePage = () => {
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
        path="/catalogue"
        title={text('catalogue.title')}
        label={text('catalogue.list')}
        searchLabel={text('catalogue.search')}
        list={list}
        columns={columns}
        textOf={textOf}
        actions={add}
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
        <ResourceDialog resource={null} onClose={() => setAdding(false)} onMade={({ id }) => navigate(`/catalogue/${id}`)} />
      ) : null}
    </>
  )
}
