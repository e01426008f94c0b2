/** What attacks need that call every endpoint of the served document, each as another caller. */
import { signCall, toBase64url } from '@sallyport/protocol'
import { type Route, routes, withPresence } from '@sallyport/protocol/api'
import { type Filled, type Operation, unsignedCall, type Values } from './openapi-calls.ts'
import { type OrganizationWorld, sealedSecret, storeLocation } from './organization-world.ts'
import type { RawAnswer } from './raw-call.ts'
import { actOf, type RawClient } from './raw-client.ts'
import { newKey } from './raw-key.ts'

export const signedBy = async (client: RawClient, filled: Filled): Promise<RawAnswer> => {
  const made = unsignedCall(client.origin, filled)
  const { presence: level = null } = filled
  // Whoever attacks is there in person, too.
  const call = level === null ? made : withPresence(made, await client.presence(actOf(made), level))
  const parameters = { nonce: crypto.getRandomValues(new Uint8Array(16)), created: Math.floor(Date.now() / 1000) }
  return client.sendRaw({ ...call, fields: await signCall(call, client.callSigners, parameters) })
}

/** What a call needs besides ids, sealed by the caller as if it were their own. */
export const valuesOf = async (sealer: RawClient, { ids, endpoint }: OrganizationWorld): Promise<Values> => {
  const { sealed, vaultKey, endpointDigest } = await sealedSecret(sealer, { id: ids.resource, endpoint }, 'another password')
  // Ports are the organization's own, whatever the document says of numbers.
  return {
    ...ids,
    sealed,
    vaultKey,
    endpointDigest,
    endpoint,
    location: storeLocation('own'),
    // What a sink is sent with is sealed for its destination, and names nothing of the organization.
    sealedSecret: null,
    publicKey: toBase64url(newKey().publicKey),
    port: 20_000,
  }
}

/** Operations of signed-in people. Those that bring keys of their own are first contact, and sign-in is another promise. */
export const ofPeople = (operations: readonly Operation[]): Operation[] =>
  operations.filter(({ operationId, caller }) => caller === 'client' && !firstContact.has(operationId))
const firstContact = new Set(
  Object.entries(routes as Readonly<Record<string, Route>>).flatMap(([name, { authentication }]) =>
    authentication === 'sign-in' ? [name] : [],
  ),
)

/** Calls under way at a time: the API answers others while one waits for its database. */
const AT_ONCE = 6

/** Does the same with each operation, several of them at a time. */
export const withEach = async (list: readonly Operation[], work: (operation: Operation) => Promise<void>): Promise<void> => {
  const waiting = list.values()
  const worker = async (): Promise<void> => {
    for (const operation of waiting) await work(operation)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Everything that somebody could have changed, as the owner sees it. */
export const stateOf = async (client: RawClient): Promise<unknown> => {
  const page = { query: { limit: 500 } }
  const [users, devices, sessions] = [
    (await client.call('listUsers', page)).items.map((item) => ({ ...item, lastSignInAt: null })),
    (await client.call('listDevices', page)).items.map((item) => ({ ...item, lastSeenAt: null })),
    (await client.call('listSessions', page)).items.map((item) => ({ ...item, lastUsedAt: null })),
  ]
  const rest = await Promise.all([
    client.call('listRoles', page),
    client.call('listGrants', page),
    client.call('listSites', page),
    client.call('listResources', page),
    client.call('listCredentials', page),
    client.call('listLeases', page),
    client.call('getSettings'),
    client.call('listAccessRules', page),
    client.call('listAccessRequests'),
    client.call('listStores', page),
    client.call('listServiceAccounts', page),
    client.call('listSupportAccess', page).then(({ items }) => items.map((item) => ({ ...item, lastSignInAt: null }))),
    client.call('listSinks').then(({ items }) => items.map(({ id, name, enabled }) => ({ id, name, enabled }))),
  ])
  const gateways = (await client.call('listGateways', page)).items.map(({ id, name, status, sites }) => ({
    id,
    name,
    status,
    sites,
  }))
  return { users, devices, sessions, rest, gateways }
}
