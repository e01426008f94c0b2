/** What everybody is connected to now, as the gateways last said. */
import { Button } from '@mantine/core'
import type { OpenConnection } from '@sallyport/protocol/api'
import { IconPlugConnected } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { titleOfName } from '../../../data/credential.ts'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { type Fact, Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { bytes } from '../../../ui/numbers.ts'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { type NameOf, useDeviceNames, useGatewayNames, useUserNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { momentColumn } from '../parts/columns.tsx'
import { gatewayColumn, personColumn } from './columns.tsx'
import { planConnectionEnd } from './plans.ts'

/** The last part of the program's path. */
const programOf = ({ caller }: OpenConnection): string => caller?.program.split(/[/\\]/).at(-1) || text('devices.unknownProgram')

const carriedText = ({ bytesDown, bytesUp }: OpenConnection): string =>
  text('devices.bytesText', { down: bytes(bytesDown), up: bytes(bytesUp) })

export const ConnectionsList = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listConnections')
  const userName = useUserNames()
  const gatewayName = useGatewayNames()
  const columns = useMemo(() => connectionColumns({ userName, gatewayName }), [userName, gatewayName])
  const textOf = useCallback(
    (connection: OpenConnection) =>
      [connection.name, userName(connection.user), programOf(connection), gatewayName(connection.gateway)].join(' '),
    [userName, gatewayName],
  )
  return (
    <AdminList
      path={path}
      title={text('devices.title')}
      label={text('devices.connectionsList')}
      searchLabel={text('devices.connectionsSearch')}
      list={list}
      columns={columns}
      textOf={textOf}
      tools={tabs}
      empty={{
        icon: IconPlugConnected,
        title: text('devices.connectionsEmptyTitle'),
        text: text('devices.connectionsEmptyText'),
      }}
      panel={(connection, onClose) => (
        <ConnectionPanel
          key={connection.id}
          connection={connection}
          person={userName(connection.user)}
          gateway={gatewayName(connection.gateway)}
          onClose={onClose}
        />
      )}
    />
  )
}

interface ColumnNeeds {
  readonly userName: NameOf
  readonly gatewayName: NameOf
}

const connectionColumns = ({ userName, gatewayName }: ColumnNeeds): readonly Column<OpenConnection>[] => [
  personColumn(userName),
  {
    id: 'resource',
    header: text('devices.columnResource'),
    width: 'minmax(140px, 1.4fr)',
    cell: ({ name }) => cut(titleOfName(name)),
  },
  {
    id: 'program',
    header: text('devices.columnProgram'),
    width: 'minmax(96px, 1fr)',
    cell: (connection) => (
      <span className="truncate muted" title={connection.caller?.program}>
        {programOf(connection)}
      </span>
    ),
  },
  gatewayColumn(gatewayName),
  momentColumn({ id: 'since', form: 'clock', header: text('devices.columnSince'), from: 680, at: ({ openedAt }) => openedAt }),
  {
    id: 'bytes',
    header: text('devices.columnBytes'),
    width: '152px',
    align: 'end',
    from: 860,
    cell: (connection) => cut(carriedText(connection), 'muted', 'numbers'),
  },
]

interface ConnectionPanelProps {
  readonly connection: OpenConnection
  readonly person: string
  readonly gateway: string
  readonly onClose: () => void
}

const ConnectionPanel = ({ connection, person, gateway, onClose }: ConnectionPanelProps) => {
  const mayEnd = usePermissions().has('sessions.write')
  const deviceName = useDeviceNames()
  const [pending, setPending] = useState<Plan | null>(null)
  const name = titleOfName(connection.name)
  const { caller } = connection
  const facts: readonly Fact[] = [
    [text('devices.columnPerson'), person],
    [text('devices.device'), deviceName(connection.device)],
    [text('devices.columnGateway'), gateway],
    ...(caller
      ? ([
          [text('devices.executable'), caller.program],
          [text('devices.account'), caller.user],
        ] as const)
      : []),
    [text('devices.columnSince'), <Moment at={connection.openedAt} />],
    [text('devices.columnBytes'), carriedText(connection)],
    [text('devices.lease'), <Moment at={connection.leaseExpiresAt} />],
  ]
  return (
    <SidePanel title={name} subtitle={<span className="muted">{programOf(connection)}</span>} onClose={onClose}>
      <PanelSection label={text('devices.details')}>
        <Facts facts={facts} />
      </PanelSection>
      {mayEnd ? (
        <PanelActions>
          <Button
            variant="default"
            color="bad"
            onClick={() => setPending(planConnectionEnd(connection.id, { program: programOf(connection), person, name }))}
          >
            {text('devices.endConnection')}
          </Button>
        </PanelActions>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}
