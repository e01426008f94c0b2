/** One of everything in an organization, so that each id of it can be tried elsewhere. */
import { randomUUID } from 'node:crypto'
import { canonicalJson, type Endpoint, endpointDigest, fromBase64url, seal, type StoreLocation, utf8 } from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import { passwordSecret } from '@sallyport/testbed'
import { freePort, waitFor } from '@sallyport/testkit'
import { z } from 'zod'
import { ActivityStream, provenRecord } from './activity-stream.ts'
import { askForAccess } from './ask-for-access.ts'
import { addNewcomer } from './newcomer.ts'
import type { RawClient } from './raw-client.ts'
import { RawGateway } from './raw-gateway.ts'
import { newKey } from './raw-key.ts'
import { newServiceAccount } from './service-account.ts'
import { supportDraft } from './support-draft.ts'

export interface OrganizationWorld {
  /** Of whoever holds the ids: a person without rights, on a device of their own. */
  readonly person: RawClient
  readonly gateway: RawGateway
  readonly endpoint: Endpoint
  readonly ids: Readonly<
    Record<
      | 'user'
      | 'device'
      | 'session'
      | 'connection'
      | 'role'
      | 'site'
      | 'resource'
      | 'store'
      | 'sink'
      | 'serviceAccount'
      | 'supportAccess'
      | 'secret'
      | 'credential'
      | 'grant'
      | 'gateway'
      | 'lease'
      | 'alert'
      | 'accessRule'
      | 'accessRequest'
      | 'entry'
      | 'record',
      string
    >
  >
}

/** A secret sealed to the vault of the sealer's organization, for a resource; the body of `createSecret`. */
export const sealedSecret = async (
  sealer: RawClient,
  resource: { readonly id: string; readonly endpoint: Endpoint },
  password: string,
) => {
  const vaultKey = sealer.trust.vaultKeys[0]!
  const digest = await endpointDigest(resource.endpoint)
  const info = secretInfo({ organization: sealer.organization, resource: resource.id, endpointDigest: digest })
  const sealed = await seal(utf8(canonicalJson(passwordSecret(password))), fromBase64url(vaultKey.publicKey), { info })
  return { resource: resource.id, endpointDigest: digest, vaultKey: vaultKey.id, sealed }
}

/** Where a store may be that nobody asks. */
export const storeLocation = (name: string): StoreLocation => ({
  kind: 'vault',
  address: `https://vault.${name}.example`,
  authority: '',
  namespace: null,
  engine: 'kv',
  mount: 'secret',
  signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', audience: `https://vault.${name}.example` },
})

/** Everything is called `name` in some way. The resource is nowhere: it is leased, but never reached. */
export const furnish = async (administrator: RawClient, name: string, password: string): Promise<OrganizationWorld> => {
  const person = await addNewcomer(administrator, name)
  const site = (await administrator.call('createSite', { body: { name: `${name} site` } })).id
  const endpoint: Endpoint = {
    protocol: 'postgresql',
    host: `${name}.example`,
    port: 5432,
    tls: { kind: 'authority', certificates: '', serverName: null },
    plaintextAllowed: false,
    weakestAuthentication: 'scram',
  }
  const resource = await administrator.call('createResource', { body: { site, name: `${name}-db`, endpoint } })
  const secret = (await administrator.call('createSecret', { body: await sealedSecret(administrator, resource, password) })).id
  const credential = (
    await administrator.call('createCredential', { body: { resource: resource.id, name, userName: name, secret } })
  ).id
  const store = (await administrator.call('createStore', { body: { name: `${name} store`, location: storeLocation(name) } })).id
  const destination = { kind: 'syslog', host: `siem.${name}.example`, port: 6514, certificates: '' } as const
  const toSink = { name: `${name} sink`, destination, from: 'now', sealedSecret: null } as const
  const sink = (await administrator.call('createSink', { body: toSink })).id
  const account = newServiceAccount(newKey(), { name: `${name} account` })
  const serviceAccount = (await administrator.call('createServiceAccount', { body: account })).id
  const support = supportDraft(`support@${name}.vendor.example`, { reason: `ticket of ${name}` })
  const supportAccess = (await administrator.call('openSupportAccess', { body: support })).access.id
  const role = (await administrator.call('createRole', { body: { name: `${name} role` } })).id
  await administrator.call('addRoleCredential', { parameters: { role, credential } })
  const grant = (
    await administrator.call('createGrant', {
      body: { user: person.user, credential, reason: name, expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
    })
  ).id
  const address = { host: '127.0.0.1', port: await freePort() }
  const { token } = await administrator.call('createJoinToken', { body: { name: `${name} gateway`, sites: [site], address } })
  const gateway = await RawGateway.join(token)
  const { text } = await person.makeTicket({ gateway: gateway.id, credential })
  const asked = await gateway.askForLease(text)
  if (asked.lease === null) throw new Error(`no lease: ${asked.answer.text}`)
  const { lease } = asked.lease.binding
  const access = await askForAccess(administrator, { name, credential, decider: person.user })
  const connection = randomUUID()
  const link = await gateway.openControlLink({ doingJobs: true })
  link.tell({
    type: 'connections',
    reset: true,
    opened: [{ id: connection, lease, caller: null, openedAt: Date.now() }],
    bytes: [],
    closed: [],
  })
  const isTold = async () => (await administrator.call('listConnections')).items.some(({ id }) => id === connection)
  await waitFor(isTold, { description: 'the connection to be known' })
  const stream = new ActivityStream({ gateway, lease, session: person.session, credential })
  await stream.ship([`select '${name}'`])
  const record = await provenRecord(administrator)
  const numbered = await waitFor(
    async () => (await administrator.call('listAuditEntries')).items.find(({ index }) => index !== null),
    { description: 'an entry to have its number' },
  )
  const entry = z.object({ id: z.uuid() }).parse(numbered.entry).id
  // That somebody new came, on a device of their own.
  const alerts = await administrator.call('listAlerts', { query: { device: person.device } })
  const alert = alerts.items[0]!.id
  const own = { alert, entry, record, connection, user: person.user, device: person.device, session: person.session }
  return {
    person,
    gateway,
    endpoint,
    ids: {
      ...own,
      role,
      site,
      resource: resource.id,
      store,
      sink,
      serviceAccount,
      supportAccess,
      secret,
      credential,
      grant,
      gateway: gateway.id,
      lease,
      ...access,
    },
  }
}
