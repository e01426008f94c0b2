/** Everything that can be set from outside. Nothing else reads the environment or the command line. */
import { homedir } from 'node:os'
import { BlockList, isIP } from 'node:net'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { displayName, email, slug } from '@sallyport/protocol'
import { z } from 'zod'
import { type ProgramRole, programRoles } from './db/roles.ts'
import type { KmsSource } from './keys/kms-source.ts'
import { parseKmsSource } from './keys/parse-kms-source.ts'
import type { RootKeySource } from './keys/root-key.ts'
import { isLoopback } from './program/loopback.ts'
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

export type Command =
  | { readonly name: 'serve' }
  | { readonly name: 'migrate' }
  /** A new root of the API's own servers. */
  | { readonly name: 'rotate-root' }
  /** Prints what the owner of another database runs to keep unlocks there. */
  | { readonly name: 'unlock-log-sql'; readonly login: string }
  | {
      readonly name: 'bootstrap'
      readonly organization: string
      readonly organizationName: string
      readonly owner: { readonly email: string; readonly firstName: string; readonly lastName: string }
    }

/** For the person who started the program. */
export class ConfigError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>

const addressPattern = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/

const parseAddress = (name: string, text: string): Address => {
  const [, six, four, digits] = addressPattern.exec(text) ?? []
  const host = six ?? four
  const port = Number(digits)
  if (host === undefined || !(port <= 65_535)) throw new ConfigError(`${name}: host:port is expected, not "${text}"`)
  return { host, port }
}

const parseOrigin = (name: string, text: string | undefined): string | null => {
  if (text === undefined) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 'https:' || url.origin !== text) {
    throw new ConfigError(`${name}: https://host[:port] is expected, without anything behind`)
  }
  return text
}

/** Pages may be reached without TLS on the same computer only: a browser trusts what is on loopback as it trusts HTTPS. */
const parsePagesOrigin = (name: string, text: string | undefined): string | null => {
  const url = text !== undefined && URL.canParse(text) ? new URL(text) : null
  const isLocal = url?.protocol === 'http:' && isLoopback(url.hostname) && url.origin === text
  return isLocal ? url.origin : parseOrigin(name, text)
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
const parseKms = (variable: string, text: string, { environment, folder }: KmsSurroundings): KmsSource => {
  if (localKinds.has(text)) {
    const passphrase = environment['SALLYPORT_VAULT_PASSPHRASE']
    return { driver: 'local', rootKey: parseRootKey(text, { name: 'vault', folder, passphrase, variable }) }
  }
  const files = {
    transitToken: environment['SALLYPORT_TRANSIT_TOKEN_FILE'],
    transitAuthority: environment['SALLYPORT_TRANSIT_AUTHORITY'],
    azure: {
      tenant: environment['SALLYPORT_AZURE_TENANT'],
      client: environment['SALLYPORT_AZURE_CLIENT'],
      tokenFile: environment['SALLYPORT_AZURE_TOKEN_FILE'],
      secretFile: environment['SALLYPORT_AZURE_SECRET_FILE'],
    },
    pkcs11Pin: environment['SALLYPORT_PKCS11_PIN_FILE'],
  }
  const source = parseKmsSource(text, files)
  if (typeof source === 'string') throw new ConfigError(`${variable}: ${source}`)
  return source
}

interface KmsSurroundings {
  readonly environment: Environment
  readonly folder: string
}

const MAX_CACHE_SECONDS = 60

const parseCache = (text: string | undefined): number => {
  const seconds = /^\d{1,2}$/.test(text ?? '0') ? Number(text ?? '0') : Number.NaN
  if (!(seconds <= MAX_CACHE_SECONDS)) throw new ConfigError(`SALLYPORT_KMS_CACHE_SECONDS: 0 to ${MAX_CACHE_SECONDS}`)
  return seconds * 1000
}

/** The log keeps a root key of its own, on its own machine, also when the vault has a service for it. */
const parseLogRootKey = (environment: Environment, folder: string): RootKeySource => {
  const shared = environment['SALLYPORT_KMS'] ?? 'file'
  const kind = environment['SALLYPORT_LOG_ROOT_KEY'] ?? (localKinds.has(shared) ? shared : 'file')
  const passphrase = environment['SALLYPORT_LOG_PASSPHRASE']
  return parseRootKey(kind, { name: 'log', folder, passphrase, variable: 'SALLYPORT_LOG_ROOT_KEY' })
}

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

/** `127.0.0.0/8,fd00::/8`. */
const parseNetworks = (name: string, text: string | undefined): BlockList => {
  const list = new BlockList()
  for (const network of (text ?? '').split(',').filter((part) => part !== '')) {
    const [address, prefix, ...more] = network.trim().split('/')
    const family = isIP(address ?? '')
    const bits = /^\d{1,3}$/.test(prefix ?? '') ? Number(prefix) : Number.NaN
    if (family === 0 || more.length > 0 || !(bits <= (family === 6 ? 128 : 32))) {
      throw new ConfigError(`${name}: networks with commas are expected, 10.0.0.0/8, not "${network}"`)
    }
    list.addSubnet(address!, bits, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
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

export const usage = `usage: main.ts serve
       main.ts migrate
       main.ts rotate-root
       main.ts unlock-log-sql --login <role>
       main.ts bootstrap --organization <slug> --name <text> --email <owner> --first-name <text> --last-name <text>`

const bootstrapFlags = z.strictObject({
  'organization': slug,
  'name': displayName,
  'email': email,
  'first-name': displayName,
  'last-name': displayName,
})

const parseBootstrap = (flags: readonly string[]): Command => {
  const option = { type: 'string' } as const
  const options = { 'organization': option, 'name': option, 'email': option, 'first-name': option, 'last-name': option }
  const given = (() => {
    try {
      return parseArgs({ args: [...flags], options, strict: true, allowPositionals: false }).values
    } catch (cause) {
      throw new ConfigError(usage, { cause })
    }
  })()
  const parsed = bootstrapFlags.safeParse(given)
  if (!parsed.success) {
    const wrong = [...new Set(parsed.error.issues.map((issue) => `--${String(issue.path[0])}`))]
    throw new ConfigError(`missing or not valid: ${wrong.join(', ')}\n${usage}`)
  }
  const { organization, name, 'email': address, 'first-name': firstName, 'last-name': lastName } = parsed.data
  return { name: 'bootstrap', organization, organizationName: name, owner: { email: address, firstName, lastName } }
}

const parseUnlockLogSql = (flags: readonly string[]): Command => {
  const [flag, login, ...more] = flags
  if (flag !== '--login' || login === undefined || login === '' || more.length > 0) throw new ConfigError(usage)
  return { name: 'unlock-log-sql', login }
}

/** `parameters`: what follows the program's name. Throws {@link ConfigError}. */
export const readCommand = (parameters: readonly string[]): Command => {
  const [name, ...flags] = parameters
  if (name === 'bootstrap') return parseBootstrap(flags)
  if (name === 'unlock-log-sql') return parseUnlockLogSql(flags)
  if ((name === 'serve' || name === 'migrate' || name === 'rotate-root') && flags.length === 0) return { name }
  throw new ConfigError(usage)
}
