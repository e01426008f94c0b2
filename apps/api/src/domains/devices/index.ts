export { compareFingerprints, type FingerprintChange } from './fingerprint.ts'
export { giveDeviceState, takeDeviceState } from './state.ts'
export {
  answerOfDevice,
  type Device,
  type DeviceAnswer,
  type DeviceFacts,
  findDevice,
  findDeviceOfUser,
  insertDevice,
  listDevices,
  listDevicesOfUser,
  lockDevice,
  updateDevice,
} from './store.ts'
export type { DeviceTables } from './tables.ts'
