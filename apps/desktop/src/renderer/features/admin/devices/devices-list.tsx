/** The computers that people sign in on; those that wait for approval come first. */
import { Button, SegmentedControl } from '@mantine/core'
import { IconDeviceLaptop } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { useMethod } from '../../../data/use-method.ts'
import { text } from '../../../texts/text.ts'
import type { Column } from '../../../ui/data-grid.tsx'
import { Facts } from '../../../ui/facts.tsx'
import { Label } from '../../../ui/label.tsx'
import { PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { EmptyState } from '../../../ui/states.tsx'
import { Status } from '../../../ui/status.tsx'
import { clockTime, fullTime, relativeTime, useNow } from '../../../ui/time.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { type Device, type NameOf, useReadable, useUserNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { MemberList } from '../parts/member-list.tsx'
import { PanelActions } from '../parts/panel-actions.tsx'
import { planApproval, planDeviceRevocation } from './plans.ts'
import { deviceState, keyText } from './words.ts'
import { RowTitle } from '../parts/row-title.tsx'

const isWaiting = ({ status }: Device): boolean => status === 'pending'
type View = 'all' | 'waiting'

export const DevicesList = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const all = useItems('listDevices')
  const userName = useUserNames()
  const here = useMethod('status', {}).data?.device
  const now = useNow()
  const [view, setView] = useState<View>('all')
  const waiting = useMemo(() => all.items.filter(isWaiting).length, [all.items])
  // Who waits is looked at first; otherwise the order of the API stays.
  const list = useMemo(
    () => ({ ...all, items: all.items.toSorted((one, other) => Number(isWaiting(other)) - Number(isWaiting(one))) }),
    [all],
  )
  const columns = useMemo(() => deviceColumns({ now, userName, here }), [now, userName, here])
  const textOf = useCallback(
    (device: Device) =>
      [
        device.facts.name,
        userName(device.user),
        device.facts.osVersion,
        deviceState(device).word,
        device.facts.clientVersion,
      ].join(' '),
    [userName],
  )
  return (
    <AdminList
      path={path}
      title={text('devices.title')}
      label={text('devices.list')}
      searchLabel={text('devices.search')}
      list={list}
      columns={columns}
      textOf={textOf}
      {...(view === 'waiting' ? { keeps: isWaiting } : {})}
      tools={
        <>
          {tabs}
          {waiting > 0 || view === 'waiting' ? (
            <SegmentedControl
              aria-label={text('devices.columnState')}
              value={view}
              onChange={(chosen) => setView(chosen as View)}
              data={[
                { value: 'all', label: text('devices.all') },
                { value: 'waiting', label: `${text('devices.onlyWaiting')} · ${waiting}` },
              ]}
            />
          ) : null}
        </>
      }
      empty={
        view === 'waiting' ? (
          <EmptyState icon={IconDeviceLaptop} title={text('devices.nothingWaits')} />
        ) : (
          <EmptyState icon={IconDeviceLaptop} title={text('devices.emptyTitle')}>
            {text('devices.emptyText')}
          </EmptyState>
        )
      }
      panel={(device, onClose) => (
        <DevicePanel key={device.id} device={device} person={userName(device.user)} onClose={onClose} />
      )}
    />
  )
}

interface ColumnNeeds {
  readonly now: number
  readonly userName: NameOf
  readonly here: string | null | undefined
}

const deviceColumns = ({ now, userName, here }: ColumnNeeds): readonly Column<Device>[] => [
  {
    id: 'name',
    header: text('devices.columnName'),
    width: 'minmax(160px, 1.4fr)',
    cell: ({ id, facts }) => (
      <>
        <RowTitle>{facts.name}</RowTitle>
        {id === here ? <Label>{text('devices.thisDevice')}</Label> : null}
      </>
    ),
  },
  {
    id: 'person',
    header: text('devices.columnPerson'),
    width: 'minmax(120px, 1.2fr)',
    cell: ({ user }) => (
      <span className="truncate" title={userName(user)}>
        {userName(user)}
      </span>
    ),
  },
  {
    id: 'system',
    header: text('devices.columnSystem'),
    width: 'minmax(110px, 1fr)',
    from: 760,
    cell: ({ facts }) => (
      <span className="truncate muted" title={facts.osVersion}>
        {facts.osVersion}
      </span>
    ),
  },
  {
    id: 'key',
    header: text('devices.columnKey'),
    width: '104px',
    from: 860,
    cell: (device) => <span className="truncate muted">{keyText(device)}</span>,
  },
  {
    id: 'state',
    header: text('devices.columnState'),
    width: '148px',
    cell: (device) => {
      const { kind, word } = deviceState(device)
      return <Status kind={kind}>{word}</Status>
    },
  },
  {
    id: 'seen',
    header: text('devices.columnSeen'),
    width: '116px',
    from: 660,
    cell: ({ lastSeenAt }) =>
      lastSeenAt ? (
        <span className="truncate muted numbers" title={fullTime(lastSeenAt)}>
          {relativeTime(lastSeenAt, now)}
        </span>
      ) : (
        <span className="muted">{text('admin.never')}</span>
      ),
  },
]

interface DevicePanelProps {
  readonly device: Device
  readonly person: string
  readonly onClose: () => void
}

const DevicePanel = ({ device, person, onClose }: DevicePanelProps) => {
  const may = usePermissions()
  const now = useNow()
  const [pending, setPending] = useState<Plan | null>(null)
  const { kind, word } = deviceState(device)
  const { facts } = device
  return (
    <SidePanel title={facts.name} subtitle={<Status kind={kind}>{word}</Status>} onClose={onClose}>
      <PanelSection label={text('devices.details')}>
        <Facts
          facts={[
            [text('devices.columnPerson'), may.has('users.read') ? <a href={`#/users/${device.user}`}>{person}</a> : person],
            [text('devices.columnSystem'), facts.osVersion],
            [text('devices.client'), facts.clientVersion],
            [text('devices.columnKey'), keyText(device)],
            [text('devices.enrolled'), <span title={fullTime(device.enrolledAt)}>{clockTime(device.enrolledAt, now)}</span>],
            [
              text('devices.columnSeen'),
              device.lastSeenAt ? (
                <span title={fullTime(device.lastSeenAt)}>{clockTime(device.lastSeenAt, now)}</span>
              ) : (
                text('admin.never')
              ),
            ],
            [text('devices.id'), <code className="mono">{device.id}</code>],
          ]}
        />
      </PanelSection>
      {may.has('sessions.read') ? (
        <PanelSection label={text('devices.sessions')}>
          <DeviceSessions device={device} />
        </PanelSection>
      ) : null}
      {may.has('devices.write') && device.status !== 'revoked' ? (
        <PanelActions>
          {device.status === 'pending' ? (
            <Button variant="filled" onClick={() => setPending(planApproval(device, person))}>
              {text('devices.approve')}
            </Button>
          ) : null}
          <Button variant="default" color="bad" onClick={() => setPending(planDeviceRevocation(device, person))}>
            {text('devices.revoke')}
          </Button>
        </PanelActions>
      ) : null}
      <ChangeDialog plan={pending} onClose={() => setPending(null)} />
    </SidePanel>
  )
}

const DeviceSessions = ({ device }: { readonly device: Device }) => {
  const now = useNow()
  const sessions = useReadable('listSessions', 'sessions.read').items
  const own = sessions.filter((session) => session.device === device.id && session.status === 'active')
  return (
    <MemberList
      label={text('devices.sessions')}
      members={own.map(({ id, label, createdAt }) => ({
        id,
        name: label,
        note: clockTime(createdAt, now),
        href: `/devices/sessions/${id}`,
      }))}
      empty={text('devices.sessionsNone')}
    />
  )
}
