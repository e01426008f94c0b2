export { blindIndex, type PersonalColumn, personalColumn } from './column.ts'
export {
  type AskForPersonalKey,
  keepSeeds,
  type KeyRing,
  personalKeysOf,
  ringOf,
  seedOfNewPerson,
  usePersonalKeys,
} from './keys.ts'
export type { PersonalDataTables } from './tables.ts'
export { personalKeyContext, vaultPersonalKey } from './vault-key.ts'
