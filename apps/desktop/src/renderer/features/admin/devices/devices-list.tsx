/** The computers that people sign in on; those that wait for approval come first. */
import { SegmentedControl } from '@mantine/core'
import { IconDeviceLaptop } from '@tabler/icons-react'
import { type ReactNode, useCallback, useMemo, useState } from 'react'
import { useOpenAlerts } from '../../../data/open-alerts.ts'
import { useMethod } from '../../../data/use-method.ts'
import { text } from '../../../texts/text.ts'
import { type Device, useUserNames } from '../data/names.ts'
import { useItems } from '../data/use-items.ts'
import { AdminList } from '../parts/admin-list.tsx'
import { deviceColumns } from './device-columns.tsx'
import { DevicePanel } from './device-panel.tsx'
import { deviceState } from './words.ts'

const isWaiting = ({ status }: Device): boolean => status === 'pending'
type View = 'all' | 'waiting'

export const DevicesList = ({ path, tabs }: { readonly path: string; readonly tabs: ReactNode }) => {
  const all = useItems('listDevices')
  const userName = useUserNames()
  const here = useMethod('status', {}).data?.device
  const [view, setView] = useState<View>('all')
  const waiting = useMemo(() => all.items.filter(isWaiting).length, [all.items])
  // Who waits is looked at first; otherwise the order of the API stays.
  const list = useMemo(
    () => ({ ...all, items: all.items.toSorted((one, other) => Number(isWaiting(other)) - Number(isWaiting(one))) }),
    [all],
  )
  const alerts = useOpenAlerts()
  // That a computer is new is nothing that is wrong with it.
  const alerted = useMemo(
    () => new Set(alerts.flatMap(({ kind, device }) => (kind === 'new-device' || device === null ? [] : [device]))),
    [alerts],
  )
  const columns = useMemo(() => deviceColumns({ alerted, userName, here }), [alerted, userName, here])
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
        view === 'waiting'
          ? { icon: IconDeviceLaptop, title: text('devices.nothingWaits') }
          : { icon: IconDeviceLaptop, title: text('devices.emptyTitle'), text: text('devices.emptyText') }
      }
      panel={(device, onClose) => (
        <DevicePanel key={device.id} device={device} person={userName(device.user)} onClose={onClose} />
      )}
    />
  )
}
