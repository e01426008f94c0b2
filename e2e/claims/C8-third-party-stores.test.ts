/**
 * C8. Third-party stores can hold the credential; the gateway fetches it with a token of that one lease and the API never sees it;
 * stores that cannot check such tokens are labelled so.
 *
 * A store over HTTPS stands for HashiCorp Vault: it verifies each token against the keys that the API publishes, and lets a token
 * read only the path that the token names, at the gateway that it is bound to. The attackers are whoever reads the API's answers,
 * logs, database and disks; another gateway of the same organization; and whoever got hold of a token.
 */
import { randomUUID } from 'node:crypto'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import {
  credentialInfo,
  endpointDigest,
  fromBase64url,
  fromUtf8,
  storedCredential,
  type StoreLocation,
  unseal,
} from '@sallyport/protocol'
import { addRole, Testbed } from '@sallyport/testbed'
import { type Canary, canary, type FakeVault, startFakeVault, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RawClient } from '../support/raw-client.ts'
import { RawGateway } from '../support/raw-gateway.ts'
import { publishedTokenKeys } from '../support/published-token-keys.ts'
import { psqlPrints, psqlRefusal } from '../support/run-psql.ts'
import { sallyport } from '../support/sallyport.ts'
import { signsInTo } from '../support/signs-in.ts'
import { asSuperuser } from '../support/superuser.ts'

const LEASED = 'readonly'
const KEPT = 'shop-db/kept-elsewhere'
const MADE = 'shop-db/made-elsewhere'

let bed: Testbed
let vault: FakeVault
let reader: RawClient
/** The password as the store has it, and nobody else. */
let secret: Canary
let issuer: string
let location: Extract<StoreLocation, { kind: 'vault' }>
let store: string
/** Whose password lies in the store, and whose users the store makes. */
let kept: string
let made: string
/** What the API told gateways. */
const answered: string[] = []
/** By which the owner may lease it. */
let role: string

const addStored = async (name: string, place: { store: string; path: string; field: string | null }): Promise<string> => {
  const { api } = bed.owner.agent
  const resource = await api('getResource', { parameters: { resource: bed.database.resource } })
  const body = { resource: resource.id, endpointDigest: await endpointDigest(resource.endpoint), ...place }
  const { id } = await api('createStoredSecret', { body })
  const credential = { resource: resource.id, name, userName: LEASED, secret: id, databases: ['shop'] }
  return (await api('createCredential', { body: credential })).id
}

const superuser = (statement: string) => asSuperuser(bed.shop.postgres, statement)

beforeAll(async () => {
  vault = await startFakeVault({
    keysOf: (asked) => publishedTokenKeys(reader, asked),
    database: {
      make: async ({ name, password }) => {
        await superuser(`create role "${name}" login password '${password}' in role ${LEASED}`)
      },
      drop: async (name) => {
        await superuser(`drop role if exists "${name}"`)
      },
    },
  })
  bed = await Testbed.start()
  reader = await RawClient.enrol((await bed.invite('reader', { roles: ['owner'] })).invitation)
  secret = canary()
  await superuser(`alter role ${LEASED} password '${secret.text}'`)
  vault.secrets.set('apps/shop', { password: secret.text })
  location = {
    kind: 'vault',
    address: vault.server.origin,
    authority: vault.ca,
    namespace: null,
    engine: 'kv',
    mount: 'secret',
    signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', rotationRole: 'sallyport-rotate', audience: 'vault.example' },
  }
  const { api } = bed.owner.agent
  const created = await api('createStore', { body: { name: 'company vault', location } })
  ;({ id: store, issuer } = created)
  const databases = { ...location, engine: 'database' as const, mount: 'database' }
  const users = (await api('createStore', { body: { name: 'company users', location: databases } })).id
  const { items: gateways } = await api('listGateways', {})
  vault.roles.set('sallyport', {
    issuer,
    audience: 'vault.example',
    boundClaims: { gateway: gateways.map(({ id }) => id) },
    paths: ['secret/data/{{path}}', 'database/creds/{{path}}'],
    ttl: 600,
  })
  kept = await addStored('kept-elsewhere', { store, path: 'apps/shop', field: 'password' })
  made = await addStored('made-elsewhere', { store: users, path: 'shop-reader', field: null })
  await addRole(bed.owner.agent, { users: [bed.owner.id, reader.user], credentials: [kept] })
  role = await addRole(bed.owner.agent, { users: [bed.owner.id], credentials: [made] })
})
afterAll(async () => {
  reader?.close()
  await bed?.stop()
  await vault?.close()
})

test('psql works with a password that lies in the store, and each lease asks the store once', async () => {
  vault.journal.length = 0
  const url = await bed.owner.agent.url(KEPT)
  expect(await psqlPrints(url, 'select current_user')).toBe(LEASED)
  expect(await psqlPrints(url, 'select 1')).toBe('1')
  await waitFor(() => vault.journal.length === 3, { description: 'the gateway to sign out of the store' })
  expect(vault.journal).toEqual(['200 POST auth/jwt/login', '200 GET secret/data/apps/shop', '204 POST auth/token/revoke-self'])
})

test('a user that the store makes lives as long as the lease', async () => {
  const user = await psqlPrints(await bed.owner.agent.url(MADE), 'select session_user')
  expect(vault.users()).toEqual([user])
  await bed.owner.agent.api('removeRoleCredential', { parameters: { role, credential: made } })
  await waitFor(() => vault.users().length === 0, { description: 'the store to drop the user' })
  expect(await superuser(`select 1 from pg_roles where rolname = '${user}'`)).toEqual([])
})

interface VaultAnswer {
  readonly status: number
  readonly body: { readonly auth?: { readonly client_token: string }; readonly errors?: readonly string[] }
}

const askVault = (
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  sent: { token?: string; body?: object } = {},
): Promise<VaultAnswer> =>
  new Promise((resolve, reject) => {
    const headers = sent.token === undefined ? {} : { 'X-Vault-Token': sent.token }
    const outgoing = request(`${vault.server.origin}/v1/${path}`, { method, headers, ca: vault.ca, agent: false }, (incoming) => {
      json(incoming).then((body) => resolve({ status: incoming.statusCode!, body: body as VaultAnswer['body'] }), reject)
    })
    outgoing.on('error', reject)
    outgoing.end(sent.body === undefined ? undefined : JSON.stringify(sent.body))
  })

const signIn = (jwt: string): Promise<VaultAnswer> => askVault('POST', 'auth/jwt/login', { body: { role: 'sallyport', jwt } })

/** What a gateway is given for a lease of the stored credential, opened by the one that asked. */
const tokenFor = async (gateway: RawGateway): Promise<string> => {
  const ticket = await reader.makeTicket({ gateway: gateway.id, credential: kept })
  const { lease, recipient, answer } = await gateway.askForLease(ticket.text)
  if (lease === null) throw new Error(answer.text)
  answered.push(answer.text)
  const psk = { key: fromBase64url(ticket.share), id: ticket.payload.jti }
  const plaintext = await unseal(lease.credential, recipient.privateKey, { info: credentialInfo(lease.binding), psk })
  return storedCredential.parse(JSON.parse(fromUtf8(plaintext))).token!
}

test('a token opens one path, at the gateway that it was issued to, for two minutes', async () => {
  const newGateway = async (): Promise<RawGateway> => {
    const body = { name: `raw ${randomUUID()}`, sites: [bed.site], address: { host: '127.0.0.1', port: 1 } }
    return RawGateway.join((await bed.owner.agent.api('createJoinToken', { body })).token)
  }
  const [own, other] = [await newGateway(), await newGateway()]
  try {
    const known = vault.roles.get('sallyport')!
    vault.roles.set('sallyport', { ...known, boundClaims: { gateway: [...known.boundClaims['gateway']!, own.id] } })
    const token = await tokenFor(own)
    const { status, body } = await signIn(token)
    expect(status).toBe(200)
    const opened = body.auth!.client_token
    expect((await askVault('GET', 'secret/data/apps/shop', { token: opened })).status).toBe(200)
    vault.secrets.set('apps/other', { password: 'of another' })
    expect((await askVault('GET', 'secret/data/apps/other', { token: opened })).status).toBe(403)

    // The other gateway gets a token of its own only, which the store does not take; nor one that says that it is the first's.
    const theirs = await tokenFor(other)
    expect((await signIn(theirs)).status).toBe(400)
    const [head, , signature] = theirs.split('.')
    expect((await signIn(`${head}.${token.split('.')[1]}.${signature}`)).status).toBe(400)
    const ticket = await reader.makeTicket({ gateway: own.id, credential: kept })
    expect((await other.askForLease(ticket.text)).answer.code).toBe('identity_mismatch')

    vault.state.ahead = 150_000
    expect((await signIn(token)).body.errors).toEqual(['error validating token: token is expired'])
  } finally {
    vault.state.ahead = 0
    own.close()
    other.close()
  }
})

test('what the store refuses, and that it is sealed, psql says with a code', async () => {
  await addRole(bed.owner.agent, {
    users: [bed.owner.id],
    credentials: [await addStored('missing', { store, path: 'apps/nowhere', field: 'password' })],
  })
  const url = await bed.owner.agent.url('shop-db/missing')
  expect((await psqlRefusal(url)).code).toBe('store_secret_missing')
  vault.state.sealed = true
  expect((await psqlRefusal(url)).code).toBe('store_sealed')
  vault.state.sealed = false
})

const mayRotate = (gateways: readonly string[], paths: readonly string[]) =>
  vault.roles.set('sallyport-rotate', {
    issuer,
    audience: 'vault.example',
    boundClaims: { gateway: gateways, purpose: ['rotate'] },
    paths,
    ttl: 60,
  })

const rotated = async () =>
  waitFor(
    async () => {
      const { last } = await bed.owner.agent.api('getRotation', { parameters: { credential: kept } })
      return (last?.state === 'done' || last?.state === 'failed') && last
    },
    { description: 'the rotation to end', timeoutMs: 90_000 },
  )

test('a job that tries a credential out fetches its password in the same way', async () => {
  vault.journal.length = 0
  const tried = await sallyport(bed.owner.agent, 'admin', 'credentials', 'test', KEPT)
  expect(tried).toMatchObject({ code: 0, stderr: '' })
  expect(vault.journal).toContain('200 GET secret/data/apps/shop')
})

test('a gateway-trusted store is labelled so wherever it is shown', async () => {
  const trusted = { ...location, signIn: { kind: 'gateway' as const } }
  const { id } = await bed.owner.agent.api('createStore', { body: { name: 'believes gateways', location: trusted } })
  expect((await bed.owner.agent.api('getStore', { parameters: { store: id } })).gatewayTrusted).toBe(true)
  const { stdout } = await sallyport(bed.owner.agent, 'admin', 'stores', 'list')
  expect(stdout).toMatch(/believes gateways .*gateway-trusted/)
  expect(stdout).toMatch(/company vault .*a token for each lease/)
})

test('what a compromised gateway fetched is new in the store and on the resource, and the thief cannot write there', async () => {
  const { items } = await bed.owner.agent.api('listGateways', {})
  const fallen = items.find(({ name }) => !name.startsWith('raw '))!
  expect(await psqlPrints(await bed.owner.agent.url(KEPT), 'select 1')).toBe('1')
  const known = vault.roles.get('sallyport')!
  await bed.addGateway()
  const gateways = (await bed.owner.agent.api('listGateways', {})).items.map(({ id }) => id)
  vault.roles.set('sallyport', { ...known, boundClaims: { gateway: gateways } })
  mayRotate(gateways, ['secret/data/{{path}}', 'patch secret/data/{{path}}'])

  const invited = { name: `raw ${randomUUID()}`, sites: [bed.site], address: { host: '127.0.0.1', port: 1 } }
  const own = await RawGateway.join((await bed.owner.agent.api('createJoinToken', { body: invited })).token)
  vault.roles.set('sallyport', { ...known, boundClaims: { gateway: [...gateways, own.id] } })
  const token = await tokenFor(own)
  own.close()
  const stolen = (await signIn(token)).body.auth!.client_token
  const body = { data: { password: 'of the thief' } }
  expect((await askVault('PATCH', 'secret/data/apps/shop', { token: stolen, body })).status).toBe(403)
  const asRotation = await askVault('POST', 'auth/jwt/login', { body: { role: 'sallyport-rotate', jwt: token } })
  expect(asRotation.status).toBe(400)

  const parameters = { gateway: fallen.id }
  await bed.owner.agent.api('revokeGateway', { parameters })
  await bed.owner.agent.api('markGatewayCompromised', { parameters })
  await waitFor(async () => vault.secrets.get('apps/shop')?.['password'] !== secret.text, {
    description: 'another password in the store',
    timeoutMs: 120_000,
  })
  expect(await rotated()).toMatchObject({ state: 'done' })
  expect(await signsInTo(bed.shop, LEASED, secret.text)).toBe(false)
  expect(await signsInTo(bed.shop, LEASED, vault.secrets.get('apps/shop')!['password']!)).toBe(true)
})

test('a rotation that may not write changes nothing and says what is missing; what the store makes itself is not rotated', async () => {
  const { boundClaims } = vault.roles.get('sallyport-rotate')!
  mayRotate(boundClaims['gateway']!, ['secret/data/{{path}}'])
  const before = vault.secrets.get('apps/shop')!['password']!
  await bed.owner.agent.api('rotateCredential', { parameters: { credential: kept } })
  expect(await rotated()).toMatchObject({ state: 'failed', code: 'store_denied', message: expect.stringContaining('"patch"') })
  expect(await signsInTo(bed.shop, LEASED, before)).toBe(true)
  const { stderr } = await sallyport(bed.owner.agent, 'admin', 'credentials', 'rotate', MADE, '--yes')
  expect(stderr).toContain('The store makes users by itself')
})

test('neither the API’s answers and logs nor any disk holds the password', async () => {
  expect(secret.findBytes(Buffer.from(`here: ${secret.text}`))).not.toEqual([])
  const answers = await Promise.all([
    reader.attempt('listCredentials'),
    reader.attempt('listStores'),
    reader.attempt('listAuditEntries', { query: { limit: 500 } }),
    reader.attempt('listActivity'),
  ])
  expect(answered.length).toBeGreaterThan(0)
  const text = [...answers.map((answer) => answer.text), ...answered].join('\n')
  expect(text).toContain('apps/shop')
  expect(secret.findBytes(Buffer.from(text))).toEqual([])
  const programs = [bed.api.program, ...bed.gateways.map(({ program }) => program), bed.owner.agent.program]
  for (const gateway of bed.gateways) await gateway.stop()
  // Stopping writes everything that PostgreSQL holds to its files.
  await bed.api.stop()
  for (const { lines } of programs) expect(secret.findBytes(Buffer.from(lines.join('\n')))).toEqual([])
  expect(await secret.searchDirectory(bed.directory)).toEqual([])
})
