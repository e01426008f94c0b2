/** Leases: which gateway holds which credential, for whom, and until when. */
import { IconHourglass } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { type Lease, type NameOf, useCredentialNames, useGatewayNames, useUserNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { momentColumn, stateColumn } from '../parts/columns.tsx'
import { useActiveOnly } from './active-only.tsx'
import { gatewayColumn, personColumn } from './columns.tsx'
import { leaseState } from './words.ts'

interface Names {
  readonly userName: NameOf
  readonly credentialName: NameOf
  readonly gatewayName: NameOf
}

export const LeasesList = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const { onlyActive, choice } = useActiveOnly(text('devices.leaseActive'))
  const list = useItems('listLeases', { query: { active: onlyActive ? 'yes' : 'no' } })
  const userName = useUserNames()
  const credentialName = useCredentialNames()
  const gatewayName = useGatewayNames()
  const names = useMemo(() => ({ userName, credentialName, gatewayName }), [userName, credentialName, gatewayName])
  const columns = useMemo(() => leaseColumns(names), [names])
  const textOf = useCallback(
    ({ user, credential, gateway }: Lease) => [userName(user), credentialName(credential), gatewayName(gateway)].join(' '),
    [userName, credentialName, gatewayName],
  )
  return (
    <AdminList
      path={path}
      title={text('devices.title')}
      label={text('devices.leasesList')}
      searchLabel={text('devices.leasesSearch')}
      list={list}
      columns={columns}
      textOf={textOf}
      tools={
        <>
          {tabs}
          {choice}
        </>
      }
      empty={{
        icon: IconHourglass,
        title: text(onlyActive ? 'devices.leasesNone' : 'devices.leasesEmptyTitle'),
        text: text('devices.leasesEmptyText'),
      }}
      panel={(lease, onClose) => <LeasePanel key={lease.id} lease={lease} names={names} onClose={onClose} />}
    />
  )
}

const leaseColumns = ({ userName, credentialName, gatewayName }: Names): readonly Column<Lease>[] => [
  personColumn(userName),
  {
    id: 'credential',
    header: text('devices.columnCredential'),
    width: 'minmax(140px, 1.4fr)',
    cell: ({ credential }) => cut(credentialName(credential)),
  },
  gatewayColumn(gatewayName),
  stateColumn({ header: text('devices.columnState'), of: leaseState }),
  momentColumn({ id: 'since', form: 'clock', header: text('devices.columnSince'), from: 640, at: ({ createdAt }) => createdAt }),
  momentColumn({ id: 'until', form: 'clock', header: text('devices.columnUntil'), at: ({ expiresAt }) => expiresAt }),
]

interface LeasePanelProps {
  readonly lease: Lease
  readonly names: Names
  readonly onClose: () => void
}

const LeasePanel = ({ lease, names, onClose }: LeasePanelProps) => {
  const may = usePermissions()
  const { kind, word } = leaseState(lease)
  const person = names.userName(lease.user)
  return (
    <SidePanel title={names.credentialName(lease.credential)} subtitle={<Status kind={kind}>{word}</Status>} onClose={onClose}>
      <PanelSection label={text('devices.details')}>
        <Facts
          facts={[
            [text('devices.columnPerson'), may.has('users.read') ? <a href={`#/users/${lease.user}`}>{person}</a> : person],
            [text('devices.columnGateway'), names.gatewayName(lease.gateway)],
            [text('devices.columnSince'), <Moment at={lease.createdAt} />],
            [text('devices.columnUntil'), <Moment at={lease.expiresAt} />],
            [text('devices.session'), <a href={`#/devices/sessions/${lease.session}`}>{text('devices.showSession')}</a>],
            [text('devices.id'), <code className="mono">{lease.id}</code>],
          ]}
        />
        <p className="muted">{text('devices.leaseHint')}</p>
      </PanelSection>
    </SidePanel>
  )
}
