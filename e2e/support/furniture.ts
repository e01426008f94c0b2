/** What drivers of routes need to exist: one of each thing, made anew at each call. */
import { join } from 'node:path'
import type { Endpoint } from '@sallyport/protocol'
import type { AccessRuleTerms, InputOf, ResponseOf, RouteName, RouteOf } from '@sallyport/protocol/api'
import { type Agent, passwordSecret, storeSecret, type Testbed } from '@sallyport/testbed'
import { accessRuleTerms } from './ask-for-access.ts'
import type { Act } from './driver.ts'
import { RawClient } from './raw-client.ts'
import { RawGateway } from './raw-gateway.ts'

export const endpoint: Endpoint = {
  protocol: 'postgresql',
  host: '127.0.0.1',
  port: 5432,
  tls: { kind: 'authority', certificates: '', serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
}
export const password = 'correct horse battery staple'

let counter = 0
/** One more at each call. */
export const number = (): number => (counter += 1)
export const fresh = (what: string): string => `${what}-${number()}`

export class Furniture {
  readonly bed: Testbed
  readonly owner: Agent
  #elsewhere: Promise<string> | null = null

  constructor(bed: Testbed) {
    this.bed = bed
    this.owner = bed.owner.agent
  }

  /** Does it as the owner of the organization. */
  as<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>): Act {
    return async () => {
      await this.owner.api(route, input)
      const { user, device, session } = await this.owner.local.call('status', {})
      return { kind: 'user', id: user!.id, device: device!, session: session!.id }
    }
  }

  async user(): Promise<string> {
    return (await this.bed.invite(fresh('user'))).id
  }

  /** Somebody with a device and a session of their own. */
  async person(): Promise<RawClient> {
    return RawClient.enrol((await this.bed.invite(fresh('person'))).invitation)
  }

  /** The site of all that is made here. */
  elsewhere(): Promise<string> {
    return (this.#elsewhere ??= this.site())
  }

  async role(): Promise<string> {
    return (await this.owner.api('createRole', { body: { name: fresh('role') } })).id
  }

  async site(): Promise<string> {
    return (await this.owner.api('createSite', { body: { name: fresh('site') } })).id
  }

  async resource(): Promise<ResponseOf<RouteOf<'createResource'>>> {
    return this.owner.api('createResource', { body: { site: await this.elsewhere(), name: fresh('resource'), endpoint } })
  }

  async secret(): Promise<{ resource: { id: string; endpoint: Endpoint }; secret: string }> {
    const resource = await this.resource()
    return { resource, secret: await storeSecret(this.owner, resource, passwordSecret(password)) }
  }

  async credential(): Promise<string> {
    const { resource, secret } = await this.secret()
    const body = { resource: resource.id, name: fresh('credential'), userName: 'x', secret }
    return (await this.owner.api('createCredential', { body })).id
  }

  async grant(user: string, credential: string): Promise<string> {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    return (await this.owner.api('createGrant', { body: { user, credential, expiresAt } })).id
  }

  /** Of a gateway that serves nobody: agents are not to choose it. */
  async newGateway() {
    const address = { host: '127.0.0.1', port: 60_000 + number() }
    return { name: fresh('gateway'), sites: [await this.elsewhere()], address }
  }

  async joinToken(): Promise<string> {
    return (await this.owner.api('createJoinToken', { body: await this.newGateway() })).token
  }

  async gateway(): Promise<RawGateway> {
    return RawGateway.join(await this.joinToken())
  }

  /** Somebody who may lease a credential, a gateway of the site, and a ticket for both. */
  async ticket() {
    const [person, gateway, credential] = [await this.person(), await this.gateway(), await this.credential()]
    await this.grant(person.user, credential)
    return { person, gateway, credential, ticket: await person.makeTicket({ gateway: gateway.id, credential }) }
  }

  async lease() {
    const parts = await this.ticket()
    const { lease, answer } = await parts.gateway.askForLease(parts.ticket.text)
    if (lease === null) throw new Error(`no lease: ${answer.text}`)
    return { ...parts, lease: lease.binding.lease }
  }

  /** What a rule says by which one person may ask for a credential, or open it at once, and the owner decides. */
  async ruleTerms(person: string, credential: string): Promise<AccessRuleTerms> {
    const { user } = await this.owner.local.call('status', {})
    return accessRuleTerms({ name: fresh('rule'), credential, responder: person, decider: user!.id })
  }

  async rule(): Promise<string> {
    const body = await this.ruleTerms(await this.user(), await this.credential())
    return (await this.owner.api('createAccessRule', { body })).id
  }

  /** Somebody, and a credential that they may ask for. */
  async asking() {
    const [person, credential] = [await this.person(), await this.credential()]
    await this.owner.api('createAccessRule', { body: await this.ruleTerms(person.user, credential) })
    return { person, body: { credential, reason: 'a reason', duration: 600 } }
  }

  /** A request that waits for the owner. */
  async asked() {
    const { person, body } = await this.asking()
    return { person, body, parameters: { accessRequest: (await person.call('createAccessRequest', { body })).id } }
  }

  /** A device that waits for approval. */
  async pendingDevice(): Promise<string> {
    await this.owner.api('changeSettings', { body: { newDevices: 'approve' } })
    const { email, invitation } = await this.bed.invite(fresh('pending'))
    const first = await RawClient.enrol(invitation)
    const second = await this.bed.startAgent(join(this.bed.directory, fresh('profile')))
    await second.local.call('signIn', { email, password: first.password, invitation }).catch(() => undefined)
    await second.stop()
    await this.owner.api('changeSettings', { body: { newDevices: 'allow' } })
    const { items } = await this.owner.api('listDevices', { query: { limit: 500 } })
    return items.find(({ user, status }) => user === first.user && status === 'pending')!.id
  }
}
