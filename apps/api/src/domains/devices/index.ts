export { compareFingerprints, type FingerprintChange } from './fingerprint.ts'
export { giveDeviceState, takeDeviceState } from './state.ts'
export type { DeviceTables } from './tables.ts'
