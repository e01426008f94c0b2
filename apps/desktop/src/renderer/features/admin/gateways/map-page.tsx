/** Sites beside one another, each with the gateways that serve it and what they carry now. */
import { IconMapPin } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { text } from '../../../texts/text.ts'
import { count } from '../../../ui/numbers.ts'
import { Page } from '../../../ui/page.tsx'
import { EmptyState, ErrorBar, SkeletonRows } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { type Gateway, type Site, useReadable } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import styles from './gateways.module.css'
import { gatewayState } from './state.ts'

const PERCENT = 100

export const MapPage = ({ tabs }: { readonly tabs: ReactNode }) => {
  const gateways = useItems('listGateways')
  const sites = useItems('listSites')
  const resources = useReadable('listResources', 'resources.read').items
  const isKnown = gateways.updatedAt > 0 && sites.updatedAt > 0
  const error = gateways.error ?? sites.error
  const standing = gateways.items.filter(({ status }) => status === 'joined')
  return (
    <Page
      title={text('gateways.title')}
      toolbar={tabs}
      banner={error ? <ErrorBar error={error} onRetry={() => [gateways, sites].forEach(({ retry }) => retry())} /> : null}
      scrolling
    >
      {!isKnown && !error ? <SkeletonRows /> : null}
      {isKnown && sites.items.length === 0 ? (
        <EmptyState icon={IconMapPin} title={text('gateways.sitesEmptyTitle')}>
          {text('gateways.sitesEmptyText')}
        </EmptyState>
      ) : null}
      <ul className={styles['map']} aria-label={text('gateways.map')}>
        {sites.items.map((site) => (
          <SiteCard
            key={site.id}
            site={site}
            gateways={standing.filter((gateway) => gateway.sites.includes(site.id))}
            resources={resources.filter((resource) => resource.site === site.id).length}
          />
        ))}
      </ul>
    </Page>
  )
}

interface SiteCardProps {
  readonly site: Site
  readonly gateways: readonly Gateway[]
  readonly resources: number
}

const SiteCard = ({ site, gateways, resources }: SiteCardProps) => (
  <li className={styles['site']}>
    <div className={styles['siteHead']}>
      <h2 className="truncate" title={site.name}>
        {site.name}
      </h2>
      <span className="muted numbers">{text('gateways.mapResources', { count: resources })}</span>
    </div>
    {gateways.length === 0 ? <p className={styles['siteEmpty']}>{text('gateways.mapNoGateway')}</p> : null}
    <ul>
      {gateways.map((gateway) => {
        const { kind, word } = gatewayState(gateway)
        const share = Math.min(1, gateway.load?.processorShare ?? 0)
        return (
          <li key={gateway.id} className={styles['node']}>
            <a href={`#/gateways/${gateway.id}`} className="truncate" title={gateway.name}>
              {gateway.name}
            </a>
            <Status kind={kind}>{word}</Status>
            <span className="muted numbers">{count(gateway.load?.connections ?? 0)}</span>
            <span className={styles['meter']} aria-hidden="true">
              <span style={{ width: `${(share * PERCENT).toFixed(0)}%` }} />
            </span>
          </li>
        )
      })}
    </ul>
  </li>
)
