/** Sites: networks whose resources are reached by the gateways that serve them. */
import { Button } from '@mantine/core'
import { IconMapPin } from '@tabler/icons-react'
import { type ReactNode, useMemo, useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import type { Column } from '../../../ui/data-grid.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { type Gateway, type Resource, type Site, useReadable } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { MemberList } from '../parts/member-list.tsx'
import { SiteDialog } from './site-dialog.tsx'
import { gatewayState } from './state.ts'
import { RowTitle } from '../parts/row-title.tsx'

const textOf = ({ name }: Site): string => name

interface SiteUse {
  readonly gateways: readonly Gateway[]
  readonly resources: readonly Resource[]
}

export const SitesPage = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listSites')
  const gateways = useReadable('listGateways', 'gateways.read').items
  const resources = useReadable('listResources', 'resources.read').items
  const useOf = useMemo(() => {
    const byResource = Map.groupBy(resources, ({ site }) => site)
    return ({ id }: Site): SiteUse => ({
      gateways: gateways.filter(({ sites, status }) => status === 'joined' && sites.includes(id)),
      resources: byResource.get(id) ?? [],
    })
  }, [gateways, resources])
  const columns = useMemo(() => siteColumns(useOf), [useOf])
  return (
    <AdminList
      path={path}
      title={text('gateways.title')}
      label={text('gateways.sitesList')}
      searchLabel={text('gateways.sitesSearch')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{ what: additions.site, form: ({ close }) => <SiteDialog site={null} onClose={close} /> }}
      tools={tabs}
      empty={{ icon: IconMapPin, title: text('gateways.sitesEmptyTitle'), text: text('gateways.sitesEmptyText') }}
      panel={(site, onClose) => <SitePanel key={site.id} site={site} used={useOf(site)} onClose={onClose} />}
    />
  )
}

const siteColumns = (useOf: (site: Site) => SiteUse): readonly Column<Site>[] => [
  {
    id: 'name',
    header: text('gateways.siteColumnName'),
    width: 'minmax(160px, 2fr)',
    cell: ({ name }) => <RowTitle>{name}</RowTitle>,
  },
  {
    id: 'state',
    header: text('gateways.siteColumnState'),
    width: '140px',
    cell: (site) =>
      useOf(site).gateways.some(({ connected }) => connected) ? (
        <Status kind="ready">{text('gateways.siteReached')}</Status>
      ) : (
        <Status kind="failed">{text('gateways.siteUnreached')}</Status>
      ),
  },
  {
    id: 'gateways',
    header: text('gateways.siteColumnGateways'),
    width: '100px',
    align: 'end',
    cell: (site) => <span className="numbers">{useOf(site).gateways.length}</span>,
  },
  {
    id: 'resources',
    header: text('gateways.siteColumnResources'),
    width: '100px',
    align: 'end',
    cell: (site) => <span className="numbers">{useOf(site).resources.length}</span>,
  },
]

interface SitePanelProps {
  readonly site: Site
  readonly used: SiteUse
  readonly onClose: () => void
}

const SitePanel = ({ site, used, onClose }: SitePanelProps) => {
  const may = usePermissions()
  const [pending, setPending] = useState<Plan | null>(null)
  const [renaming, setRenaming] = useState(false)
  const { name } = site
  const isUsed = used.gateways.length + used.resources.length > 0
  const remove = (): void =>
    setPending(
      plan(
        { route: 'deleteSite', input: { parameters: { site: site.id } }, onDone: onClose },
        {
          title: text('gateways.siteAskDelete', { name }),
          confirm: text('gateways.siteConfirmDelete'),
          done: text('gateways.siteDoneDelete', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel title={name} onClose={onClose}>
      {may.has('gateways.read') ? (
        <PanelSection label={text('gateways.siteColumnGateways')}>
          <MemberList
            label={text('gateways.siteColumnGateways')}
            members={used.gateways.map((gateway) => ({
              id: gateway.id,
              name: gateway.name,
              note: gatewayState(gateway).word,
              href: `/gateways/${gateway.id}`,
            }))}
            empty={text('gateways.mapNoGateway')}
          />
        </PanelSection>
      ) : null}
      <PanelSection label={text('gateways.siteColumnResources')}>
        <MemberList
          label={text('gateways.siteColumnResources')}
          members={used.resources.map(({ id, name: resource }) => ({ id, name: resource, href: `/catalogue/${id}` }))}
          empty={text('gateways.mapResources', { count: 0 })}
        />
      </PanelSection>
      {may.has('resources.write') ? (
        <>
          <PanelActions>
            <Button variant="default" onClick={() => setRenaming(true)}>
              {text('gateways.siteRename')}
            </Button>
            {isUsed ? null : (
              <Button variant="default" color="bad" onClick={remove}>
                {text('admin.delete')}
              </Button>
            )}
          </PanelActions>
          {isUsed ? (
            <PanelSection>
              <p className="muted">{text('gateways.siteDeleteText')}</p>
            </PanelSection>
          ) : null}
        </>
      ) : null}
      {renaming ? <SiteDialog site={site} onClose={() => setRenaming(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}
