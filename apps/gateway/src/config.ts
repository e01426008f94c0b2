/** The gateway's configuration: flags first, then SALLYPORT_* of the environment. Read here and nowhere else. */
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { networks } from './upstream/address-rules.ts'
import { DEFAULT_RECORDINGS_LIMIT } from './spool/recordings.ts'
import { DEFAULT_SPOOL_LIMIT } from './spool/spool.ts'

export interface JoinConfig {
  readonly command: 'join'
  readonly state: string
  readonly logLevel: string
  readonly token: string
}

export interface ServeConfig {
  readonly command: 'serve'
  readonly state: string
  readonly logLevel: string
  /** null only for a relay, which is not dialled. */
  readonly listen: { readonly host: string; readonly port: number } | null
  readonly allowLoopbackResources: boolean
  /** Networks that are allowed although the address rules refuse them. */
  readonly allowedNetworks: readonly string[]
  /** By the id of a gateway-trusted store: the file with the token that it believes. */
  readonly storeTokens: ReadonlyMap<string, string>
  /** Bytes. */
  readonly spoolLimit: number
  /** Bytes of recordings that are kept here, where an organization says so. */
  readonly recordingsLimit: number
  /** Milliseconds that open connections get when the gateway is told to stop. */
  readonly drainLimit: number
}

export type Config = JoinConfig | ServeConfig

/** What was typed cannot be used. */
export class UsageError extends Error {
  constructor(message: string) {
    super(`${message}\n\n${usage}`)
    this.name = 'UsageError'
  }
}

export const usage = `Usage:
  gateway join  --token <text or @file> --state <folder>
  gateway serve --state <folder> --listen <address:port>
  gateway serve --state <folder>                              a relay: it dials out

serve takes:
  --allow-loopback-resources        resources on this machine's own loopback addresses
  --allow-resource-network <a/p>    a network that is refused otherwise, such as 169.254.0.0/16; may be repeated
  --store-token <id>=<file>         token for a store that believes this gateway instead of single leases; may be repeated
  --spool-limit-mebibytes <n>       activity that is not shipped yet, on disk; 64 or more (default 512)
  --recordings-limit-mebibytes <n>  recordings that the organization keeps here; the oldest go first (default 10240)
  --drain-seconds <n>               for open connections at the end (default 10)
both take:
  --log-level <level>               fatal, error, warn, info, debug or trace (default info)

Each flag has an environment variable: SALLYPORT_STATE, SALLYPORT_JOIN_TOKEN, SALLYPORT_LISTEN, …`

const MEBIBYTE = 1024 * 1024
const SMALLEST_SPOOL = 64
const LARGEST_DRAIN = 3600
const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

const flags = {
  'token': { type: 'string' },
  'state': { type: 'string' },
  'listen': { type: 'string' },
  'allow-loopback-resources': { type: 'boolean' },
  'allow-resource-network': { type: 'string', multiple: true },
  'store-token': { type: 'string', multiple: true },
  'spool-limit-mebibytes': { type: 'string' },
  'recordings-limit-mebibytes': { type: 'string' },
  'drain-seconds': { type: 'string' },
  'log-level': { type: 'string' },
} as const
type Flag = keyof typeof flags

const variables: Readonly<Record<Flag, string>> = {
  'token': 'SALLYPORT_JOIN_TOKEN',
  'state': 'SALLYPORT_STATE',
  'listen': 'SALLYPORT_LISTEN',
  'allow-loopback-resources': 'SALLYPORT_ALLOW_LOOPBACK_RESOURCES',
  'allow-resource-network': 'SALLYPORT_ALLOW_RESOURCE_NETWORK',
  'store-token': 'SALLYPORT_STORE_TOKEN',
  'spool-limit-mebibytes': 'SALLYPORT_SPOOL_LIMIT_MEBIBYTES',
  'recordings-limit-mebibytes': 'SALLYPORT_RECORDINGS_LIMIT_MEBIBYTES',
  'drain-seconds': 'SALLYPORT_DRAIN_SECONDS',
  'log-level': 'SALLYPORT_LOG_LEVEL',
}

type Values = Readonly<Partial<Record<Flag, string | boolean | readonly string[]>>>

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

const reader = (values: Values, environment: NodeJS.ProcessEnv) => {
  const text = (flag: Flag): string | undefined => {
    const value = values[flag] ?? environment[variables[flag]]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const required = (flag: Flag): string => {
    const value = text(flag)
    if (value === undefined) throw new UsageError(`--${flag} is missing.`)
    return value
  }
  const whole = (flag: Flag, bounds: { readonly least: number; readonly most: number; readonly otherwise: number }): number => {
    const value = text(flag)
    if (value === undefined) return bounds.otherwise
    const number = Number(value)
    if (!/^\d+$/.test(value) || number < bounds.least || number > bounds.most)
      throw new UsageError(`--${flag} is a number from ${bounds.least} to ${bounds.most}.`)
    return number
  }
  const isSet = (flag: Flag): boolean => values[flag] === true || environment[variables[flag]] === 'true'
  const list = (flag: Flag): readonly string[] => {
    const value = values[flag] ?? environment[variables[flag]]?.split(',')
    return Array.isArray(value) ? value.map((item: string) => item.trim()).filter((item) => item !== '') : []
  }
  return { text, required, whole, isSet, list }
}

const listenAddress = (text: string | undefined): ServeConfig['listen'] => {
  if (text === undefined) return null
  const [, bracketed, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text) ?? []
  const host = bracketed ?? plain
  if (host === undefined || isIP(host) === 0 || Number(port) > 65535)
    throw new UsageError('--listen is an IP address and a port, such as 127.0.0.1:7443 or [::1]:7443.')
  return { host, port: Number(port) }
}

const networkList = (texts: readonly string[]): readonly string[] => {
  try {
    networks(texts)
    return texts
  } catch (error) {
    throw new UsageError(`--allow-resource-network: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

const storeTokens = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.map((text) => {
      const [, store, file] = /^([0-9a-f-]{36})=(.+)$/.exec(text) ?? []
      if (store === undefined || file === undefined)
        throw new UsageError('--store-token is the id of a store, = and a file with the token.')
      return [store, file]
    }),
  )

/** A token on the command line is seen by every user of the machine: `@file` reads it from a file. */
const tokenText = async (value: string): Promise<string> =>
  value.startsWith('@') ? (await readFile(value.slice(1), 'utf8')).trim() : value

/** Throws {@link UsageError}. */
export const readConfig = async (args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Config> => {
  const { values, positionals } = parse(args)
  const { text, required, whole, isSet, list } = reader(values, environment)
  const logLevel = text('log-level') ?? 'info'
  if (!logLevels.includes(logLevel)) throw new UsageError(`--log-level is one of ${logLevels.join(', ')}.`)
  const [command, ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`${rest[0]} is not understood.`)
  switch (command) {
    case 'join':
      return { command, logLevel, state: required('state'), token: await tokenText(required('token')) }
    case 'serve':
      return {
        command,
        logLevel,
        state: required('state'),
        listen: listenAddress(text('listen')),
        allowLoopbackResources: isSet('allow-loopback-resources'),
        allowedNetworks: networkList(list('allow-resource-network')),
        storeTokens: storeTokens(list('store-token')),
        spoolLimit:
          whole('spool-limit-mebibytes', {
            least: SMALLEST_SPOOL,
            most: 1024 * 1024,
            otherwise: DEFAULT_SPOOL_LIMIT / MEBIBYTE,
          }) * MEBIBYTE,
        recordingsLimit:
          whole('recordings-limit-mebibytes', {
            least: 1,
            most: 1024 * 1024 * 1024,
            otherwise: DEFAULT_RECORDINGS_LIMIT / MEBIBYTE,
          }) * MEBIBYTE,
        drainLimit: whole('drain-seconds', { least: 0, most: LARGEST_DRAIN, otherwise: 10 }) * 1000,
      }
    default:
      throw new UsageError(command === undefined ? 'A command is missing.' : `${command} is not a command.`)
  }
}

/** What is dialled needs an address; what dials must have none. Throws {@link UsageError}. */
export const checkListen = (listen: ServeConfig['listen'], relay: boolean): ServeConfig['listen'] => {
  if (!relay && listen === null) throw new UsageError('--listen is missing.')
  if (relay && listen !== null) throw new UsageError('A relay dials out and listens nowhere: leave --listen out.')
  return listen
}
