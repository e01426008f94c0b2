import { randomBytes, randomUUID } from 'node:crypto'
import {
  type HttpCall,
  readServiceToken,
  SallyportError,
  serviceAudience,
  type ServicePurpose,
  SERVICE_TOKEN_LIFETIME,
  signCall,
  type Signer,
  thumbprintOf,
  utf8,
  verifySignature,
} from '@sallyport/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../../db/testing.ts'
import { createServiceAccount, revokeServiceAccount } from '../../domains/service-accounts/index.ts'
import { makeSigner } from '../../testing/make-signer.ts'
import {
  makeUnlockWorld,
  type MovedClock,
  type RolesOfWorld,
  startTestRoles,
  type UnlockWorld,
} from '../../testing/unlock-world.ts'

const clock: MovedClock = { now: Date.UTC(2026, 5, 1, 12) }
const issuer = 'https://api.example/v1/token-issuers/acme'
const DAY = 24 * 60 * 60_000
let database: TestDatabase
let roles: RolesOfWorld
let world: UnlockWorld
beforeAll(async () => {
  database = await testDatabase()
  roles = await startTestRoles(database, clock)
  world = await makeUnlockWorld(database, roles, clock)
})
afterAll(async () => {
  await roles.close()
  await database.stop()
})

const add = async ({ purposes = ['audit'] as ServicePurpose[], lasts = DAY } = {}) => {
  const signer = makeSigner()
  const account = { name: randomUUID(), publicKey: signer.publicKey, purposes, roles: [], expiresAt: new Date(clock.now + lasts) }
  const { id } = await world.inOrganization((transaction) =>
    createServiceAccount(transaction, account, { ...world.author(), permissions: new Set() }),
  )
  return { id, signer }
}

const requestOf = async (signer: Signer, body: object, change: Partial<HttpCall> = {}): Promise<HttpCall> => {
  const fields = { 'content-type': 'application/json' }
  const targetUri = 'https://api.example/v1/service-tokens'
  const call = { method: 'POST', targetUri, fields, body: utf8(JSON.stringify(body)), ...change }
  const parameters = { nonce: randomBytes(16), created: Math.floor(clock.now / 1000) }
  return { ...call, fields: await signCall(call, [{ label: 'service', signer }], parameters) }
}

const issue = async (request: HttpCall, organization = world.organization) => {
  const asked = { ...request, fields: { ...request.fields } }
  return roles.vault.issueServiceToken({ organization, issuer, address: '192.0.2.1', request: asked })
}

/** What whoever holds the API role is refused with. */
const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'issued',
    (error: unknown) => (error instanceof SallyportError ? error.code : String(error)),
  )

test('a token names organization, purpose and key, and is signed by a published key', async () => {
  const { id, signer } = await add()
  const { token, expiresAt } = await issue(await requestOf(signer, { account: id, purpose: 'audit' }))
  const { claims, keyId, input, signature } = readServiceToken(token)
  expect(claims).toMatchObject({
    iss: issuer,
    sub: id,
    aud: serviceAudience(world.organization, 'audit'),
    cnf: { jkt: await thumbprintOf(signer.publicKey) },
  })
  expect(claims.exp * 1000).toBe(clock.now + SERVICE_TOKEN_LIFETIME)
  expect(Date.parse(expiresAt)).toBe(claims.exp * 1000)
  const { keys } = await roles.vault.tokenKeys({ organization: world.organization })
  const { publicKey } = keys.find((key) => key.id === keyId)!
  expect(await verifySignature({ algorithm: 'ecdsa-p256-sha256', publicKey }, input, signature)).toBe(true)
})

test('a token does not outlast its account', async () => {
  const { id, signer } = await add({ lasts: 60_000 })
  const { expiresAt } = await issue(await requestOf(signer, { account: id, purpose: 'audit' }))
  expect(Date.parse(expiresAt)).toBe(clock.now + 60_000)
})

test('whoever holds the API role gets no token for an account whose key they do not have', async () => {
  const { id, signer } = await add()
  const body = { account: id, purpose: 'audit' }
  expect(await refusal(issue(await requestOf(makeSigner(), body)))).toBe('signature_invalid')
  const other = await add()
  expect(await refusal(issue(await requestOf(other.signer, body)))).toBe('signature_invalid')
  const good = await requestOf(signer, body)
  expect(await refusal(issue({ ...good, body: utf8(JSON.stringify({ ...body, account: other.id })) }))).toBe('signature_invalid')
  // Another call of the account, handed over as if it asked for a token.
  expect(await refusal(issue(await requestOf(signer, body, { targetUri: 'https://api.example/v1/sites' })))).toBe(
    'signature_invalid',
  )
  expect(await refusal(issue(await requestOf(signer, body, { method: 'PUT' })))).toBe('signature_invalid')
  clock.now += 10 * 60_000
  expect(await refusal(issue(good))).toBe('signature_expired')
})

test('no token is made for another organization, another purpose, or an account that is over', async () => {
  const { id, signer } = await add()
  const ask = (purpose: string, account = id) => requestOf(signer, { account, purpose })
  expect(await refusal(issue(await ask('audit'), randomUUID()))).toBe('service_account_unknown')
  expect(await refusal(issue(await ask('audit', randomUUID())))).toBe('service_account_unknown')
  expect(await refusal(issue(await ask('api')))).toBe('wrong_purpose')
  expect(await refusal(issue(await ask('connect')))).toBe('invalid_request')
  await world.inOrganization((transaction) => revokeServiceAccount(transaction, id, world.author()))
  expect(await refusal(issue(await ask('audit')))).toBe('service_account_ended')
  const short = await add({ lasts: 1000 })
  clock.now += 1000
  expect(await refusal(issue(await requestOf(short.signer, { account: short.id, purpose: 'audit' })))).toBe(
    'service_account_ended',
  )
})
