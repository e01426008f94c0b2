/** One gateway: what it carries, what it runs, and what can be done about it. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { bytes, count } from '../../../ui/numbers.ts'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import { type Plan, plan } from '../change/plan.ts'
import { type Gateway, useGatewayNames, useSiteNames } from '../data/names.ts'
import { EditGatewayDialog } from './edit-gateway-dialog.tsx'
import { CompromiseDialog } from './compromise-dialog.tsx'
import { gatewayState, reachedThrough } from './state.ts'

const PERCENT = 100

export const GatewayPanel = ({ gateway, onClose }: { readonly gateway: Gateway; readonly onClose: () => void }) => {
  const mayChange = usePermissions().has('gateways.write')
  const [pending, setPending] = useState<Plan | null>(null)
  const [editing, setEditing] = useState(false)
  const [compromised, setCompromised] = useState(false)
  const { name } = gateway
  const { kind, word } = gatewayState(gateway)
  const revoke = (): void =>
    setPending(
      plan(
        { route: 'revokeGateway', input: { parameters: { gateway: gateway.id } } },
        {
          title: text('gateways.askRevoke', { name }),
          text: text('gateways.revokeText'),
          confirm: text('gateways.confirmRevoke'),
          done: text('gateways.doneRevoke', { name }),
          dangerous: true,
        },
      ),
    )
  return (
    <SidePanel
      title={name}
      subtitle={
        <>
          <Status kind={kind}>{word}</Status>{' '}
          <Label>{text(gateway.kind === 'relay' ? 'gateways.relay' : 'gateways.gateway')}</Label>
        </>
      }
      onClose={onClose}
    >
      <PanelSection label={text('gateways.load')}>
        <Load gateway={gateway} />
      </PanelSection>
      <PanelSection label={text('gateways.details')}>
        <Details gateway={gateway} />
      </PanelSection>
      {mayChange && gateway.status === 'joined' ? (
        <PanelActions>
          <Button variant="default" onClick={() => setEditing(true)}>
            {text('admin.edit')}
          </Button>
          <Button variant="default" color="bad" onClick={revoke}>
            {text('gateways.revoke')}
          </Button>
        </PanelActions>
      ) : null}
      {gateway.status === 'revoked' ? (
        <PanelActions>
          <Button variant="default" {...(mayChange ? { color: 'bad' } : {})} onClick={() => setCompromised(true)}>
            {text(mayChange ? 'gateways.compromised' : 'gateways.opened')}
          </Button>
        </PanelActions>
      ) : null}
      {compromised ? <CompromiseDialog gateway={gateway} mayChange={mayChange} onClose={() => setCompromised(false)} /> : null}
      {editing ? <EditGatewayDialog gateway={gateway} onClose={() => setEditing(false)} /> : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

const Load = ({ gateway: { load } }: { readonly gateway: Gateway }) => {
  if (!load) return <p className="muted">{text('gateways.loadNone')}</p>
  return (
    <Facts
      facts={[
        [text('gateways.connections'), count(load.connections)],
        [text('gateways.sessions'), count(load.sessions)],
        [text('gateways.processor'), text('gateways.percent', { value: (load.processorShare * PERCENT).toFixed(1) })],
        [text('gateways.memory'), bytes(load.residentBytes)],
        [text('gateways.spool'), bytes(load.spoolBytes)],
        [text('gateways.loadAt'), <Moment at={load.at} />],
      ]}
    />
  )
}

const Details = ({ gateway }: { readonly gateway: Gateway }) => {
  const siteName = useSiteNames()
  const gatewayName = useGatewayNames()
  const { address, lastSeenAt, certificateExpiresAt } = gateway
  const facts: readonly Fact[] = [
    [text('gateways.sites'), gateway.sites.map(siteName).join(', ')],
    [
      text('gateways.address'),
      address ? <code className="mono">{`${address.host}:${address.port}`}</code> : reachedThrough(gateway.load, gatewayName),
    ],
    [text('gateways.version'), gateway.version === '' ? '–' : gateway.version],
    [text('gateways.seen'), <Moment at={lastSeenAt} />],
    ...(certificateExpiresAt ? [[text('gateways.certificate'), <Moment at={certificateExpiresAt} />] as const] : []),
  ]
  return <Facts facts={facts} />
}
