/** A whole Sallyport on one machine, of real processes: an API, gateways, people with agents, and the shop's database. */
import { randomBytes, randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isPortFree } from '@sallyport/postgres'
import type { Endpoint } from '@sallyport/protocol'
import { claim, freePort, makeTemporaryDirectory, type ShopDatabase, shopDatabase, type ShopOptions } from '@sallyport/testkit'
import { type Agent, startAgent } from './agent.ts'
import type { Api } from './api.ts'
import { addDatabase, addRole, type Database, postgresEndpoint } from './catalogue.ts'
import { Central, type CentralOptions } from './central.ts'
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'

export interface TestbedOptions extends CentralOptions {
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

/** Another Sallyport may run on this machine, and its people's agents hold the first of its ports. */
const PORTS = 50
const RANGES = 200
const portsOfItsOwn = async (): Promise<{ readonly first: number; readonly last: number }> => {
  const any = randomInt(RANGES)
  for (let range = any; range < any + RANGES; range += 1) {
    const first = 10_000 + PORTS * (range % RANGES)
    if ((await isPortFree(first)) && claim(`ports-${first}`)) return { first, last: first + PORTS - 1 }
  }
  throw new Error('every range of ports is taken')
}

const profileOf = (directory: string, name: string): string => join(directory, `profile-${name}`)

export class Testbed {
  readonly directory: string
  readonly shop: ShopDatabase
  readonly central: Central
  readonly organization = 'acme'
  owner!: Person
  site!: string
  /** The shop as a resource: credentials `owner`, `read-write`, `read-only`. */
  database!: Database
  readonly gateways: Gateway[] = []
  readonly people: Person[] = []
  readonly #options: TestbedOptions
  readonly #passphraseFile: string
  readonly #dispose: (() => Promise<void>)[] = []

  private constructor(parts: {
    directory: string
    passphraseFile: string
    shop: ShopDatabase
    central: Central
    options: TestbedOptions
  }) {
    this.directory = parts.directory
    this.shop = parts.shop
    this.central = parts.central
    this.#options = parts.options
    this.#passphraseFile = parts.passphraseFile
  }

  /** API, one gateway, the shop, and the owner of the organization, who is signed in and may lease all of it. */
  static async start(options: TestbedOptions = {}): Promise<Testbed> {
    const temporary = await makeTemporaryDirectory()
    const passphraseFile = join(temporary.path, 'passphrase')
    await writeFile(passphraseFile, randomBytes(32).toString('base64url'), { mode: 0o600 })
    const [shop, central, agent] = await Promise.all([
      shopDatabase(options.shop),
      Central.start(options, temporary.path),
      startAgent({ profile: profileOf(temporary.path, 'owner'), name: 'agent of the owner', passphraseFile }),
    ])
    const testbed = new Testbed({ directory: temporary.path, passphraseFile, shop, central, options })
    testbed.#dispose.push(
      () => temporary.remove(),
      () => shop.stop(),
      () => agent.stop(),
    )
    await testbed.#furnish(agent)
    return testbed
  }

  get api(): Api {
    return this.central.api
  }

  async #furnish(agent: Agent): Promise<void> {
    this.owner = await this.#enrol({ email: 'owner@acme.example', invitation: this.central.invitation }, agent)
    await this.owner.agent.api('changeSettings', { body: { ports: await portsOfItsOwn() } })
    this.site = (await this.owner.agent.api('createSite', { body: { name: 'here' } })).id
    await Promise.all([this.addGateway(), this.#addShop()])
  }

  async #addShop(): Promise<void> {
    const { users, database } = this.shop
    this.database = await addDatabase(this.owner.agent, {
      site: this.site,
      name: 'shop-db',
      endpoint: postgresEndpoint(this.shop, this.#options.endpoint),
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

  /** Dials the gateways that there are by itself. */
  async addRelay(settings: { readonly site?: string } = {}): Promise<Gateway> {
    const name = `relay-${this.gateways.length + 1}`
    const relay = await startGateway({
      name,
      port: null,
      state: join(this.directory, name),
      joinToken: async () => {
        const body = { name, kind: 'relay' as const, sites: [settings.site ?? this.site], address: null }
        return (await this.owner.agent.api('createJoinToken', { body })).token
      },
      ...(this.#options.gatewayArguments ? { args: this.#options.gatewayArguments } : {}),
    })
    this.gateways.push(relay)
    return relay
  }

  /** Starts a gateway or relay again on its state folder; `within`: by a command that runs it. */
  async restartGateway(gateway: Gateway, settings: Pick<GatewayOptions, 'within' | 'entry' | 'env'> = {}): Promise<Gateway> {
    const restarted = await startGateway({
      name: 'gateway again',
      port: gateway.port === 0 ? null : gateway.port,
      state: gateway.state,
      joinToken: () => Promise.reject(new Error('it joined before')),
      ...settings,
      ...(this.#options.gatewayArguments ? { args: this.#options.gatewayArguments } : {}),
    })
    this.gateways.push(restarted)
    return restarted
  }

  /** Starts the API again on its data; `env`: this time only. */
  async restartApi(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.central.restart(env)
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
    const [invited, agent] = await Promise.all([
      this.invite(name, options),
      this.startAgent(profileOf(this.directory, name), options),
    ])
    return this.#enrol(invited, agent)
  }

  async #rolesNamed(names: readonly string[]): Promise<string[]> {
    const { items } = await this.owner.agent.api('listRoles', { query: { limit: 500 } })
    return names.map((name) => {
      const role = items.find((item) => item.name === name)
      if (!role) throw new Error(`no role ${name}`)
      return role.id
    })
  }

  async #enrol(who: { readonly email: string; readonly invitation: string }, agent: Agent): Promise<Person> {
    const password = randomBytes(18).toString('base64url')
    const { user } = await agent.local.call('enrol', { invitation: who.invitation, password })
    agent.confirmWith(password)
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
    await this.central.stop()
    await this.#dispose[1]!()
    await this.#dispose[0]!()
  }
}
