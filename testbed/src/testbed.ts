/** A whole Sallyport on one machine, of real processes: an API, gateways, people with agents, and the shop's database. */
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Endpoint } from '@sallyport/protocol'
import { freePort, makeTemporaryDirectory, type ShopDatabase, shopDatabase, type ShopOptions } from '@sallyport/testkit'
import { type Agent, startAgent } from './agent.ts'
import { type Api, type ApiOptions, bootstrap, startApi } from './api.ts'
import { addDatabase, addRole, type Database } from './catalogue.ts'
import { type CentralDatabase, databaseEnvironment, startCentralDatabase } from './central-database.ts'
import { type Gateway, startGateway } from './gateway.ts'
import { type RolesApart, startRolesApart } from './roles-apart.ts'

export interface TestbedOptions {
  readonly apiEnvironment?: Readonly<Record<string, string>>
  /**
   * `embedded` (the default): the API brings its own PostgreSQL. `central`: one beside it, of which the test is superuser;
   * replicas and more organizations need it.
   */
  readonly database?: 'embedded' | 'central'
  /** `apart`: api, vault and log as three processes, over a central database. */
  readonly roles?: 'together' | 'apart'
  readonly gatewayArguments?: readonly string[]
  readonly shop?: ShopOptions
  /** How the shop's certificate is trusted, and other parts of its endpoint that a test wants otherwise. */
  readonly endpoint?: Partial<Endpoint>
}

export interface Person {
  readonly id: string
  readonly email: string
  readonly password: string
  readonly agent: Agent
}

export interface Invited {
  readonly id: string
  readonly email: string
  readonly invitation: string
}

export interface PersonOptions {
  /** Built-in or made by a test: names of roles. */
  readonly roles?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Keeps device secrets in the keychain that `env` names. */
  readonly keychain?: boolean
}

const acme = { slug: 'acme', name: 'Acme', email: 'owner@acme.example', firstName: 'Olive', lastName: 'Owner' }

export class Testbed {
  readonly directory: string
  readonly shop: ShopDatabase
  readonly apiOptions: ApiOptions
  readonly organization = 'acme'
  api: Api
  owner!: Person
  site!: string
  /** The shop as a resource: credentials `owner`, `read-write`, `read-only`. */
  database!: Database
  /** null: embedded. */
  readonly centralDatabase: CentralDatabase | null
  /** null: together in one process. */
  readonly rolesApart: RolesApart | null
  readonly replicas: Api[] = []
  readonly gateways: Gateway[] = []
  readonly people: Person[] = []
  readonly #options: TestbedOptions
  readonly #passphraseFile: string
  readonly #dispose: (() => Promise<void>)[] = []

  private constructor(parts: {
    directory: string
    shop: ShopDatabase
    apiOptions: ApiOptions
    api: Api
    centralDatabase: CentralDatabase | null
    rolesApart: RolesApart | null
    options: TestbedOptions
  }) {
    this.directory = parts.directory
    this.shop = parts.shop
    this.apiOptions = parts.apiOptions
    this.api = parts.api
    this.centralDatabase = parts.centralDatabase
    this.rolesApart = parts.rolesApart
    this.#options = parts.options
    this.#passphraseFile = join(parts.directory, 'passphrase')
  }

  /** API, one gateway, the shop, and the owner of the organization, who is signed in and may lease all of it. */
  static async start(options: TestbedOptions = {}): Promise<Testbed> {
    const temporary = await makeTemporaryDirectory()
    const apart = options.roles === 'apart'
    const centralDatabase = apart || options.database === 'central' ? await startCentralDatabase() : null
    const together: ApiOptions = {
      dataDirectory: join(temporary.path, 'api'),
      port: await freePort(),
      gatewayPort: await freePort(),
      env: { ...(centralDatabase ? databaseEnvironment(centralDatabase) : {}), ...options.apiEnvironment },
    }
    const [shop, invitation] = await Promise.all([shopDatabase(options.shop), bootstrap(together, acme)])
    const rolesApart =
      apart && centralDatabase
        ? await startRolesApart({ directory: temporary.path, from: together.dataDirectory, database: centralDatabase })
        : null
    const apiOptions = rolesApart ? { ...together, env: { ...options.apiEnvironment, ...rolesApart.apiEnvironment } } : together
    const [api] = await Promise.all([startApi(apiOptions), rolesApart?.ready()])
    const testbed = new Testbed({ directory: temporary.path, shop, apiOptions, api, centralDatabase, rolesApart, options })
    testbed.#dispose.push(
      () => temporary.remove(),
      () => shop.stop(),
    )
    await writeFile(testbed.#passphraseFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
    await testbed.#furnish(invitation)
    return testbed
  }

  async #furnish(invitation: string): Promise<void> {
    this.owner = await this.#enrol({ name: 'owner', email: 'owner@acme.example', invitation }, {})
    this.site = (await this.owner.agent.api('createSite', { body: { name: 'here' } })).id
    await this.addGateway()
    const { users, caPem, port, database } = this.shop
    this.database = await addDatabase(this.owner.agent, {
      site: this.site,
      name: 'shop-db',
      endpoint: {
        protocol: 'postgresql',
        host: '127.0.0.1',
        port,
        tls: { kind: 'authority', certificates: caPem, serverName: null },
        plaintextAllowed: false,
        weakestAuthentication: 'scram',
        ...this.#options.endpoint,
      },
      database,
      credentials: {
        'owner': { userName: users.owner.name, password: users.owner.password },
        'read-write': { userName: users.readwrite.name, password: users.readwrite.password },
        'read-only': { userName: users.readonly.name, password: users.readonly.password },
      },
    })
    await addRole(this.owner.agent, {
      name: 'shop: everything',
      users: [this.owner.id],
      credentials: Object.values(this.database.credentials),
    })
  }

  async addGateway(settings: { readonly site?: string; readonly port?: number } = {}): Promise<Gateway> {
    const name = `gateway-${this.gateways.length + 1}`
    const port = settings.port ?? (await freePort())
    const gateway = await startGateway({
      name,
      port,
      state: join(this.directory, name),
      joinToken: async () => {
        const body = { name, sites: [settings.site ?? this.site], address: { host: '127.0.0.1', port } }
        return (await this.owner.agent.api('createJoinToken', { body })).token
      },
      ...(this.#options.gatewayArguments ? { args: this.#options.gatewayArguments } : {}),
    })
    this.gateways.push(gateway)
    return gateway
  }

  /** Starts a gateway again on its state folder. */
  async restartGateway(gateway: Gateway): Promise<Gateway> {
    const restarted = await startGateway({
      name: 'gateway again',
      port: gateway.port,
      state: gateway.state,
      joinToken: () => Promise.reject(new Error('it joined before')),
      ...(this.#options.gatewayArguments ? { args: this.#options.gatewayArguments } : {}),
    })
    this.gateways.push(restarted)
    return restarted
  }

  /** Starts the API again on its data. */
  async restartApi(): Promise<void> {
    this.api = await startApi(this.apiOptions)
  }

  /**
   * Another process of the API on the same (central) database, with the same keys. It listens elsewhere and is, unless `env`
   * says otherwise, reached by the same origin as the first: whoever balances between them is left to the test.
   */
  async addReplica(env: Readonly<Record<string, string>> = {}): Promise<Api> {
    if (this.centralDatabase === null || this.rolesApart !== null) throw new Error('a replica needs a central database')
    const [port, gatewayPort] = [await freePort(), await freePort()]
    const origins = { SALLYPORT_PUBLIC_ORIGIN: this.api.origin, SALLYPORT_GATEWAY_ORIGIN: this.api.gatewayOrigin }
    const name = `api replica ${this.replicas.length + 1}`
    const replica = await startApi({
      ...this.apiOptions,
      port,
      gatewayPort,
      name,
      env: { ...this.apiOptions.env, ...origins, ...env },
    })
    this.replicas.push(replica)
    return replica
  }

  /** Another organization of the same deployment (of a central database); returns the invitation of its owner. */
  addOrganization(slug: string): Promise<string> {
    if (this.centralDatabase === null || this.rolesApart !== null)
      throw new Error('another organization needs a central database')
    return bootstrap(this.apiOptions, { slug, name: slug, email: `owner@${slug}.example`, firstName: 'Otto', lastName: 'Other' })
  }

  /** Makes a user and an invitation for them. */
  async invite(name: string, options: Pick<PersonOptions, 'roles'> = {}): Promise<Invited> {
    const email = `${name}@acme.example`
    const roles = await this.#rolesNamed(options.roles ?? [])
    const { id } = await this.owner.agent.api('createUser', { body: { email, firstName: name, lastName: 'Example', roles } })
    const { invitation } = await this.owner.agent.api('createInvitation', { parameters: { user: id } })
    return { id, email, invitation }
  }

  /** Invites somebody, who accepts on a device of their own. */
  async addPerson(name: string, options: PersonOptions = {}): Promise<Person> {
    const { email, invitation } = await this.invite(name, options)
    return this.#enrol({ name, email, invitation }, options)
  }

  async #rolesNamed(names: readonly string[]): Promise<string[]> {
    const { items } = await this.owner.agent.api('listRoles', { query: { limit: 500 } })
    return names.map((name) => {
      const role = items.find((item) => item.name === name)
      if (!role) throw new Error(`no role ${name}`)
      return role.id
    })
  }

  async #enrol(who: { name: string; email: string; invitation: string }, options: PersonOptions): Promise<Person> {
    const agent = await this.startAgent(join(this.directory, `profile-${who.name}`), options)
    const password = randomBytes(18).toString('base64url')
    const { user } = await agent.local.call('enrol', { invitation: who.invitation, password })
    const person = { id: user!.id, email: who.email, password, agent }
    this.people.push(person)
    return person
  }

  /** An agent on a profile folder; it ends with the testbed. */
  async startAgent(profile: string, options: PersonOptions = {}): Promise<Agent> {
    const agent = await startAgent({
      profile,
      name: `agent ${profile}`,
      ...(options.keychain ? {} : { passphraseFile: this.#passphraseFile }),
      ...(options.env ? { env: options.env } : {}),
    })
    this.#dispose.push(() => agent.stop())
    return agent
  }

  async stop(): Promise<void> {
    for (const dispose of this.#dispose.slice(2)) await dispose()
    for (const gateway of this.gateways) await gateway.stop()
    for (const replica of this.replicas) await replica.stop()
    await this.api.stop()
    await this.rolesApart?.stop()
    await this.centralDatabase?.stop()
    await this.#dispose[1]!()
    await this.#dispose[0]!()
  }
}
