/**
 * One way to drive each route that changes something, once and successfully. A new route without a driver does not compile, and
 * does not pass the test that compares this table with the routes.
 */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  activityBatch,
  decodeInvitation,
  type Endpoint,
  endpointDigest,
  sha256,
  signStatement,
  toBase64url,
  utf8,
} from '@sallyport/protocol'
import type { AccessRuleTerms, InputOf, ResponseOf, RouteName, RouteOf } from '@sallyport/protocol/api'
import { type Agent, fillPage, passwordSecret, sealSecret, storeSecret, type Testbed } from '@sallyport/testbed'
import { previewDrivers } from './preview-drivers.ts'
import { beginSignIn, codeIn, finishSignIn } from './raw-browser.ts'
import { newFingerprint, RawClient } from './raw-client.ts'
import type { RawAnswer } from './raw-call.ts'
import { RawGateway } from './raw-gateway.ts'
import { newKey, requestFor } from './raw-key.ts'
import { viewDrivers } from './view-drivers.ts'

export type MutatingRoute = { [Name in RouteName]: RouteOf<Name>['method'] extends 'GET' ? never : Name }[RouteName]

/** Who an entry must say it was. `session` absent: any. */
export interface Actor {
  readonly kind: 'user' | 'gateway'
  readonly id: string
  readonly device?: string
  readonly session?: string
}

/** Calls the route and says who did. */
export type Act = () => Promise<Actor>
/** Prepares what the route needs, then hands out the call. */
export type Driver = () => Promise<Act>

const endpoint: Endpoint = {
  protocol: 'postgresql',
  host: '127.0.0.1',
  port: 5432,
  tls: { kind: 'authority', certificates: '', serverName: null },
  plaintextAllowed: false,
  weakestAuthentication: 'scram',
}
const password = 'correct horse battery staple'

let counter = 0
const fresh = (what: string): string => `${what}-${(counter += 1)}`

const done = (answer: RawAnswer): RawAnswer => {
  if (answer.code !== null) throw new Error(`refused: ${answer.text}`)
  return answer
}

/** What drivers need to exist. */
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
    const address = { host: '127.0.0.1', port: 60_000 + (counter += 1) }
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
    const deciding = { roles: [], users: [user!.id] }
    return {
      name: fresh('rule'),
      priority: 100,
      enabled: true,
      selects: { everything: false, credentials: [credential], resources: [], tags: [] },
      requesters: { roles: [] },
      approvals: 1,
      approvers: deciding,
      windows: [],
      escalation: null,
      maxDuration: 3600,
      maxExtensions: 1,
      waitsFor: 86_400,
      reasonRequired: false,
      emergency: { responders: { roles: [], users: [person] }, maxDuration: 3600, reviewers: deciding, reviewWithin: 86_400 },
    }
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

const itself = ({ user, device, session }: RawClient): Actor => ({ kind: 'user', id: user, device, session })
const theGateway = ({ id }: RawGateway): Actor => ({ kind: 'gateway', id })

const catalogueDrivers = (its: Furniture) =>
  ({
    createSite: async () => its.as('createSite', { body: { name: fresh('site') } }),
    changeSite: async () => its.as('changeSite', { parameters: { site: await its.site() }, body: { name: fresh('site') } }),
    deleteSite: async () => its.as('deleteSite', { parameters: { site: await its.site() } }),
    createResource: async () =>
      its.as('createResource', { body: { site: await its.elsewhere(), name: fresh('resource'), endpoint } }),
    changeResource: async () =>
      its.as('changeResource', { parameters: { resource: (await its.resource()).id }, body: { description: 'changed' } }),
    deleteResource: async () => its.as('deleteResource', { parameters: { resource: (await its.resource()).id } }),
    createCredential: async () => {
      const { resource, secret } = await its.secret()
      return its.as('createCredential', { body: { resource: resource.id, name: fresh('credential'), userName: 'x', secret } })
    },
    changeCredential: async () =>
      its.as('changeCredential', { parameters: { credential: await its.credential() }, body: { userName: 'y' } }),
    deleteCredential: async () => its.as('deleteCredential', { parameters: { credential: await its.credential() } }),
    createSecret: async () =>
      its.as('createSecret', { body: await sealSecret(its.owner, await its.resource(), passwordSecret(password)) }),
    replaceSecret: async () => {
      const { resource, secret } = await its.secret()
      const body = await sealSecret(its.owner, resource, passwordSecret(`${password}!`))
      return its.as('replaceSecret', { parameters: { secret }, body })
    },
    bindSecret: async () => {
      const { resource, secret } = await its.secret()
      const moved = { ...resource.endpoint, port: 5433 }
      await its.owner.api('changeResource', { parameters: { resource: resource.id }, body: { endpoint: moved } })
      return its.as('bindSecret', { parameters: { secret }, body: { endpointDigest: await endpointDigest(moved) } })
    },
    beginLogExport: async () => its.as('beginLogExport'),
    rewrapKeys: async () => its.as('rewrapKeys'),
    rotateVaultKey: async () => its.as('rotateVaultKey'),
    changeLogWitnesses: async () => its.as('changeLogWitnesses', { body: { witnesses: [], quorum: 0 } }),
    changeSettings: async () => its.as('changeSettings', { body: { activityRetentionDays: 100 + (counter += 1) } }),
  }) satisfies Partial<Record<MutatingRoute, Driver>>

const peopleDrivers = (its: Furniture) =>
  ({
    createUser: async () =>
      its.as('createUser', { body: { email: `${fresh('made')}@acme.example`, firstName: 'Made', lastName: 'Up' } }),
    changeUser: async () => its.as('changeUser', { parameters: { user: await its.user() }, body: { firstName: 'Changed' } }),
    deleteUser: async () => its.as('deleteUser', { parameters: { user: await its.user() } }),
    createInvitation: async () => its.as('createInvitation', { parameters: { user: await its.user() } }),
    createRole: async () => its.as('createRole', { body: { name: fresh('role') } }),
    changeRole: async () => its.as('changeRole', { parameters: { role: await its.role() }, body: { description: 'changed' } }),
    deleteRole: async () => its.as('deleteRole', { parameters: { role: await its.role() } }),
    addRoleMember: async () => its.as('addRoleMember', { parameters: { role: await its.role(), user: await its.user() } }),
    removeRoleMember: async () => {
      const parameters = { role: await its.role(), user: await its.user() }
      await its.owner.api('addRoleMember', { parameters })
      return its.as('removeRoleMember', { parameters })
    },
    addRoleCredential: async () =>
      its.as('addRoleCredential', { parameters: { role: await its.role(), credential: await its.credential() } }),
    removeRoleCredential: async () => {
      const parameters = { role: await its.role(), credential: await its.credential() }
      await its.owner.api('addRoleCredential', { parameters })
      return its.as('removeRoleCredential', { parameters })
    },
    createGrant: async () => {
      const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
      return its.as('createGrant', { body: { user: await its.user(), credential: await its.credential(), expiresAt } })
    },
    revokeGrant: async () =>
      its.as('revokeGrant', { parameters: { grant: await its.grant(await its.user(), await its.credential()) } }),
    approveDevice: async () => its.as('approveDevice', { parameters: { device: await its.pendingDevice() } }),
    revokeDevice: async () => its.as('revokeDevice', { parameters: { device: (await its.person()).device } }),
    revokeSession: async () => its.as('revokeSession', { parameters: { session: (await its.person()).session } }),
  }) satisfies Partial<Record<MutatingRoute, Driver>>

/** The person who asks does it. */
const accessDrivers = (its: Furniture) =>
  ({
    createAccessRule: async () =>
      its.as('createAccessRule', { body: await its.ruleTerms(await its.user(), await its.credential()) }),
    changeAccessRule: async () =>
      its.as('changeAccessRule', { parameters: { accessRule: await its.rule() }, body: { maxDuration: 60 } }),
    deleteAccessRule: async () => its.as('deleteAccessRule', { parameters: { accessRule: await its.rule() } }),
    createAccessRequest: async () => {
      const { person, body } = await its.asking()
      return async () => {
        await person.call('createAccessRequest', { body })
        return itself(person)
      }
    },
    extendAccessRequest: async () => {
      const { person, body, parameters } = await its.asked()
      await its.owner.api('approveAccessRequest', { parameters, body: {} })
      return async () => {
        await person.call('extendAccessRequest', { parameters, body: { reason: 'more', duration: body.duration } })
        return itself(person)
      }
    },
    withdrawAccessRequest: async () => {
      const { person, parameters } = await its.asked()
      return async () => {
        await person.call('withdrawAccessRequest', { parameters })
        return itself(person)
      }
    },
    openEmergencyAccess: async () => {
      const { person, body } = await its.asking()
      return async () => {
        await person.call('openEmergencyAccess', { body })
        return itself(person)
      }
    },
    approveAccessRequest: async () =>
      its.as('approveAccessRequest', { parameters: (await its.asked()).parameters, body: { duration: 300 } }),
    refuseAccessRequest: async () =>
      its.as('refuseAccessRequest', { parameters: (await its.asked()).parameters, body: { note: 'no' } }),
    cancelAccessRequest: async () => its.as('cancelAccessRequest', { parameters: (await its.asked()).parameters }),
    reviewEmergencyAccess: async () => {
      const { person, body } = await its.asking()
      const { id: accessRequest } = await person.call('openEmergencyAccess', { body })
      await person.call('withdrawAccessRequest', { parameters: { accessRequest } })
      return its.as('reviewEmergencyAccess', { parameters: { accessRequest }, body: { verdict: 'justified', note: 'seen' } })
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>

const identityDrivers = (its: Furniture) =>
  ({
    createChallenge: async () => {
      const person = await its.person()
      return async () => {
        await person.call('createChallenge', { body: { organization: its.bed.organization } })
        return itself(person)
      }
    },
    acceptInvitation: async () => {
      const { invitation } = await its.bed.invite(fresh('invited'))
      return async () => itself(await RawClient.enrol(invitation))
    },
    signIn: async () => {
      const { email, invitation } = await its.bed.invite(fresh('signing-in'))
      const person = await RawClient.enrol(invitation)
      await person.call('endSession')
      return async () => {
        await person.signIn(email)
        return itself(person)
      }
    },
    changePassword: async () => {
      const person = await its.person()
      return async () => {
        await person.call('changePassword', { body: { current: person.password, next: password } })
        return itself(person)
      }
    },
    renewSession: async () => {
      const person = await its.person()
      return async () => {
        await person.renew()
        return itself(person)
      }
    },
    endSession: async () => {
      const person = await its.person()
      return async () => {
        await person.call('endSession')
        return itself(person)
      }
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>

const browserDrivers = (its: Furniture) =>
  ({
    beginBrowserSignIn: async () => {
      const person = await its.person()
      return async () => {
        await beginSignIn(person)
        return itself(person)
      }
    },
    finishBrowserSignIn: async () => {
      const { email, invitation } = await its.bed.invite(fresh('browsing'))
      const person = await RawClient.enrol(invitation)
      const begun = await beginSignIn(person)
      const code = codeIn(await fillPage(begun.url, { email, password: person.password }))
      return async () => {
        const { session } = done(await finishSignIn(person, begun, { code })).json as { session: { id: string } }
        return { ...itself(person), session: session.id }
      }
    },
    finishBrowserInvitation: async () => {
      const { id, invitation } = await its.bed.invite(fresh('joining'))
      const stranger = await its.person()
      const begun = await beginSignIn(stranger, { device: newKey(), invitation: decodeInvitation(invitation).code })
      const chosen = { firstName: 'New', lastName: 'Comer', password, repeated: password }
      const code = codeIn(await fillPage(begun.url, chosen))
      return async () => {
        done(await finishSignIn(stranger, begun, { code, route: 'finishBrowserInvitation', fingerprint: newFingerprint() }))
        return { kind: 'user', id }
      }
    },
    beginPresence: async () => {
      const person = await its.person()
      return async () => {
        await person.beginPresence()
        return itself(person)
      }
    },
    finishPresence: async () => {
      const person = await its.person()
      const { url, verifier } = await person.beginPresence()
      const code = codeIn(await fillPage(url, { password: person.password }))
      return async () => {
        await person.call('finishPresence', { body: { code, verifier } })
        return itself(person)
      }
    },
    createRecoveryCodes: async () => its.as('createRecoveryCodes'),
  }) satisfies Partial<Record<MutatingRoute, Driver>>

const gatewayDrivers = (its: Furniture) =>
  ({
    createJoinToken: async () => its.as('createJoinToken', { body: await its.newGateway() }),
    changeGateway: async () =>
      its.as('changeGateway', { parameters: { gateway: (await its.gateway()).id }, body: { name: fresh('gateway') } }),
    revokeGateway: async () => its.as('revokeGateway', { parameters: { gateway: (await its.gateway()).id } }),
    joinGateway: async () => {
      const token = await its.joinToken()
      return async () => theGateway(await RawGateway.join(token))
    },
    renewGateway: async () => {
      const gateway = await its.gateway()
      const csr = await requestFor(gateway.key)
      return async () => {
        done(await gateway.attempt('renewGateway', { body: { csr, version: '0.0.1' } }))
        return theGateway(gateway)
      }
    },
    requestLease: async () => {
      const { person, gateway, ticket } = await its.ticket()
      return async () => {
        done((await gateway.askForLease(ticket.text)).answer)
        return itself(person)
      }
    },
    renewLeases: async () => {
      const { person, gateway, lease } = await its.lease()
      const renewal = await person.makeLeaseRenewal({ gateway: gateway.id, leases: [lease] })
      return async () => {
        done(await gateway.attempt('renewLeases', { body: { renewal } }))
        return itself(person)
      }
    },
    endLeases: async () => {
      const { gateway, lease } = await its.lease()
      return async () => {
        done(await gateway.attempt('endLeases', { body: { leases: [{ id: lease, reason: 'tool_closed' }] } }))
        return theGateway(gateway)
      }
    },
    uploadActivity: async () => {
      const { person, gateway, lease, credential } = await its.lease()
      const cancel = { kind: 'cancel', at: new Date().toISOString(), matched: false }
      const record = { number: 0, lease, connection: randomUUID(), session: person.session, credential, activity: cancel }
      const lines = `${JSON.stringify(record)}\n`
      const payload = {
        version: 1 as const,
        organization: gateway.organization,
        gateway: gateway.id,
        stream: randomUUID(),
        first: 0,
        count: 1,
        digest: toBase64url(await sha256(utf8(lines))),
        previous: 'A'.repeat(43),
        sealedAt: Date.now(),
      }
      const batch = await signStatement(activityBatch, payload, [gateway.key.signer])
      return async () => {
        done(await gateway.attempt('uploadActivity', { body: { batch, lines } }))
        return theGateway(gateway)
      }
    },
  }) satisfies Partial<Record<MutatingRoute, Driver>>

export const mutationDrivers = (bed: Testbed): Readonly<Record<MutatingRoute, Driver>> => {
  const its = new Furniture(bed)
  return {
    ...catalogueDrivers(its),
    ...peopleDrivers(its),
    ...accessDrivers(its),
    ...identityDrivers(its),
    ...browserDrivers(its),
    ...gatewayDrivers(its),
    ...viewDrivers(its),
    ...previewDrivers(its),
  }
}
