/** Who is signed in, from where, and since when. */
import { Button } from '@mantine/core'
import { IconKey } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useMethod } from '../../../data/use-method.ts'
import { text } from '../../../texts/text.ts'
import { cut } from '../../../ui/cut.tsx'
import type { Column } from '../../../ui/data-grid.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Label } from '../../../ui/label.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { type NameOf, type Session, useDeviceNames, useUserNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { momentColumn, stateColumn } from '../parts/columns.tsx'
import { useActiveOnly } from './active-only.tsx'
import { planSessionEnd } from './plans.ts'
import { sessionState } from './words.ts'
import { RowTitle } from '../parts/row-title.tsx'

const isActive = ({ status }: Session): boolean => status === 'active'

export const SessionsList = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const list = useItems('listSessions')
  const userName = useUserNames()
  const deviceName = useDeviceNames()
  const here = useMethod('status', {}).data?.session?.id
  const { onlyActive, choice } = useActiveOnly(text('devices.onlyActive'))
  const columns = useMemo(() => sessionColumns({ userName, deviceName, here }), [userName, deviceName, here])
  const textOf = useCallback(
    ({ user, device, label, address }: Session) => [userName(user), deviceName(device), label, address].join(' '),
    [userName, deviceName],
  )
  return (
    <AdminList
      path={path}
      title={text('devices.title')}
      label={text('devices.sessionsList')}
      searchLabel={text('devices.sessionsSearch')}
      list={list}
      columns={columns}
      textOf={textOf}
      {...(onlyActive ? { keeps: isActive } : {})}
      tools={
        <>
          {tabs}
          {choice}
        </>
      }
      empty={{ icon: IconKey, title: text('devices.sessionsEmptyTitle'), text: text('devices.sessionsEmptyText') }}
      panel={(session, onClose) => (
        <SessionPanel
          key={session.id}
          session={session}
          person={userName(session.user)}
          device={deviceName(session.device)}
          onClose={onClose}
        />
      )}
    />
  )
}

interface ColumnNeeds {
  readonly userName: NameOf
  readonly deviceName: NameOf
  readonly here: string | undefined
}

const sessionColumns = ({ userName, deviceName, here }: ColumnNeeds): readonly Column<Session>[] => [
  {
    id: 'person',
    header: text('devices.columnPerson'),
    width: 'minmax(140px, 1.4fr)',
    cell: ({ id, user }) => (
      <>
        <RowTitle>{userName(user)}</RowTitle>
        {id === here ? <Label>{text('devices.thisSession')}</Label> : null}
      </>
    ),
  },
  {
    id: 'device',
    header: text('devices.columnName'),
    width: 'minmax(120px, 1.2fr)',
    cell: ({ device }) => cut(deviceName(device)),
  },
  {
    id: 'address',
    header: text('devices.columnAddress'),
    width: 'minmax(100px, 1fr)',
    from: 820,
    cell: ({ address }) => cut(address, 'mono', 'muted'),
  },
  stateColumn({ header: text('devices.columnState'), of: sessionState }),
  momentColumn({ id: 'began', form: 'clock', header: text('devices.columnBegan'), from: 640, at: ({ createdAt }) => createdAt }),
  momentColumn({ id: 'ends', form: 'clock', header: text('devices.columnEnds'), from: 720, at: ({ expiresAt }) => expiresAt }),
]

interface SessionPanelProps {
  readonly session: Session
  readonly person: string
  readonly device: string
  readonly onClose: () => void
}

const SessionPanel = ({ session, person, device, onClose }: SessionPanelProps) => {
  const may = usePermissions()
  const [pending, setPending] = useState<Plan | null>(null)
  const { kind, word } = sessionState(session)
  return (
    <SidePanel title={person} subtitle={<Status kind={kind}>{word}</Status>} onClose={onClose}>
      <PanelSection label={text('devices.details')}>
        <Facts
          facts={[
            [text('devices.columnName'), may.has('devices.read') ? <a href={`#/devices/${session.device}`}>{device}</a> : device],
            [text('devices.columnAddress'), <code className="mono">{session.address}</code>],
            [text('devices.columnBegan'), <Moment at={session.createdAt} />],
            [text('devices.lastUsed'), <Moment at={session.lastUsedAt} />],
            [text('devices.columnEnds'), <Moment at={session.expiresAt} />],
            [text('devices.columnLabel'), <code className="mono">{session.label}</code>],
          ]}
        />
        <p className="muted">{text('devices.labelHint')}</p>
      </PanelSection>
      {may.has('sessions.write') && session.status === 'active' ? (
        <PanelActions>
          <Button variant="default" color="bad" onClick={() => setPending(planSessionEnd(session, { person, name: device }))}>
            {text('devices.endSession')}
          </Button>
        </PanelActions>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}
