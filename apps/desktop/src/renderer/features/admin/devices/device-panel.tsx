/** One computer: whose it is, what it is known by, what was wrong with it, who is signed in on it. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { Facts } from '../../../ui/facts.tsx'
import { Moment } from '../../../ui/moment.tsx'
import { PanelActions, PanelSection, SidePanel } from '../../../ui/side-panel.tsx'
import { Status } from '../../../ui/status.tsx'
import { clockTime, useNow } from '../../../ui/time.ts'
import { ChangeDialog } from '../change/change-dialog.tsx'
import type { Plan } from '../change/plan.ts'
import { type Device, useReadable } from '../data/names.ts'
import { MemberList } from '../parts/member-list.tsx'
import { DeviceStanding } from './device-standing.tsx'
import { planApproval, planDeviceRevocation } from './plans.ts'
import { deviceState, keyText } from './words.ts'

interface DevicePanelProps {
  readonly device: Device
  readonly person: string
  readonly onClose: () => void
}

export const DevicePanel = ({ device, person, onClose }: DevicePanelProps) => {
  const may = usePermissions()
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
            [text('devices.enrolled'), <Moment at={device.enrolledAt} />],
            [text('devices.columnSeen'), <Moment at={device.lastSeenAt} />],
            [text('devices.id'), <code className="mono">{device.id}</code>],
          ]}
        />
      </PanelSection>
      {may.has('audit.read') ? <DeviceStanding device={device.id} /> : null}
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
