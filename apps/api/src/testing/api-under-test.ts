/** The whole API on a real database, reached over its real listeners; with as many replicas as a test asks for. */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeInvitation, type Invitation } from '@sallyport/protocol'
import { findFreePort } from '@sallyport/postgres'
import { type Config, readConfig } from '../config.ts'
import { type TestDatabase, testDatabase } from '../db/testing.ts'
import { bootstrap, type Bootstrapped } from '../program/bootstrap.ts'
import { type RunningProgram, startProgram } from '../program/serve.ts'
import { quietLogger } from './quiet-logger.ts'

export interface Replica {
  /** Where this replica listens. All of them are configured with the origin of the first. */
  readonly port: number
  readonly gatewayPort: number
  readonly program: RunningProgram
}

export interface ApiUnderTest {
  readonly database: TestDatabase
  readonly origin: string
  readonly organization: Bootstrapped['organization']
  /** The owner's, from bootstrapping. */
  readonly invitation: Invitation
  readonly first: Replica
  readonly config: Config
  /** Moves the API's clock; negative moves it back. */
  advance(milliseconds: number): void
  readonly clock: () => number
  startReplica(): Promise<Replica>
  stop(): Promise<void>
}

export const ownerOf = (slug: string) => ({ email: `owner@${slug}.test`, firstName: 'Olivia', lastName: 'Owner' })

const configOf = (database: TestDatabase, folder: string, port: number): Config => ({
  ...readConfig({
    SALLYPORT_DATA_DIRECTORY: folder,
    SALLYPORT_LISTEN: '127.0.0.1:0',
    SALLYPORT_GATEWAY_LISTEN: '127.0.0.1:0',
    SALLYPORT_PAGES_LISTEN: '127.0.0.1:0',
    SALLYPORT_PUBLIC_ORIGIN: `https://127.0.0.1:${port}`,
    DATABASE_URL_API: database.login('api').connectionString,
    DATABASE_URL_VAULT: database.login('vault').connectionString,
    DATABASE_URL_LOG: database.login('log').connectionString,
  }),
  logLevel: 'silent',
})

export const apiUnderTest = async (slug = 'acme'): Promise<ApiUnderTest> => {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sallyport-program-'))
  const database = await testDatabase()
  let offset = 0
  const clock = (): number => Date.now() + offset
  const logger = quietLogger()
  const port = await findFreePort()
  const config = configOf(database, folder, port)
  const replicas: Replica[] = []
  const start = async (listen: number): Promise<Replica> => {
    const own = { ...config, listen: { ...config.listen, public: { host: '127.0.0.1', port: listen } } }
    const program = await startProgram({ config: own, clock, logger })
    const { addresses } = program.api!
    const replica = { port: addresses.public.port, gatewayPort: addresses.gateway.port, program }
    replicas.push(replica)
    return replica
  }
  const command = { name: 'bootstrap', organization: slug, organizationName: 'Acme', owner: ownerOf(slug) } as const
  const made = await bootstrap({ config, clock, logger }, command)
  const first = await start(port)
  return {
    database,
    origin: `https://127.0.0.1:${port}`,
    organization: made.organization,
    invitation: decodeInvitation(made.invitation),
    first,
    config,
    clock,
    advance: (milliseconds) => {
      offset += milliseconds
    },
    startReplica: () => start(0),
    stop: async () => {
      await Promise.all(replicas.map(({ program }) => program.stop()))
      await database.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
