/** The whole of Sallyport as people run it: agent, gateway, API, the PostgreSQL adapter that records every query. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { freePort, waitFor } from '@sallyport/testkit'
import { addDatabase, addRole, type Agent, type Gateway, postgresEndpoint, startGateway, Testbed } from '@sallyport/testbed'
import { type DatabaseAccess, type Ends, type Link, noLink, type Path, PathSkipped, type SallyportPathName } from './path.ts'

/** First connections under a new lease that one run may measure, for each path. */
const FRESH_CREDENTIALS = 8

export interface SallyportSystem {
  /** A path to one of the databases, through the gateway of its own that `link` leads to. */
  startPath(name: SallyportPathName, ends: Ends, link: Link): Promise<Path>
  stop(): Promise<void>
}

/** Brings up one system for all paths of a run. */
export const startSallyport = async (): Promise<SallyportSystem> => {
  const testbed = await Testbed.start()
  return {
    startPath: async (name, ends, link) => {
      const access = name === 'sallyport-tls' ? ends.tls : ends.plain
      if (access === null) throw new PathSkipped('there is no database with TLS')
      return startPath({ testbed, name, access }, link)
    },
    stop: () => testbed.stop(),
  }
}

interface Route {
  readonly testbed: Testbed
  readonly name: SallyportPathName
  readonly access: DatabaseAccess
}

const startPath = async (route: Route, link: Link): Promise<Path> => {
  const { testbed, name, access } = route
  const agent = testbed.owner.agent
  const { site, gateways, stop } = await reach(route, link)
  const resource = `bench-${randomUUID().slice(0, 8)}`
  const names = ['steady', ...Array.from({ length: FRESH_CREDENTIALS }, (_, index) => `fresh-${index}`)]
  const database = await addDatabase(agent, {
    site,
    name: resource,
    endpoint: postgresEndpoint(
      { port: access.port, caPem: access.caPem ?? testbed.shop.caPem },
      // A server that has no TLS says so, and only then this counts.
      { host: access.host, plaintextAllowed: access.caPem === null },
    ),
    database: access.database,
    credentials: Object.fromEntries(
      names.map((credential) => [credential, { userName: access.user, password: access.password }]),
    ),
  })
  await addRole(agent, { users: [testbed.owner.id], credentials: Object.values(database.credentials) })
  const local = async (credential: string): Promise<DatabaseAccess> => {
    const { host, port } = await listeningSomewhere(agent, `${resource}/${credential}`)
    return { ...access, host, port, user: 'anyone', password: 'anything', sslmode: 'disable', caPem: null }
  }
  const steady = await local('steady')
  const fresh: DatabaseAccess[] = []
  for (const credential of names.slice(1)) fresh.push(await local(credential))
  return {
    name,
    bytes: null,
    database: steady,
    freshDatabase: () => fresh.shift() ?? null,
    near: [agent.program.pid],
    far: gateways.map(({ program }) => program.pid),
    stop,
  }
}

/** On a port of its own: those of the organization may be taken by another Sallyport on this machine. */
export const listeningSomewhere = async (agent: Agent, name: string) => {
  await waitFor(async () => (await agent.local.call('credentials', {})).items.some(({ granted }) => granted.name === name), {
    description: `the grant of ${name}`,
    timeoutMs: 30_000,
  })
  await agent.local.call('setPort', { name, port: await freePort() })
  return agent.listening(name)
}

interface Reached {
  readonly site: string
  /** What the bytes go through behind the agent: a gateway, and a relay behind it. */
  readonly gateways: readonly Gateway[]
  stop(): Promise<void>
}

const reach = ({ testbed, name }: Route, link: Link): Promise<Reached> => {
  if (link !== noLink) return linkedGateway(testbed, link)
  return name === 'sallyport-relay' ? relayBehind(testbed) : ownGateway(testbed)
}

const ownGateway = async (testbed: Testbed): Promise<Reached> => ({
  site: testbed.site,
  gateways: [testbed.gateways[0]!],
  stop: async () => {},
})

/** A site of its own, which only a relay serves: it dials the testbed's gateway. */
const relayBehind = async (testbed: Testbed): Promise<Reached> => {
  const site = (await testbed.owner.agent.api('createSite', { body: { name: `relay-${randomUUID().slice(0, 8)}` } })).id
  const relay = await testbed.addRelay({ site })
  return { site, gateways: [testbed.gateways[0]!, relay], stop: () => relay.stop() }
}

/** A site of its own, whose only gateway the agent reaches through the link. */
const linkedGateway = async (testbed: Testbed, link: Link): Promise<Reached> => {
  const name = `far-${randomUUID().slice(0, 8)}`
  const site = (await testbed.owner.agent.api('createSite', { body: { name } })).id
  const port = await freePort()
  const address = { host: '127.0.0.1', port: await link(port) }
  const gateway = await startGateway({
    name,
    port,
    state: join(testbed.directory, name),
    joinToken: async () => (await testbed.owner.agent.api('createJoinToken', { body: { name, sites: [site], address } })).token,
  })
  return { site, gateways: [gateway], stop: () => gateway.stop() }
}
