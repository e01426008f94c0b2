/** The gateways that serve the site of a resource: which of them a connection takes, how far each is, and what to do without any. */
import type { ReactNode } from 'react'
import { usePermissions } from '../../data/permissions.ts'
import { gatewaysOfSite, type KnownGateway, nearestGateway } from '../../data/gateways.ts'
import { useMethod } from '../../data/use-method.ts'
import { usePages } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { cut } from '../../ui/cut.tsx'
import { Status } from '../../ui/status.tsx'
import styles from './resources.module.css'

export const SitePath = ({ site }: { readonly site: string }) => {
  const all = useMethod('status', {}).data?.gateways
  const versionOf = useVersions()
  if (!all) return null
  const gateways = gatewaysOfSite(all, site)
  const used = nearestGateway(gateways)
  if (gateways.length === 0) return <NoWay title={text('resources.pathNone')}>{text('resources.pathNoneText')}</NoWay>
  return (
    <>
      {used ? null : (
        <NoWay title={text('resources.noPath')}>
          {text('resources.noPathText')} <a href="#/settings/diagnosis">{text('resources.testPath')}</a>
        </NoWay>
      )}
      <ul className={styles['gateways']}>
        {gateways.map((gateway) => (
          <li key={gateway.id}>
            {cut(gateway.name)}
            <GatewayState gateway={gateway} used={used} version={versionOf(gateway.id)} />
          </li>
        ))}
      </ul>
    </>
  )
}

const NoWay = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <div className={styles['noWay']}>
    <Status kind="failed">{title}</Status>
    <p className={styles['small']}>{children}</p>
  </div>
)

interface GatewayStateProps {
  readonly gateway: KnownGateway
  /** The one that the next connection takes. */
  readonly used: KnownGateway | undefined
  readonly version: string | undefined
}

const GatewayState = ({ gateway, used, version }: GatewayStateProps) => {
  const { connected, roundTripMs } = gateway
  const details = [
    ...(connected && roundTripMs !== null ? [text('resources.pathTime', { time: Math.round(roundTripMs) })] : []),
    ...(version ? [version] : []),
  ]
  return (
    <span className={styles['gatewayState']}>
      <Status kind={gateway === used ? 'in-use' : connected ? 'ready' : used ? 'off' : 'failed'}>
        {text(
          gateway === used
            ? 'resources.pathUsed'
            : connected
              ? 'resources.pathReady'
              : used
                ? 'resources.pathOff'
                : 'resources.pathLost',
        )}
      </Status>
      {details.length > 0 ? (
        <span className="muted numbers" data-volatile>
          {details.join(' · ')}
        </span>
      ) : null}
    </span>
  )
}

/** What each gateway runs, for whoever may see gateways. */
const useVersions = (): ((gateway: string) => string | undefined) => {
  const enabled = usePermissions().has('gateways.read')
  const { items } = usePages('listGateways', { query: { limit: 500 } }, { enabled })
  return (gateway) => items.find(({ id }) => id === gateway)?.version
}
