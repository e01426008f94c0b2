import { randomUUID } from 'node:crypto'
import { toBase64url } from '@sallyport/protocol'
import { type FakeVault, makeTokenIssuer, startFakeVault, waitFor } from '@sallyport/testkit'
import type { MuxSession } from '@sallyport/transport'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openStream, playAgent, type PlayedAgent } from '../testing/played-agent.ts'
import { type PlayedApi, playApi } from '../testing/played-api.ts'
import type { PlayedCredential } from '../testing/played-vault.ts'
import { addCredential, startGateway, type TestGateway } from '../testing/running-gateway.ts'

const issuer = makeTokenIssuer()
const users = new Set<string>()
/** Runs while the store makes a user. */
let whileMaking: () => Promise<void>
let vault: FakeVault
let api: PlayedApi
let gateway: TestGateway
let agent: PlayedAgent
let mux: MuxSession

beforeAll(async () => {
  vault = await startFakeVault({
    keysOf: () => Promise.resolve(issuer.keys),
    database: {
      make: async ({ name }) => {
        users.add(name)
        await whileMaking()
      },
      drop: (name) => Promise.resolve(void users.delete(name)),
    },
  })
  vault.roles.set('sallyport', {
    issuer: issuer.issuer,
    audience: 'vault',
    boundClaims: {},
    paths: ['secret/data/{{path}}', 'database/creds/{{path}}'],
    ttl: 60,
  })
  vault.secrets.set('shop', { password: 'of the store' })
  api = await playApi()
  gateway = await startGateway(api)
  await waitFor(() => api.applied.length > 0, { description: 'the first snapshot to be applied' })
  agent = await playAgent(api)
  mux = await agent.connect(gateway.port)
})
afterAll(async () => {
  mux.close()
  await gateway.close()
  await api.close()
  await vault.close()
})
beforeEach(() => {
  api.tamper = null
  whileMaking = () => Promise.resolve()
  vault.journal.length = 0
})

const addStored = (engine: 'kv' | 'database', path = 'shop'): PlayedCredential =>
  addCredential(api, {
    stored: {
      kind: 'stored',
      store: randomUUID(),
      location: {
        kind: 'vault',
        address: vault.server.origin,
        authority: vault.ca,
        namespace: null,
        engine,
        mount: engine === 'kv' ? 'secret' : 'database',
        signIn: { kind: 'token', mount: 'jwt', role: 'sallyport', audience: 'vault' },
      },
      path,
      field: engine === 'kv' ? 'password' : null,
      token: () => issuer.sign({ aud: 'vault', path }),
    },
  })

const open = async (credential: PlayedCredential) => {
  const opened = await openStream(mux, await agent.makeTicket(credential.id))
  return { ...opened, code: opened.answer.ok ? 'ok' : opened.answer.error.code }
}

test('a lease fetches its secret once, and further connections under it none', async () => {
  const { stream, answer, code } = await open(addStored('kv'))
  expect(code).toBe('ok')
  const lease = answer.ok ? answer.lease!.id : ''
  await waitFor(() => gateway.adapter.passwords.at(-1) === 'of the store', { description: 'the adapter to sign in' })
  await waitFor(() => vault.journal.length === 3, { description: 'the gateway to sign out of the store' })
  const second = await openStream(mux, { type: 'resume', lease, caller: null })
  expect(second.answer.ok).toBe(true)
  expect(vault.journal).toEqual(['200 POST auth/jwt/login', '200 GET secret/data/shop', '204 POST auth/token/revoke-self'])
  stream.destroy()
  second.stream.destroy()
})

test('without a receipt of this very unlock the store is not asked', async () => {
  const receipt = `${'x'.repeat(20)}.${toBase64url(new Uint8Array(64))}`
  api.tamper = (answer) => ({ ...answer, receipt })
  expect((await open(addStored('kv'))).code).toBe('receipt_invalid')
  expect(vault.journal).toEqual([])
})

test('what the store refuses is the code of the stream, and the lease that came to nothing is given back', async () => {
  const { code } = await open(addStored('kv', 'nowhere'))
  expect(code).toBe('store_secret_missing')
  const lease = api.unlocks.at(-1)
  await waitFor(() => api.ended.some(({ id, reason }) => id === lease && reason === code), { description: 'the report' })
})

test('a user that the store makes is who signs in, and is taken back when the lease is revoked', async () => {
  const credential = addStored('database', 'reader')
  const { code } = await open(credential)
  expect(code).toBe('ok')
  const [user] = [...users]
  expect(vault.users()).toEqual([user])
  api.revoke('credential', credential.id, 'lease_revoked')
  await waitFor(() => users.size === 0, { description: 'the store to drop the user' })
})

test('a user that was made while the lease was being revoked is taken back, too', async () => {
  const credential = addStored('database', 'reader')
  const revoke = async (): Promise<void> => {
    const number = api.revoke('credential', credential.id, 'lease_revoked')
    await waitFor(() => api.applied.some((applied) => applied >= number), { description: 'the revocation to be applied' })
  }
  whileMaking = revoke
  expect((await open(credential)).code).toBe('lease_revoked')
  await waitFor(() => users.size === 0 && vault.users().length === 0, { description: 'the store to drop the user' })
})
