/** Gateways as a list, gateways by site, and the sites themselves. */
import { IconRouter } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { type Gateway, useGatewayNames, useSiteNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { additions } from '../additions.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { useSections } from '../parts/section-tabs.tsx'
import { gatewayColumns } from './columns.tsx'
import { GatewayPanel } from './gateway-panel.tsx'
import { JoinDialog } from './join-dialog.tsx'
import { MapPage } from './map-page.tsx'
import { SitesPage } from './sites-page.tsx'
import { gatewayState, newestVersion } from './state.ts'

const MAP = '/gateways/map'
const SITES = '/gateways/sites'

export const GatewaysPage = () => {
  const maySites = usePermissions().has('resources.read')
  useRefreshed('listGateways')
  const { current, tabs } = useSections([
    { path: '/gateways', label: text('gateways.viewList') },
    ...(maySites
      ? [
          { path: MAP, label: text('gateways.viewMap') },
          { path: SITES, label: text('gateways.viewSites') },
        ]
      : []),
  ])
  if (current === MAP) return <MapPage tabs={tabs} />
  if (current === SITES) return <SitesPage path={SITES} tabs={tabs} />
  return <GatewayListPage tabs={tabs} />
}

const GatewayListPage = ({ tabs }: { readonly tabs: ReactNode }) => {
  const list = useItems('listGateways')
  const siteName = useSiteNames()
  const gatewayName = useGatewayNames()
  const newest = useMemo(() => newestVersion(list.items), [list.items])
  const columns = useMemo(() => gatewayColumns({ siteName, gatewayName, newest }), [siteName, gatewayName, newest])
  const textOf = useCallback(
    (gateway: Gateway) =>
      [
        gateway.name,
        gateway.kind,
        gateway.version,
        gateway.address?.host ?? '',
        gatewayState(gateway).word,
        ...gateway.sites.map(siteName),
      ].join(' '),
    [siteName],
  )
  return (
    <AdminList
      path="/gateways"
      title={text('gateways.title')}
      label={text('gateways.list')}
      searchLabel={text('gateways.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      adding={{ what: additions.gateway, form: ({ close }) => <JoinDialog gateways={list.items} onClose={close} /> }}
      tools={tabs}
      empty={{ icon: IconRouter, title: text('gateways.emptyTitle'), text: text('gateways.emptyText') }}
      panel={(gateway, onClose) => <GatewayPanel key={gateway.id} gateway={gateway} onClose={onClose} />}
    />
  )
}
