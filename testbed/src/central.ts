/** The central API alone, with whatever stands behind it: its database, its roles, its replicas, its organizations. */
import { join } from 'node:path'
import { freePort, makeTemporaryDirectory } from '@sallyport/testkit'
import { type Api, type ApiOptions, bootstrap, startApi } from './api.ts'
import { bootstrapped } from './bootstrapped.ts'
import { type CentralDatabase, databaseEnvironment } from './central-database.ts'
import { type RolesApart, startRolesApart } from './roles-apart.ts'

export interface CentralOptions {
  /**
   * `embedded` (the default): the API brings its own PostgreSQL. `central`: one beside it, of which the test is superuser;
   * replicas need it.
   */
  readonly database?: 'embedded' | 'central'
  /** An empty folder for a central one, such as a disk of its own. */
  readonly databaseFolder?: string
  /** `apart`: api, vault and log as three processes, over a central database. */
  readonly roles?: 'together' | 'apart'
  /** Slugs of organizations besides `acme`. */
  readonly organizations?: readonly string[]
  readonly apiEnvironment?: Readonly<Record<string, string>>
  /** For the process of the log, where roles are apart. */
  readonly logEnvironment?: Readonly<Record<string, string>>
}

const acme = { slug: 'acme', name: 'Acme', email: 'owner@acme.example', firstName: 'Olive', lastName: 'Owner' }

export class Central {
  /** Data of the API below `api`; of roles apart below `vault` and `log`. */
  readonly directory: string
  /** Of the owner of `acme`, who is owner@acme.example. */
  readonly invitation: string
  /** By the slug of one of the other organizations, of its owner: owner@<slug>.example. */
  readonly invitations: Readonly<Record<string, string>>
  /** null: embedded. */
  readonly database: CentralDatabase | null
  /** null: together in one process. */
  readonly rolesApart: RolesApart | null
  api: Api
  readonly replicas: Api[] = []
  readonly #options: ApiOptions
  readonly #dispose: () => Promise<void>

  private constructor(parts: {
    directory: string
    invitation: string
    invitations: Readonly<Record<string, string>>
    database: CentralDatabase | null
    rolesApart: RolesApart | null
    api: Api
    options: ApiOptions
    dispose: () => Promise<void>
  }) {
    this.directory = parts.directory
    this.invitation = parts.invitation
    this.invitations = parts.invitations
    this.database = parts.database
    this.rolesApart = parts.rolesApart
    this.api = parts.api
    this.#options = parts.options
    this.#dispose = parts.dispose
  }

  /** With an organization, `acme`, whose owner is invited. `below`: a folder that is the caller's to remove. */
  static async start(options: CentralOptions = {}, below?: string): Promise<Central> {
    const temporary = below === undefined ? await makeTemporaryDirectory() : null
    const directory = below ?? temporary!.path
    const apart = options.roles === 'apart'
    const place: ApiOptions = {
      dataDirectory: join(directory, 'api'),
      port: await freePort(),
      gatewayPort: await freePort(),
      pagesPort: await freePort(),
      ...(options.apiEnvironment ? { env: options.apiEnvironment } : {}),
    }
    const { invitation, database } = await bootstrapped(place, acme, {
      kind: apart ? 'central' : (options.database ?? 'embedded'),
      ...(options.databaseFolder === undefined ? {} : { folder: options.databaseFolder }),
    })
    const together = { ...place, env: { ...(database ? databaseEnvironment(database) : {}), ...options.apiEnvironment } }
    const invitations: Record<string, string> = {}
    for (const slug of options.organizations ?? []) {
      const owner = { email: `owner@${slug}.example`, firstName: 'Otto', lastName: 'Other' }
      invitations[slug] = await bootstrap(together, { slug, name: slug, ...owner })
    }
    const { logEnvironment = {} } = options
    const rolesApart =
      apart && database ? await startRolesApart({ directory, from: together.dataDirectory, database, logEnvironment }) : null
    const own = rolesApart ? { ...together, env: { ...options.apiEnvironment, ...rolesApart.apiEnvironment } } : together
    const [api] = await Promise.all([startApi(own), rolesApart?.ready()])
    const dispose = async (): Promise<void> => {
      await rolesApart?.stop()
      await database?.stop()
      await temporary?.remove()
    }
    return new Central({ directory, invitation, invitations, database, rolesApart, api, options: own, dispose })
  }

  /** Starts the API again on its data, once it has ended; `env`: this time only. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.api = await startApi({ ...this.#options, env: { ...this.#options.env, ...env } })
  }

  /**
   * Another process of the API on the same (central) database, with the same keys. It listens elsewhere and is, unless `env`
   * says otherwise, reached by the same origin as the first: whoever balances between them is left to the test.
   */
  async addReplica(env: Readonly<Record<string, string>> = {}): Promise<Api> {
    if (this.database === null) throw new Error('replicas need a central database')
    const replica = await startApi({
      ...this.#options,
      name: `api replica ${this.replicas.length + 1}`,
      port: await freePort(),
      gatewayPort: await freePort(),
      pagesPort: await freePort(),
      env: {
        ...this.#options.env,
        SALLYPORT_PUBLIC_ORIGIN: this.api.origin,
        SALLYPORT_GATEWAY_ORIGIN: this.api.gatewayOrigin,
        SALLYPORT_PAGES_ORIGIN: this.api.pagesOrigin,
        ...env,
      },
    })
    this.replicas.push(replica)
    return replica
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) await replica.stop()
    await this.api.stop()
    await this.#dispose()
  }
}
