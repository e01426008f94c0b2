/**
 * Which roles this process plays, and how it reaches the others: in the same process by plain calls, apart over mutual TLS.
 * The interface is the same, so that nothing else knows the difference.
 */
import type { ErrorCode } from '@sallyport/protocol'
import type { Logger } from 'pino'
import type { ProgramRole } from '../db/roles.ts'
import { awaitListening, connectLink } from '../links/connect.ts'
import { awaitCertificate, type LinkFolders, type LinkIdentity, loadLinkIdentity } from '../links/identity.ts'
import type { LogLink, VaultLink } from '../links/index.ts'
import { logOperations } from '../links/log-operations.ts'
import type { LinkOf, Operations } from '../links/operation.ts'
import { type Address, type LinkCaller, serveLink } from '../links/serve.ts'
import { vaultOperations } from '../links/vault-operations.ts'
import { type LogOptions, startLog } from './log.ts'
import { startVault, type VaultOptions } from './vault.ts'

export interface RolesOptions {
  /** What this process plays. */
  readonly roles: readonly ProgramRole[]
  readonly clock: () => number
  readonly logger: Logger
  /** Present for the roles played here, and only for them. */
  readonly vault?: Pick<VaultOptions, 'pool' | 'kms' | 'kmsOptions'>
  readonly log?: Omit<LogOptions, 'clock' | 'logger'>
  /** Needed as soon as one role is played elsewhere. */
  readonly links?: {
    readonly folders: LinkFolders
    /** Where vault and log listen or are reached. */
    readonly addresses: { readonly vault?: Address; readonly log?: Address }
    /** Milliseconds to wait for the certificates of roles that are just starting. */
    readonly patience: number
  }
}

export interface Roles {
  /** For the API role; null in a process that does not play it. */
  readonly api: { readonly vault: VaultLink; readonly log: LogLink } | null
  /** Where links are served by this process. */
  readonly served: { readonly vault?: Address; readonly log?: Address }
  close(): Promise<void>
}

type Apart = NonNullable<RolesOptions['links']>
const all: readonly ProgramRole[] = ['api', 'vault', 'log']

/** What each role may ask of the others: only the vault has unlocks recorded, only the API asks for the rest. */
const mayCall = {
  vault: { api: Object.keys(vaultOperations), vault: [], log: [] },
  log: {
    api: [
      'health',
      'receiptKeys',
      'listEntries',
      'logState',
      'readTile',
      'readEntries',
      'proveEntry',
      'startLogKey',
      'erasePerson',
      'eraseUnknownPeople',
    ],
    vault: ['appendUnlock'],
    log: [],
  },
} as const satisfies Record<'vault' | 'log', Record<ProgramRole, readonly string[]>>

const need = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new Error(`${what} is not configured`)
  return value
}

/** What must be closed, the last opened first. */
type Closing = (() => Promise<void> | void)[]

/** Links between this process and roles that are played elsewhere. Each role played here calls and answers as itself. */
const linksApart = async (options: RolesOptions, apart: Apart, closing: Closing) => {
  const identities = new Map<ProgramRole, LinkIdentity>()
  for (const role of options.roles) identities.set(role, await loadLinkIdentity(role, apart.folders, options.clock()))
  const identityOf = (role: ProgramRole) => need(identities.get(role), `the identity of the ${role} role`)
  const certificateOf = (role: ProgramRole) => awaitCertificate(role, apart.folders.shared, apart.patience)
  const addressOf = (role: 'vault' | 'log') => need(apart.addresses[role], `the address of the ${role} role`)

  const connect = async <Table extends Operations>(
    caller: ProgramRole,
    role: 'vault' | 'log',
    target: { readonly operations: Table; readonly unavailable: ErrorCode },
  ): Promise<LinkOf<Table>> => {
    const certificate = await certificateOf(role)
    const connection = connectLink({ ...target, identity: identityOf(caller), role, address: addressOf(role), certificate })
    closing.push(() => connection.close())
    return connection.link
  }

  const callersOf = (served: 'vault' | 'log'): Promise<LinkCaller[]> => {
    const others = all.filter((role) => !options.roles.includes(role) && mayCall[served][role].length > 0)
    return Promise.all(
      others.map(async (role) => ({ role, certificate: await certificateOf(role), operations: mayCall[served][role] })),
    )
  }

  return {
    /** Nothing of the API starts without the vault, which may be just starting as well. */
    connectVault: async (caller: ProgramRole) => {
      await awaitListening(addressOf('vault'), apart.patience)
      return connect(caller, 'vault', { operations: vaultOperations, unavailable: 'vault_unavailable' })
    },
    connectLog: (caller: ProgramRole) => connect(caller, 'log', { operations: logOperations, unavailable: 'log_unavailable' }),
    /** Null when everybody who may call is in this process. */
    async serve<Table extends Operations>(
      role: 'vault' | 'log',
      { operations, link }: { readonly operations: Table; readonly link: LinkOf<Table> },
    ): Promise<Address | null> {
      const callers = await callersOf(role)
      if (callers.length === 0) return null
      const { logger } = options
      const server = await serveLink({ identity: identityOf(role), address: addressOf(role), operations, link, callers, logger })
      closing.push(() => server.close())
      return server.address
    },
  }
}

/** Plays and connects the roles; `closing` collects what that opened, also when it fails half-way. */
const start = async (options: RolesOptions, closing: Closing): Promise<Omit<Roles, 'close'>> => {
  const { clock, logger } = options
  const plays = (role: ProgramRole): boolean => options.roles.includes(role)
  const apart = all.every(plays) ? null : await linksApart(options, need(options.links, 'how to reach the other roles'), closing)
  const others = () => need(apart ?? undefined, 'how to reach the other roles')

  let log: LogLink | null = null
  if (plays('log')) {
    const role = await startLog({ ...need(options.log, 'the log role'), clock, logger })
    closing.push(() => role.close())
    log = role.link
  }
  let vault: VaultLink | null = null
  if (plays('vault')) {
    const logOfVault = log ?? (await others().connectLog('vault'))
    const role = await startVault({ ...need(options.vault, 'the vault role'), log: logOfVault, clock, logger })
    closing.push(() => role.close())
    vault = role.link
  }
  const api = plays('api')
    ? { vault: vault ?? (await others().connectVault('api')), log: log ?? (await others().connectLog('api')) }
    : null

  const servedLog = apart && log ? await apart.serve('log', { operations: logOperations, link: log }) : null
  const servedVault = apart && vault ? await apart.serve('vault', { operations: vaultOperations, link: vault }) : null
  return {
    api,
    served: { ...(servedVault ? { vault: servedVault } : {}), ...(servedLog ? { log: servedLog } : {}) },
  }
}

/** Throws when a key, a database or a certificate is missing: a role that lacks something does not start. */
export const startRoles = async (options: RolesOptions): Promise<Roles> => {
  const closing: Closing = []
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  if (options.roles.length === 0) throw new Error('a process plays at least one role')
  try {
    return { ...(await start(options, closing)), close }
  } catch (error) {
    await close()
    throw error
  }
}
