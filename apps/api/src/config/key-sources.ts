/** Where root keys are, of the vault and of the log. Each throws {@link ConfigError}. */
import { join } from 'node:path'
import type { KmsSource } from '../keys/kms-source.ts'
import { parseKmsSource } from '../keys/parse-kms-source.ts'
import type { RootKeySource } from '../keys/root-key.ts'
import { ConfigError } from './config-error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const parseRootKey = (
  kind: string,
  role: {
    readonly name: 'vault' | 'log'
    readonly folder: string
    readonly passphrase: string | undefined
    /** What is set from outside; for messages. */
    readonly variable: string
  },
): RootKeySource => {
  const path = join(role.folder, `${role.name}-root-key`)
  switch (kind) {
    case 'file':
      return { kind, path }
    case 'keychain':
      return { kind, service: 'sallyport-api', account: `${role.name} ${role.folder}` }
    case 'passphrase': {
      const variable = `SALLYPORT_${role.name.toUpperCase()}_PASSPHRASE`
      if (role.passphrase === undefined) throw new ConfigError(`${variable} is needed with ${role.variable}=passphrase`)
      return { kind, path: `${path}.json`, passphrase: role.passphrase }
    }
    default:
      throw new ConfigError(`${role.variable}: file, passphrase or keychain`)
  }
}

const localKinds: ReadonlySet<string> = new Set(['file', 'passphrase', 'keychain'])

/** The vault's own root key, or a service that keeps one. */
export const parseKms = (variable: string, text: string, { environment, folder }: KmsSurroundings): KmsSource => {
  if (localKinds.has(text)) {
    const passphrase = environment['SALLYPORT_VAULT_PASSPHRASE']
    return { driver: 'local', rootKey: parseRootKey(text, { name: 'vault', folder, passphrase, variable }) }
  }
  const settings = {
    transitToken: environment['SALLYPORT_TRANSIT_TOKEN_FILE'],
    transitAuthority: environment['SALLYPORT_TRANSIT_AUTHORITY'],
    googleEndpoint: environment['SALLYPORT_GOOGLE_ENDPOINT'],
    azure: {
      tenant: environment['SALLYPORT_AZURE_TENANT'],
      client: environment['SALLYPORT_AZURE_CLIENT'],
      tokenFile: environment['SALLYPORT_AZURE_TOKEN_FILE'],
      secretFile: environment['SALLYPORT_AZURE_SECRET_FILE'],
      // As the vendor's clients and workload identity name it.
      authority: environment['AZURE_AUTHORITY_HOST'],
    },
    pkcs11Pin: environment['SALLYPORT_PKCS11_PIN_FILE'],
  }
  const source = parseKmsSource(text, settings)
  if (typeof source === 'string') throw new ConfigError(`${variable}: ${source}`)
  return source
}

interface KmsSurroundings {
  readonly environment: Environment
  readonly folder: string
}

const MAX_CACHE_SECONDS = 60

export const parseCache = (text: string | undefined): number => {
  const seconds = /^\d{1,2}$/.test(text ?? '0') ? Number(text ?? '0') : Number.NaN
  if (!(seconds <= MAX_CACHE_SECONDS)) throw new ConfigError(`SALLYPORT_KMS_CACHE_SECONDS: 0 to ${MAX_CACHE_SECONDS}`)
  return seconds * 1000
}

/** The log keeps a root key of its own, on its own machine, also when the vault has a service for it. */
export const parseLogRootKey = (environment: Environment, folder: string): RootKeySource => {
  const shared = environment['SALLYPORT_KMS'] ?? 'file'
  const kind = environment['SALLYPORT_LOG_ROOT_KEY'] ?? (localKinds.has(shared) ? shared : 'file')
  const passphrase = environment['SALLYPORT_LOG_PASSPHRASE']
  return parseRootKey(kind, { name: 'log', folder, passphrase, variable: 'SALLYPORT_LOG_ROOT_KEY' })
}
