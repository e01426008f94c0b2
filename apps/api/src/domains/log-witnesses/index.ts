export { changeLogWitnesses, readLogWitnesses, witnessKey } from './service.ts'
export type { LogWitnessTables } from './tables.ts'
