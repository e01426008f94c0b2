/** What is personal about a device: how its person recognises it, and what the machine is made of. */
import type { deviceFacts, Fingerprint } from '@sallyport/protocol/api'
import type { z } from 'zod'
import type { Transaction } from '../../db/schema.ts'
import { personalColumn } from '../personal-data/index.ts'

export type DeviceFacts = z.infer<typeof deviceFacts>

export interface DevicePersonal {
  readonly facts: DeviceFacts
  readonly fingerprint: Fingerprint
}

interface SealedDevice {
  readonly id: string
  readonly user: string
  readonly platform: DeviceFacts['platform']
  readonly keyStorage: DeviceFacts['keyStorage']
  readonly personal: Uint8Array | null
}

const column = personalColumn<DevicePersonal>('devices')

const erased = ({ platform, keyStorage }: SealedDevice): DevicePersonal => ({
  facts: { name: 'Erased', platform, osVersion: '', clientVersion: '', keyStorage },
  fingerprint: {},
})

/** In their order. */
export const openDevices = async <Row extends SealedDevice>(
  transaction: Transaction,
  rows: readonly Row[],
): Promise<(Omit<Row, 'personal' | 'platform' | 'keyStorage'> & DevicePersonal)[]> => {
  const places = rows.map(({ id, user, personal }) => ({ row: id, person: user, sealed: personal }))
  const opened = await column.openAll(transaction, places)
  return rows.map((row, index) => {
    const { personal: _personal, platform: _platform, keyStorage: _keyStorage, ...rest } = row
    return { ...rest, ...(opened[index] ?? erased(row)) }
  })
}

/** Columns of the row. */
export const sealDevice = async (
  transaction: Transaction,
  device: { readonly id: string; readonly user: string },
  { facts, fingerprint }: DevicePersonal,
) => ({
  platform: facts.platform,
  key_storage: facts.keyStorage,
  personal: await column.seal(transaction, { row: device.id, person: device.user }, { facts, fingerprint }),
})
