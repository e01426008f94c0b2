/** Devices of people, their sessions, the connections that are open now, and leases: each list for whoever may read it. */
import { usePermissions } from '../../../data/permissions.ts'
import { text } from '../../../texts/text.ts'
import { useRefreshed } from '../data/use-refreshed.ts'
import { useSections } from '../parts/section-tabs.tsx'
import { ConnectionsList } from './connections-list.tsx'
import { DevicesList } from './devices-list.tsx'
import { LeasesList } from './leases-list.tsx'
import { SessionsList } from './sessions-list.tsx'

const DEVICES = '/devices'
const SESSIONS = '/devices/sessions'
const CONNECTIONS = '/devices/connections'
const LEASES = '/devices/leases'

export const DevicesPage = () => {
  const may = usePermissions()
  useRefreshed('listDevices', 'listSessions', 'listConnections', 'listLeases')
  const { current, tabs } = useSections([
    ...(may.has('devices.read') ? [{ path: DEVICES, label: text('devices.viewDevices') }] : []),
    ...(may.has('sessions.read')
      ? [
          { path: SESSIONS, label: text('devices.viewSessions') },
          { path: CONNECTIONS, label: text('devices.viewConnections') },
          { path: LEASES, label: text('devices.viewLeases') },
        ]
      : []),
  ])
  switch (current) {
    case SESSIONS:
      return <SessionsList path={SESSIONS} tabs={tabs} />
    case CONNECTIONS:
      return <ConnectionsList path={CONNECTIONS} tabs={tabs} />
    case LEASES:
      return <LeasesList path={LEASES} tabs={tabs} />
    default:
      return <DevicesList path={DEVICES} tabs={tabs} />
  }
}
