import { createPublicKey, type KeyObject, randomUUID, verify } from 'node:crypto'
import {
  canonicalJson,
  credentialInfo,
  endpointDigest,
  fromBase64url,
  fromUtf8,
  seal,
  SallyportError,
  storedCredential,
  type StoreLocation,
  unseal,
  utf8,
  verifyStatement,
  receipt,
} from '@sallyport/protocol'
import { secretInfo } from '@sallyport/protocol/api'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openPool } from '../../db/pool.ts'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { createStore, deleteStore } from '../../domains/stores/index.ts'
import { codeOf } from '../../testing/code-of.ts'
import {
  administrator,
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  shopEndpoint,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
const HOUR = 60 * 60_000
const DAY = 24 * HOUR
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld

const vaultLocation: StoreLocation = {
  kind: 'vault',
  address: 'https://vault.example:8200',
  authority: '',
  namespace: null,
  engine: 'kv',
  mount: 'secret',
  signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', audience: 'vault' },
}
const place = { path: 'apps/shop', field: 'password' }
const issuer = 'https://api.example/v1/token-issuers/acme'

beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})
beforeEach(async () => {
  world = await makeUnlockWorld(database, roles, clock)
})

const addStore = (location: StoreLocation, name = 'the store') =>
  world.inOrganization((transaction) => createStore(transaction, { name, issuer, location }, world.author()))

const putElsewhere = async (location: StoreLocation = vaultLocation, at: { path?: string; field?: string | null } = {}) => {
  const store = await addStore(location)
  await roles.vault.replaceByStoredSecret({
    organization: world.organization,
    actor: administrator,
    secret: world.secret.id,
    resource: world.resource.id,
    endpointDigest: await endpointDigest(shopEndpoint),
    store: store.id,
    ...place,
    ...at,
  })
  return store
}

const asOwner = async (statement: ReturnType<typeof sql>): Promise<void> => {
  const pool = openPool({ role: 'api', login: database.login('owner'), onConnectionLost: () => undefined })
  try {
    await statement.execute(pool)
  } finally {
    await pool.destroy()
  }
}

type Unlocked = Awaited<ReturnType<UnlockWorld['unlock']>>

/** What the gateway gets. */
const opened = async ({ answer, recipient, share, payload }: Unlocked) => {
  const info = credentialInfo(answer.binding)
  const plaintext = await unseal(answer.credential, recipient.privateKey, { info, psk: { key: share, id: payload.jti } })
  return storedCredential.parse(JSON.parse(fromUtf8(plaintext)))
}

const partsOf = (token: string) => {
  const [head, claims, signature] = token.split('.') as [string, string, string]
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  return { head: read(head), claims: read(claims), input: `${head}.${claims}`, signature: Buffer.from(signature, 'base64url') }
}

const publicKeys = async (): Promise<Map<unknown, KeyObject>> => {
  const { keys } = await roles.vault.tokenKeys({ organization: world.organization })
  return new Map(
    keys.map(({ id, publicKey }) => [id, createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })]),
  )
}

const isSigned = async (token: string): Promise<boolean> => {
  const { head, input, signature } = partsOf(token)
  const key = (await publicKeys()).get(head['kid'])
  return key !== undefined && verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, signature)
}

describe('a lease of a secret that lies in a store', () => {
  it('gets where it lies and a token that names this lease, and nothing of a secret', async () => {
    const store = await putElsewhere()
    const unlocked = await world.unlock()
    const { token, ...rest } = await opened(unlocked)
    expect(rest).toEqual({ kind: 'stored', store: store.id, location: vaultLocation, ...place })
    const { head, claims } = partsOf(token!)
    const { binding } = unlocked.answer
    const { organization, gateway, credential, resource, lease, session, user } = binding
    expect(head).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) })
    expect(claims).toEqual({
      iss: issuer,
      sub: `${organization}/${gateway}/${credential}`,
      aud: 'vault',
      iat: clock.now / 1000,
      nbf: clock.now / 1000,
      exp: clock.now / 1000 + 120,
      jti: lease,
      organization,
      gateway,
      credential,
      resource,
      endpoint: 'shop.internal:5432',
      lease,
      session,
      person: user,
      path: 'apps/shop',
      purpose: 'connect',
    })
    expect(String(claims['sub']).length).toBeLessThanOrEqual(127)
    expect(await isSigned(token!)).toBe(true)
  })

  it('is proven by a receipt, and refused like any other without one', async () => {
    await putElsewhere()
    const { answer } = await world.unlock()
    const keys = await roles.log.link.receiptKeys({ organization: world.organization })
    const key = Buffer.from(keys.keys[0]!.publicKey, 'base64url')
    expect((await verifyStatement(receipt, answer.receipt, [key])).lease).toBe(answer.binding.lease)
    const deaf = await roles.startVaultWith({
      ...roles.log.link,
      appendUnlock: () => Promise.reject(new SallyportError('log_unavailable')),
    })
    expect(await codeOf(world.unlock({}, { vault: deaf }))).toBe('log_unavailable')
  })

  it('is signed as each kind of store demands, with what its policies can compare', async () => {
    await putElsewhere(
      {
        kind: 'azure',
        address: 'https://shop.vault.azure.net',
        authority: 'https://login.microsoftonline.com',
        tenant: 'contoso.example',
        client: randomUUID(),
      },
      { path: 'shop-password', field: null },
    )
    const { token } = await opened(await world.unlock())
    expect(partsOf(token!)).toMatchObject({ head: { alg: 'RS256' }, claims: { aud: 'api://AzureADTokenExchange' } })
    expect(await isSigned(token!)).toBe(true)
  })

  it('names for AWS in tags what other stores read of claims', async () => {
    const role = 'arn:aws:iam::111122223333:role/sallyport'
    await putElsewhere({ kind: 'aws', region: 'eu-central-1', role, audience: 'sts.amazonaws.com' }, { field: null })
    const unlocked = await world.unlock()
    const { claims } = partsOf((await opened(unlocked)).token!)
    const { gateway, credential, user, lease } = unlocked.answer.binding
    const tags = {
      gateway: [gateway],
      credential: [credential],
      person: [user],
      lease: [lease],
      path: ['apps/shop'],
      purpose: ['connect'],
    }
    expect(claims['https://aws.amazon.com/tags']).toEqual({ principal_tags: tags, transitive_tag_keys: [] })
  })

  it('gets no token for a store that is gateway-trusted', async () => {
    await putElsewhere({ ...vaultLocation, signIn: { kind: 'gateway' } })
    expect((await opened(await world.unlock())).token).toBeNull()
  })

  it('gets the secret itself again once that lies in the vault', async () => {
    await putElsewhere()
    const body = await world.sealedSecret('back', { resource: world.resource.id, endpoint: shopEndpoint })
    await roles.vault.replaceSecret({ ...body, secret: world.secret.id })
    expect(await world.open(await world.unlock())).toBe('back')
  })
})

describe('a reference to a store', () => {
  const tamper = (statement: ReturnType<typeof sql>, role: 'api' | 'vault' = 'vault') =>
    withOrganization(database.pools[role], world.organization, (transaction) => statement.execute(transaction))

  it('that was changed in the database unlocks nothing', async () => {
    await putElsewhere()
    const { id } = world.secret
    await tamper(sql`update secrets set store_path = 'apps/other' where id = ${id}`)
    expect(await codeOf(world.unlock())).toBe('secret_unavailable')
    await tamper(sql`update secrets set store_path = 'apps/shop' where id = ${id}`)
    expect(await codeOf(world.unlock())).toBe('done')
    // Without it the vault hands out what it sealed: that is no credential, and no gateway takes it for one.
    await tamper(sql`update secrets set store_id = null, store_path = null, store_field = null where id = ${id}`)
    const { answer, recipient, share, payload } = await world.unlock()
    const info = credentialInfo(answer.binding)
    const plaintext = await unseal(answer.credential, recipient.privateKey, { info, psk: { key: share, id: payload.jti } })
    expect(JSON.parse(fromUtf8(plaintext))).toMatchObject({ kind: 'reference' })
  })

  it('gets no token for a store that is somewhere else now', async () => {
    const store = await putElsewhere()
    const elsewhere = JSON.stringify({ ...vaultLocation, address: 'https://thief.example' })
    const move = sql`update stores set location = ${elsewhere}::jsonb where id = ${store.id}`
    await expect(tamper(move, 'api')).rejects.toMatchObject({ code: '42501' })
    await asOwner(sql`grant update on stores to sallyport_api`)
    await tamper(move, 'api')
    expect(await codeOf(world.unlock())).toBe('secret_unavailable')
  })

  it('cannot be typed by who stores secrets: only the vault writes one', async () => {
    const fields = {
      organization: world.organization,
      resource: world.resource.id,
      endpointDigest: await endpointDigest(shopEndpoint),
    }
    const [key] = (await roles.vault.vaultKeys(world)).keys
    const typed = { kind: 'reference', store: randomUUID(), storeDigest: 'A'.repeat(43), ...place }
    const sealed = await seal(utf8(canonicalJson(typed)), fromBase64url(key!.publicKey), { info: secretInfo(fields) })
    const body = { ...fields, vaultKey: key!.id, sealed, actor: administrator }
    expect(await codeOf(roles.vault.createSecret(body))).toBe('invalid_request')
    const foreign = await makeUnlockWorld(database, roles, clock)
    const theirs = await foreign.inOrganization((transaction) =>
      createStore(transaction, { name: 'theirs', issuer, location: vaultLocation }, foreign.author()),
    )
    const asked = {
      organization: world.organization,
      actor: administrator,
      resource: world.resource.id,
      endpointDigest: await endpointDigest(shopEndpoint),
      ...place,
    }
    expect(await codeOf(roles.vault.createStoredSecret({ ...asked, store: theirs.id }))).toBe('not_found')
    const { id: store } = await addStore(vaultLocation)
    expect(await codeOf(roles.vault.createStoredSecret({ ...asked, store, resource: foreign.resource.id }))).toBe('not_found')
    expect(await codeOf(roles.vault.createStoredSecret({ ...asked, store, endpointDigest: 'A'.repeat(43) }))).toBe('conflict')
    expect(await codeOf(roles.vault.createStoredSecret({ ...asked, store, field: null }))).toBe('invalid_request')
    expect(await codeOf(roles.vault.createStoredSecret({ ...asked, store }))).toBe('done')
  })

  it('keeps its store while a credential uses it', async () => {
    const store = await putElsewhere()
    const remove = () => world.inOrganization((transaction) => deleteStore(transaction, store.id, world.author()))
    expect(await codeOf(remove())).toBe('in_use')
    const body = await world.sealedSecret('back', { resource: world.resource.id, endpoint: shopEndpoint })
    await roles.vault.replaceSecret({ ...body, secret: world.secret.id })
    expect(await codeOf(remove())).toBe('done')
  })
})

describe('keys of tokens', () => {
  const state = async () => (await roles.vault.tokenKeyState({ organization: world.organization })).keys
  const kidNow = async (): Promise<unknown> => partsOf((await opened(await world.unlock())).token!).head['kid']

  it('are one of each algorithm, whoever asks first', async () => {
    const asked = await Promise.all(Array.from({ length: 4 }, () => roles.vault.tokenKeys({ organization: world.organization })))
    expect(new Set(asked.map(({ keys }) => keys.map(({ id }) => id).join(' '))).size).toBe(1)
    expect((await state()).map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
  })

  it('follow one another by themselves: published a day before, and a day after', async () => {
    const began = clock.now
    try {
      await putElsewhere()
      const first = await kidNow()
      const keep = () => roles.vault.keepKeys({ organization: world.organization })
      await keep()
      expect(await state()).toHaveLength(2)
      clock.now = began + 91 * DAY
      await keep()
      expect(await state()).toHaveLength(4)
      expect((await publicKeys()).has(first)).toBe(true)
      clock.now += 3 * DAY
      await keep()
      expect(await state()).toHaveLength(2)
      expect((await publicKeys()).has(first)).toBe(false)
    } finally {
      clock.now = began
    }
  })

  it('are replaced at once when somebody asks for it, and what was signed before still verifies', async () => {
    await putElsewhere()
    const before = (await opened(await world.unlock())).token!
    await roles.vault.rotateTokenKeys({ organization: world.organization, actor: administrator })
    expect(await kidNow()).not.toBe(partsOf(before).head['kid'])
    expect(await isSigned(before)).toBe(true)
  })

  it('rest wrapped, and only the vault role sees them', async () => {
    await roles.vault.tokenKeys({ organization: world.organization })
    for (const role of ['api', 'log'] as const) {
      const read = withOrganization(database.pools[role], world.organization, (transaction) =>
        sql`select * from token_keys`.execute(transaction),
      )
      await expect(read).rejects.toMatchObject({ code: '42501' })
    }
  })
})
