/** Starts Sallyport and the shop, and sets them up the first time as an administrator would. */
import type { Endpoint } from '@sallyport/protocol'
import { addDatabase, addRole, type Agent, bootstrap, startAgent, startApi, startGateway } from '@sallyport/testbed'
import { step } from './progress.ts'
import { type Shop, startShop } from './shop.ts'
import type { DemoState } from './state.ts'

/** Collected as things start; run backwards to stop them. */
export type Stops = (() => Promise<unknown>)[]

export interface DemoSystem {
  readonly administrator: Agent
  readonly user: Agent
}

export const startSystem = async (state: DemoState, stops: Stops): Promise<DemoSystem> => {
  const api = {
    dataDirectory: state.apiFolder,
    port: state.saved.ports.api,
    gatewayPort: state.saved.ports.apiGateway,
    pagesPort: state.saved.ports.pages,
  }
  const shop = await step('the shop: a real PostgreSQL with TLS, SCRAM and sample data', async () => {
    const started = await startShop(state)
    stops.push(() => started.postgres.stop())
    return started
  })
  if (!state.saved.complete) {
    await step('a new organization', async () => {
      const [firstName, lastName, email] = ['Alex', 'Admin', state.saved.administrator.email]
      await state.save({ invitation: await bootstrap(api, { slug: 'demo', name: 'Demo', email, firstName, lastName }) })
    })
  }
  await step('the API on its embedded PostgreSQL', async () => {
    const started = await startApi(api)
    stops.push(() => started.stop())
  })
  const administrator = await step('the administrator’s agent', () => startSignedIn(state, 'administrator', stops))
  const site = state.saved.complete ? '' : (await administrator.api('createSite', { body: { name: 'this machine' } })).id
  await step('a gateway', async () => {
    const gateway = await startGateway({
      state: state.gatewayFolder,
      port: state.saved.ports.gateway,
      joinToken: async () => {
        const address = { host: '127.0.0.1', port: state.saved.ports.gateway }
        return (await administrator.api('createJoinToken', { body: { name: 'demo gateway', sites: [site], address } })).token
      },
    })
    stops.push(() => gateway.stop())
  })
  if (!state.saved.complete) await setUp({ state, shop, site, administrator })
  const user = await step('the agent of dana, a demo user', () => startSignedIn(state, 'user', stops))
  await state.save({ complete: true })
  return { administrator, user }
}

const startSignedIn = async (state: DemoState, who: 'administrator' | 'user', stops: Stops): Promise<Agent> => {
  const profile = who === 'user' ? state.userProfile : state.administratorProfile
  const agent = await startAgent({ profile, passphraseFile: state.passphraseFile, name: `agent of ${who}` })
  stops.push(() => agent.stop())
  const { email, password } = state.saved[who]
  agent.confirmWith(password)
  const status = await agent.local.call('status', {})
  if (status.state === 'not-enrolled') await agent.local.call('enrol', { invitation: state.saved.invitation ?? '', password })
  else if (status.state === 'signed-out') await agent.local.call('signIn', { email, password })
  return agent
}

interface SetUp {
  readonly state: DemoState
  readonly shop: Shop
  readonly site: string
  readonly administrator: Agent
}

const setUp = ({ state, shop, site, administrator }: SetUp): Promise<void> =>
  step('the shop’s passwords into the vault, a role that may lease them, an invitation for dana', async () => {
    const users = await shop.freshUsers()
    const endpoint: Endpoint = {
      protocol: 'postgresql',
      host: '127.0.0.1',
      port: state.saved.ports.shop,
      tls: { kind: 'authority', certificates: shop.caPem, serverName: null },
      plaintextAllowed: false,
      weakestAuthentication: 'scram',
    }
    const { credentials } = await addDatabase(administrator, {
      site,
      name: 'shop',
      endpoint,
      database: 'shop',
      credentials: {
        'owner': { userName: users.owner.name, password: users.owner.password },
        'read-write': { userName: users.readwrite.name, password: users.readwrite.password },
        'read-only': { userName: users.readonly.name, password: users.readonly.password },
      },
    })
    const { email } = state.saved.user
    const dana = await administrator.api('createUser', { body: { email, firstName: 'Dana', lastName: 'Demo' } })
    const role = await addRole(administrator, {
      name: 'shop developers',
      users: [dana.id],
      credentials: Object.values(credentials),
    })
    const { invitation } = await administrator.api('createInvitation', { parameters: { user: dana.id } })
    await state.save({ invitation, role, ownerCredential: credentials['owner']! })
  })
