/**
 * One role in a process of its own, with only its own database login and its own folder of keys. The api role calls what its
 * parent sends as `{link, operation, input}` and answers with the result or the error's code.
 */
import { BlockList } from 'node:net'
import { join } from 'node:path'
import { SallyportError } from '@sallyport/protocol'
import type { DatabaseLogin } from '../../db/login.ts'
import { openPool } from '../../db/pool.ts'
import type { ProgramRole } from '../../db/roles.ts'
import type { Address } from '../../links/serve.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { startRoles } from '../link.ts'

export interface RoleProcessOptions {
  readonly role: ProgramRole
  readonly login: DatabaseLogin
  /** Private to this process. */
  readonly own: string
  readonly shared: string
  readonly addresses: { readonly vault: Address; readonly log: Address }
}

export interface RoleCall {
  readonly link: 'vault' | 'log'
  readonly operation: string
  readonly input: unknown
}

const options = JSON.parse(process.env['ROLE_PROCESS'] ?? '') as RoleProcessOptions
const pool = openPool({ role: options.role, login: options.login, onConnectionLost: () => undefined })
const roles = await startRoles({
  roles: [options.role],
  clock: Date.now,
  logger: quietLogger(),
  ...(options.role === 'vault'
    ? { vault: { pool, kms: { driver: 'local', rootKey: { kind: 'file', path: join(options.own, 'root.key') } } as const } }
    : {}),
  ...(options.role === 'log'
    ? {
        log: {
          pool,
          rootKey: { kind: 'file', path: join(options.own, 'root.key') } as const,
          notifications: { listen: () => () => undefined },
          witnessNetworks: new BlockList(),
        },
      }
    : {}),
  links: { folders: { own: options.own, shared: options.shared }, addresses: options.addresses, patience: 20_000 },
})

const answer = async ({ link, operation, input }: RoleCall): Promise<unknown> => {
  const operations = roles.api?.[link] as unknown as Record<string, (input: unknown) => Promise<unknown>>
  try {
    return { output: await operations[operation]!(input) }
  } catch (error) {
    return { code: error instanceof SallyportError ? error.code : String(error) }
  }
}

const fail = (error: unknown): void => {
  process.stderr.write(`${String(error)}\n`)
  process.exit(1)
}
const stop = async (): Promise<void> => {
  await roles.close()
  await pool.destroy()
  process.exit(0)
}

process.on('message', (call) => {
  answer(call as RoleCall).then((result) => process.send?.(result), fail)
})
process.once('SIGTERM', () => {
  stop().catch(fail)
})
process.send?.({ ready: true })
