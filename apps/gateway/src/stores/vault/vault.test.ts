import { AddressRules } from '../../upstream/address-rules.ts'
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SallyportError, type StoredCredential, type StoreLocation } from '@sallyport/protocol'
import {
  type FakeVault,
  makeTemporaryDirectory,
  makeTokenIssuer,
  startFakeVault,
  type TemporaryDirectory,
  waitFor,
} from '@sallyport/testkit'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoreHolds } from '../holds.ts'
import { secretStores } from '../secret-stores.ts'
import { sendingToStores } from '../send.ts'

const issuer = makeTokenIssuer()
const rulesWith = (allowLoopback: boolean) => new AddressRules({ allowed: [], allowLoopback, ownListener: () => null })
const resolve = (host: string) => Promise.resolve([host])
const store = randomUUID()
const gateway = randomUUID()
const users = new Set<string>()
const left: unknown[] = []
let vault: FakeVault
let folder: TemporaryDirectory
let location: Extract<StoreLocation, { kind: 'vault' }>

const patience = { call: 5_000, deadline: 15_000, pause: 5 }
const storesWith = (allowLoopback = true, tokenFiles: ReadonlyMap<string, string> = new Map(), waiting = patience) =>
  secretStores({
    send: sendingToStores(rulesWith(allowLoopback), resolve),
    tokenFiles,
    patience: waiting,
    onLeft: (error) => left.push(error),
  })

const claims = (change: Record<string, unknown> = {}) => ({ aud: 'vault', gateway, path: 'apps/shop', ...change })

const stored = (change: Partial<StoredCredential> = {}): StoredCredential => ({
  kind: 'stored',
  store,
  location,
  path: 'apps/shop',
  field: 'password',
  token: issuer.sign(claims()),
  ...change,
})

/** Who fetches does not wait for it; what is arranged next must not be for it. */
const signedOut = () => waitFor(() => vault.tokens() === 0, { description: 'the sign-out' })

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
  )

beforeAll(async () => {
  folder = await makeTemporaryDirectory()
  vault = await startFakeVault({
    keysOf: () => Promise.resolve(issuer.keys),
    database: {
      make: ({ name }) => Promise.resolve(void users.add(name)),
      drop: (name) => Promise.resolve(void users.delete(name)),
    },
  })
  location = {
    kind: 'vault',
    address: vault.server.origin,
    authority: vault.ca,
    namespace: null,
    engine: 'kv',
    mount: 'secret',
    signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', audience: 'vault' },
  }
  vault.secrets.set('apps/shop', { password: 'of the shop', user: 'x' })
  vault.secrets.set('apps/other', { password: 'of another' })
  vault.roles.set('sallyport', {
    issuer: issuer.issuer,
    audience: 'vault',
    boundClaims: { gateway: [gateway] },
    paths: ['secret/data/{{path}}', 'database/creds/{{path}}'],
    ttl: 60,
  })
})
afterAll(async () => {
  await vault.close()
  await folder.remove()
})
beforeEach(() => {
  vault.state.sealed = false
  vault.state.ahead = 0
  vault.journal.length = 0
  left.length = 0
})

describe('a secret in KV', () => {
  it('is read with the token of one lease, which is then given back', async () => {
    const { password, userName, hold } = await storesWith().fetch(stored())
    expect({ password: password.toString(), userName, hold }).toEqual({ password: 'of the shop', userName: null, hold: null })
    await signedOut()
    expect(vault.journal).toEqual(['200 POST auth/jwt/login', '200 GET secret/data/apps/shop', '204 POST auth/token/revoke-self'])
    expect(left).toEqual([])
  })

  it.each([
    ['of another gateway', () => stored({ token: issuer.sign(claims({ gateway: randomUUID() })) })],
    ['for another path', () => stored({ path: 'apps/other' })],
    ['that has expired', () => stored({ token: issuer.sign(claims({ exp: Math.floor(Date.now() / 1000) - 60 })) })],
    ['for another audience', () => stored({ token: issuer.sign(claims({ aud: 'another' })) })],
    ['of somebody else', () => stored({ token: makeTokenIssuer().sign(claims()) })],
    ['that is none', () => stored({ token: 'x' })],
  ])('is refused to a token %s', async (_, make) => {
    expect(await codeOf(storesWith().fetch(make()))).toBe('store_denied')
  })

  it('has codes of its own for what is wrong, and says nothing of the secret', async () => {
    expect(await codeOf(storesWith().fetch(stored({ field: 'nothing' })))).toBe('store_secret_missing')
    expect(await codeOf(storesWith().fetch(stored({ path: 'none', token: issuer.sign(claims({ path: 'none' })) })))).toBe(
      'store_secret_missing',
    )
    await signedOut()
    vault.state.sealed = true
    expect(await codeOf(storesWith().fetch(stored()))).toBe('store_sealed')
  })

  it('is asked for again when the store is busy or slow, for a while', async () => {
    vault.server.answerNext(2, { status: 429, body: { errors: ['rate limited'] } })
    expect(await codeOf(storesWith().fetch(stored()))).toBe('done')
    await signedOut()
    vault.server.hang(1)
    expect(await codeOf(storesWith(true, new Map(), { ...patience, call: 1_000 }).fetch(stored()))).toBe('done')
    await signedOut()
    vault.server.answerNext(20, { status: 429, body: { errors: [] } })
    expect(await codeOf(storesWith().fetch(stored()))).toBe('store_throttled')
    vault.server.answerNext(20, { status: 502, body: 'a page of a proxy' })
    expect(await codeOf(storesWith().fetch(stored()))).toBe('store_unreachable')
    vault.server.answerNext(20, { status: 200, body: { padding: 'x'.repeat(100_000) } })
    expect(await codeOf(storesWith().fetch(stored()))).toBe('store_unreachable')
    vault.server.answerNext(0, { status: 200, body: {} })
  })

  it('is asked for only where the gateway may connect, and of whom it trusts', async () => {
    expect(await codeOf(storesWith(false).fetch(stored()))).toBe('address_refused')
    expect(await codeOf(storesWith().fetch(stored({ location: { ...location, authority: '' } })))).toBe('store_unreachable')
    const plain = { ...location, address: location.address.replace('https:', 'http:') }
    expect(await codeOf(storesWith().fetch(stored({ location: plain })))).toBe('store_unreachable')
  })
})

describe('a gateway-trusted store', () => {
  it('is asked with the token that this gateway keeps for it, and with no other', async () => {
    const trusted = stored({ location: { ...location, signIn: { kind: 'gateway' } }, token: null })
    expect(await codeOf(storesWith().fetch(trusted))).toBe('store_denied')
    const file = join(folder.path, 'token')
    await writeFile(file, 's.by-hand\n', { mode: 0o600 })
    vault.staticTokens.set('s.by-hand', ['secret/data/apps/shop'])
    const { password } = await storesWith(true, new Map([[store, file]])).fetch(trusted)
    expect(password.toString()).toBe('of the shop')
    expect(vault.journal).toEqual(['200 GET secret/data/apps/shop'])
  })
})

describe('a user that the database engine makes', () => {
  const made = async () => {
    const token = issuer.sign(claims({ path: 'shop' }))
    const fetched = await storesWith().fetch(
      stored({ location: { ...location, engine: 'database', mount: 'database' }, path: 'shop', field: null, token }),
    )
    return { ...fetched, hold: fetched.hold! }
  }

  it('is there for the lease, and gone after it', async () => {
    const before = vault.tokens()
    const { userName, hold } = await made()
    expect(users).toContain(userName)
    const holds = new StoreHolds({ onFailure: (event) => left.push(event) })
    const closed = Promise.withResolvers<void>()
    holds.keep('lease', hold)
    holds.end('lease', closed.promise)
    expect(users).toContain(userName)
    closed.resolve()
    await holds.stop(5_000)
    expect(users).not.toContain(userName)
    expect(vault.tokens()).toBe(before)
  })

  it('is renewed while the lease lives, and taken back in the end though the store was away', async () => {
    const { userName, hold } = await made()
    expect(hold.lifetime).toBe(60_000)
    const holds = new StoreHolds({ onFailure: (event) => left.push(event) })
    vault.journal.length = 0
    holds.keep('lease', { ...hold, lifetime: 10 })
    await waitFor(() => vault.journal.length >= 2, { description: 'the renewal' })
    expect(vault.journal).toEqual(['200 POST auth/token/renew-self', '200 POST sys/leases/renew'])
    vault.server.answerNext(1, { status: 503, body: { errors: ['Vault is sealed'] } })
    holds.end('lease', Promise.resolve())
    await waitFor(() => !users.has(userName!), { description: 'the user to be dropped' })
    await holds.stop(5_000)
    expect(left).toEqual([])
  })
})
