/** The line at the bottom: the path that connections take, and who uses it on what. */
import type { AgentStatus } from '../../shared/local-api.ts'
import { type KnownGateway, nearestGateway } from '../data/gateways.ts'
import { text } from '../texts/text.ts'
import { Status } from '../ui/status.tsx'
import styles from './shell.module.css'

const GatewayState = ({ gateways }: { readonly gateways: readonly KnownGateway[] }) => {
  const gateway = nearestGateway(gateways)
  if (!gateway) return <Status kind="off">{text(gateways.length > 0 ? 'shell.noGateway' : 'shell.noGatewayYet')}</Status>
  const { name, roundTripMs } = gateway
  return (
    <Status kind="ready">
      <span data-volatile>
        {roundTripMs === null
          ? text('shell.gatewayPlain', { name })
          : text('shell.gatewayConnected', { name, roundTrip: Math.round(roundTripMs) })}
      </span>
    </Status>
  )
}

interface StatusBarProps {
  readonly status: AgentStatus | undefined
  /** The agent does not answer. */
  readonly gone: boolean
}

export const StatusBar = ({ status, gone }: StatusBarProps) => (
  <footer className={styles['foot']} aria-label={text('shell.statusBar')} data-region="status">
    {gone ? (
      <Status kind="failed">{text('shell.agentGone')}</Status>
    ) : status ? (
      <>
        {status.state === 'signed-in' ? (
          <GatewayState gateways={status.gateways} />
        ) : (
          <Status kind="off">{text('shell.signedOut')}</Status>
        )}
        <span>{text('shell.connections', { count: status.connections })}</span>
        <span>{text('shell.agentVersion', { version: status.version })}</span>
        <span className="truncate">{status.user?.email}</span>
      </>
    ) : (
      <Status kind="unknown">{text('common.loading')}</Status>
    )}
  </footer>
)
