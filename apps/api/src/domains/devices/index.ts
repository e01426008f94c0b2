export { compareFingerprints, type FingerprintChange } from './fingerprint.ts'
export { giveDeviceState, takeDeviceState } from './state.ts'
export {
  answerOfDevice,
  type Device,
  type DeviceAnswer,
  findDevice,
  findDeviceOfUser,
  insertDevice,
  listDevices,
  listDevicesOfUser,
  lockDevice,
  updateDevice,
} from './store.ts'
export { type DeviceFacts, sealDevice } from './personal.ts'
export type { DeviceTables } from './tables.ts'
