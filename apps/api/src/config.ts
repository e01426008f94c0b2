/** Everything that can be set from outside. Nothing else reads the environment; for the command line see `config/command.ts`. */
import type { BlockList } from 'node:net'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { parseAddress, parseNetworks, parseOrigin, parsePagesOrigin } from './config/addresses.ts'
import { ConfigError } from './config/config-error.ts'
import { type Environment, parseCache, parseKms, parseLogRootKey } from './config/key-sources.ts'
import { type ProgramRole, programRoles } from './db/roles.ts'
import type { KmsSource } from './keys/kms-source.ts'
import type { RootKeySource } from './keys/root-key.ts'
import type { Address } from './links/serve.ts'
import { parseUnlockLogSource, type UnlockLogSource } from './unlock-log/source.ts'

export interface Config {
  /** Absolute. */
  readonly dataDirectory: string
  readonly database:
    | { readonly kind: 'embedded' }
    /** `url`: the owner's; null in a process that never migrates because every role has a login of its own. */
    | {
        readonly kind: 'external'
        readonly url: string | null
        readonly roleUrls: Readonly<Partial<Record<ProgramRole, string>>>
      }
  readonly roles: readonly ProgramRole[]
  readonly listen: { readonly public: Address; readonly gateway: Address; readonly pages: Address }
  /** How the outside reaches the listeners; null: by the address on which they listen. */
  readonly origins: { readonly public: string | null; readonly gateway: string | null; readonly pages: string | null }
  /** PEM files for both listeners; null: certificates of the deployment's own authority. */
  readonly tls: { readonly certificateFile: string; readonly keyFile: string; readonly authorityFile: string | null } | null
  readonly kms: {
    readonly present: KmsSource
    /** Only opens what it wrapped before, until everything is under the present one. */
    readonly previous: readonly KmsSource[]
    /** Milliseconds for which opened data keys may be used again; 0: never. */
    readonly cacheFor: number
  }
  readonly logRootKey: RootKeySource
  /** Names everybody who was erased; kept apart from the database and its backups. */
  readonly erasureLedger: string
  /** Where unlocks are written before anywhere else; null: they are in the log alone. */
  readonly unlockLog: UnlockLogSource | null
  readonly links: { readonly shared: string; readonly addresses: { readonly vault?: Address; readonly log?: Address } }
  /** Where sinks of the log may be besides public addresses, and the folder for those that are files; null: there are none. */
  readonly sinks: { readonly networks: BlockList; readonly folder: string | null }
  /** Where witnesses of the log may be besides public addresses. */
  readonly witnessNetworks: BlockList
  /** Milliseconds. */
  readonly sessionCertificateLifetime: number
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
}

const parseRoles = (text: string | undefined): ProgramRole[] => {
  if (text === undefined) return [...programRoles]
  const names = new Set(text.split(',').map((name) => name.trim()))
  const roles = programRoles.filter((role) => names.has(role))
  if (names.size !== roles.length) throw new ConfigError(`SALLYPORT_ROLES: some of ${programRoles.join(', ')}, with commas`)
  return roles
}

const defaultDataDirectory = (): string =>
  process.getuid?.() === 0 ? '/var/lib/sallyport/api' : join(homedir(), '.local', 'share', 'sallyport', 'api')

const parseDatabase = (environment: Environment): Config['database'] => {
  const [api, vault, log] = [environment['DATABASE_URL_API'], environment['DATABASE_URL_VAULT'], environment['DATABASE_URL_LOG']]
  const roleUrls = { ...(api ? { api } : {}), ...(vault ? { vault } : {}), ...(log ? { log } : {}) }
  const url = environment['DATABASE_URL'] ?? null
  return url === null && Object.keys(roleUrls).length === 0 ? { kind: 'embedded' } : { kind: 'external', url, roleUrls }
}

const parseTls = (environment: Environment): Config['tls'] => {
  const certificateFile = environment['SALLYPORT_TLS_CERTIFICATE']
  const keyFile = environment['SALLYPORT_TLS_KEY']
  if (certificateFile === undefined && keyFile === undefined) return null
  if (certificateFile === undefined || keyFile === undefined) {
    throw new ConfigError('SALLYPORT_TLS_CERTIFICATE and SALLYPORT_TLS_KEY belong together')
  }
  return { certificateFile, keyFile, authorityFile: environment['SALLYPORT_TLS_AUTHORITY'] ?? null }
}

/** What is wrong is said without the text: it may hold a password. */
const parseUnlockLog = (text: string | undefined): UnlockLogSource | null => {
  if (text === undefined) return null
  const source = parseUnlockLogSource(text)
  if (typeof source === 'string') throw new ConfigError(`SALLYPORT_UNLOCK_LOG: ${source}`)
  return source
}

const MINUTE = 60_000

/** Agents renew at half life; an hour is what gateways and clocks were made for, and no more is issued. */
const parseSessionMinutes = (text: string | undefined): number => {
  if (text === undefined) return 60 * MINUTE
  const minutes = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (minutes < 1 || minutes > 60) throw new ConfigError('SALLYPORT_SESSION_CERTIFICATE_MINUTES: 1 to 60')
  return minutes * MINUTE
}

const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])

/** Throws {@link ConfigError}. */
export const readConfig = (environment: Environment): Config => {
  const dataDirectory = resolve(environment['SALLYPORT_DATA_DIRECTORY'] ?? defaultDataDirectory())
  const surroundings = { environment, folder: dataDirectory }
  const address = (name: string): Address | undefined => {
    const text = environment[name]
    return text === undefined ? undefined : parseAddress(name, text)
  }
  const [vault, log] = [address('SALLYPORT_VAULT_ADDRESS'), address('SALLYPORT_LOG_ADDRESS')]
  const level = logLevel.safeParse(environment['SALLYPORT_LOG_LEVEL'] ?? 'info')
  if (!level.success) throw new ConfigError(`SALLYPORT_LOG_LEVEL: one of ${logLevel.options.join(', ')}`)
  const open = address('SALLYPORT_LISTEN') ?? { host: '127.0.0.1', port: 8443 }
  const previous = environment['SALLYPORT_KMS_PREVIOUS']
  const sinkFolder = environment['SALLYPORT_SINK_FOLDER']
  return {
    dataDirectory,
    database: parseDatabase(environment),
    roles: parseRoles(environment['SALLYPORT_ROLES']),
    listen: {
      public: open,
      gateway: address('SALLYPORT_GATEWAY_LISTEN') ?? { host: '127.0.0.1', port: 8444 },
      pages: address('SALLYPORT_PAGES_LISTEN') ?? { host: open.host, port: open.port === 0 ? 0 : 8445 },
    },
    origins: {
      public: parseOrigin('SALLYPORT_PUBLIC_ORIGIN', environment['SALLYPORT_PUBLIC_ORIGIN']),
      gateway: parseOrigin('SALLYPORT_GATEWAY_ORIGIN', environment['SALLYPORT_GATEWAY_ORIGIN']),
      pages: parsePagesOrigin('SALLYPORT_PAGES_ORIGIN', environment['SALLYPORT_PAGES_ORIGIN']),
    },
    tls: parseTls(environment),
    kms: {
      present: parseKms('SALLYPORT_KMS', environment['SALLYPORT_KMS'] ?? 'file', surroundings),
      previous: previous === undefined ? [] : [parseKms('SALLYPORT_KMS_PREVIOUS', previous, surroundings)],
      cacheFor: parseCache(environment['SALLYPORT_KMS_CACHE_SECONDS']),
    },
    logRootKey: parseLogRootKey(environment, dataDirectory),
    erasureLedger: resolve(environment['SALLYPORT_ERASURE_LEDGER'] ?? join(dataDirectory, 'erasures.jsonl')),
    unlockLog: parseUnlockLog(environment['SALLYPORT_UNLOCK_LOG']),
    links: {
      shared: resolve(environment['SALLYPORT_LINK_DIRECTORY'] ?? join(dataDirectory, 'links')),
      addresses: { ...(vault ? { vault } : {}), ...(log ? { log } : {}) },
    },
    sinks: {
      networks: parseNetworks('SALLYPORT_SINK_NETWORKS', environment['SALLYPORT_SINK_NETWORKS']),
      folder: sinkFolder === undefined ? null : resolve(sinkFolder),
    },
    witnessNetworks: parseNetworks('SALLYPORT_WITNESS_NETWORKS', environment['SALLYPORT_WITNESS_NETWORKS']),
    sessionCertificateLifetime: parseSessionMinutes(environment['SALLYPORT_SESSION_CERTIFICATE_MINUTES']),
    logLevel: level.data,
  }
}
