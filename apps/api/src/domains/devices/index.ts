export type { DeviceTables } from './tables.ts'
