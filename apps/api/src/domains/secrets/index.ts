export { deleteUnusedSecrets, findSecret, lockSecret } from './store.ts'
export type { Secret } from './store.ts'
export {
  destroySecretVersions,
  insertSecret,
  insertSecretVersion,
  readSecretVersion,
  rebindSecretVersion,
  useSecretVersion,
} from './versions.ts'
export type { SecretVersion } from './versions.ts'
export type { SecretTables } from './tables.ts'
