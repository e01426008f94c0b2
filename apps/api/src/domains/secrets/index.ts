export { deleteUnusedSecrets, deleteUnusedSecretsOfStore, findSecret, lockSecret } from './store.ts'
export type { Secret } from './store.ts'
export {
  destroySecretVersions,
  discardSecretVersion,
  insertSecret,
  insertSecretVersion,
  nextSecretVersion,
  readSecretVersion,
  rebindSecretVersion,
  useSecretVersion,
  useStoredPlace,
} from './versions.ts'
export { storedPlaceOf } from './stored-place.ts'
export type { StoredPlace } from './stored-place.ts'
export type { SecretFacts, SecretVersion } from './versions.ts'
export type { SecretTables } from './tables.ts'
