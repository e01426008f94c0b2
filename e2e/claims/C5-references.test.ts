/**
 * C5. Outside, a secret is only a reference (a UUID). A token for one organization never resolves another's reference; tokens
 * expire. Unattended jobs use such tokens too.
 *
 * The attackers are a program with a service account of another organization that knows every id of this one; whoever found a
 * token, in a log or on the wire, and has a key of their own or none; and a program that wants more than its token is for. The
 * three roles of the API run apart, each in a process of its own.
 */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { authorizationOf, type HttpCall, readServiceToken, toBase64url, utf8 } from '@sallyport/protocol'
import { auditEntry, type AuditEntry, type InputOf, type RouteOf, routes } from '@sallyport/protocol/api'
import { Central } from '@sallyport/testbed'
import { makeTemporaryDirectory, runProgram, waitFor } from '@sallyport/testkit'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { centralSql } from '../support/central-sql.ts'
import { addNewcomer } from '../support/newcomer.ts'
import { fill, type Operation, operationsOf, unsignedCall, type Values } from '../support/openapi-calls.ts'
import { furnish, type OrganizationWorld, sealedSecret, storeLocation } from '../support/organization-world.ts'
import type { RawAnswer } from '../support/raw-call.ts'
import { RawClient } from '../support/raw-client.ts'
import { newKey } from '../support/raw-key.ts'
import { addServiceAccount, ServiceAccount } from '../support/service-account.ts'

const MARK = 'zebrafish'

let central: Central
let operations: Operation[]
let owner: RawClient
let victim: RawClient
let theirs: OrganizationWorld
/** Of the attackers' organization, with everything that an account can have. */
let account: ServiceAccount
let token: string
let ownerRole: string

type Parts = Partial<InputOf<RouteOf<'createServiceAccount'>>['body']>
const add = (parts: Parts = {}, by = owner): Promise<ServiceAccount> =>
  addServiceAccount((body) => by.call('createServiceAccount', { body }), by, parts)

const ownerRoleOf = async (client: RawClient): Promise<string> =>
  (await client.call('listRoles')).items.find(({ name }) => name === 'owner')!.id

const codeOf = async (answer: Promise<RawAnswer>): Promise<string | null> => (await answer).code

beforeAll(async () => {
  central = await Central.start({ organizations: [MARK], roles: 'apart' })
  ;[owner, victim] = await Promise.all([RawClient.enrol(central.invitation), RawClient.enrol(central.invitations[MARK]!)])
  theirs = await furnish(victim, MARK, `password of ${MARK}`)
  ownerRole = await ownerRoleOf(owner)
  account = await add({ roles: [ownerRole] })
  token = await account.token('api')
  const targetUri = `${owner.origin}/v1/openapi.json`
  operations = operationsOf((await owner.sendRaw({ method: 'GET', targetUri, fields: {}, body: new Uint8Array() })).json)
})
afterAll(async () => {
  for (const client of [owner, victim, theirs?.person]) client?.close()
  theirs?.gateway.close()
  await central?.stop()
})

const foreignValues = async (): Promise<Values> => {
  const { ids, endpoint } = theirs
  const sealed = await sealedSecret(owner, { id: ids.resource, endpoint }, 'another password')
  const publicKey = toBase64url(newKey().publicKey)
  return {
    ...ids,
    ...sealed,
    resource: ids.resource,
    endpoint,
    location: storeLocation('own'),
    sealedSecret: null,
    publicKey,
    port: 20_000,
  }
}

/** A call of the document, by the account, with its token. */
const callBy = async (by: ServiceAccount, operation: Operation, values: Values) => {
  const filled = fill(operation, values)
  const { method, targetUri, body, fields } = unsignedCall(owner.origin, filled)
  const alter = (): HttpCall => ({ method, targetUri, body, fields: { ...fields, authorization: authorizationOf(token) } })
  return { filled, answer: await by.attempt('getMe', undefined, { alter }) }
}

const ofPeople = (): Operation[] => operations.filter(({ caller }) => caller === 'client')

describe('a service account', () => {
  it('does what its roles and its token are for, in its own name', async () => {
    const name = 'made by a program'
    const made = await account.attempt('createSite', { body: { name } }, { token })
    expect(made.code).toBeNull()
    const find = async (): Promise<AuditEntry | false> => {
      const { items } = await owner.call('listAuditEntries', { query: { limit: 50 } })
      return items.map(({ entry }) => auditEntry.parse(entry)).find(({ type }) => type === 'site.created') ?? false
    }
    const entry = await waitFor(find, { description: 'the entry of the site' })
    expect(entry.actor).toMatchObject({ kind: 'service', id: account.id, device: null, session: null, address: '127.0.0.1' })
    expect(entry.subject).toMatchObject({ id: (made.json as { id: string }).id })
  })

  it('is told of a secret its reference, and nothing else', async () => {
    const program = await add({ roles: [await ownerRoleOf(victim)] }, victim)
    const parameters = { credential: theirs.ids.credential }
    const { text, json } = await program.attempt('getCredential', { parameters }, { token: await program.token('api') })
    expect(json).toMatchObject({ secret: theirs.ids.secret })
    expect(text).not.toContain(`password of ${MARK}`)
  })

  it('gets nowhere with the references and other ids of another organization, and learns nothing', async () => {
    const values = await foreignValues()
    const open = ofPeople().filter((operation) => operation['x-purposes'].includes('api'))
    const tried: string[] = []
    for (const operation of open) {
      const { filled, answer } = await callBy(account, operation, values)
      expect(answer.text.toLowerCase(), operation.operationId).not.toContain(MARK)
      if (filled.references.length === 0) continue
      expect(answer.code, `${operation.operationId}: ${answer.text}`).toBe('not_found')
      tried.push(operation.operationId)
    }
    expect(tried).toEqual(expect.arrayContaining(['createCredential', 'getCredential', 'getResource', 'proveLogEntry']))
  })

  it('reaches nothing but what is open to such accounts: no secret, no lease, nobody', async () => {
    const values = await foreignValues()
    const closed = ofPeople().filter((operation) => operation['x-purposes'].length === 0)
    expect(closed.map(({ operationId }) => operationId)).toEqual(
      expect.arrayContaining(['createSecret', 'replaceSecret', 'changeResource', 'createServiceAccount', 'createGrant']),
    )
    for (const name of ['createSecret', 'replaceSecret', 'changeResource', 'createServiceAccount', 'createGrant', 'getMe']) {
      const operation = closed.find(({ operationId }) => operationId === name)!
      expect((await callBy(account, operation, values)).answer.code, name).toBe('signature_invalid')
    }
    const opening = Object.entries(routes).filter(([, route]) => 'purposes' in route && /secret|lease|job/i.test(route.path))
    expect(opening).toEqual([])
  })

  it('may do no more than its roles allow, at the time of the call', async () => {
    const role = await owner.call('createRole', { body: { name: 'sees resources', permissions: ['resources.read'] } })
    const program = await add({ roles: [role.id] })
    const own = { token: await program.token('api') }
    expect(await codeOf(program.attempt('listSites', {}, own))).toBeNull()
    expect(await codeOf(program.attempt('createSite', { body: { name: 'more' } }, own))).toBe('forbidden')
    await owner.call('changeRole', { parameters: { role: role.id }, body: { permissions: [] } })
    expect(await codeOf(program.attempt('listSites', {}, own))).toBe('forbidden')
  })

  it('is made with no role that its maker does not have', async () => {
    const { id } = await owner.call('createRole', { body: { name: 'makes accounts', permissions: ['service-accounts.write'] } })
    const maker = await addNewcomer(owner, 'maker', { roles: ['makes accounts'] })
    await expect(add({ roles: [ownerRole] }, maker)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(add({ roles: [id] }, maker)).resolves.toBeInstanceOf(ServiceAccount)
    maker.close()
  })
})

test('the program of the documentation calls with no more than Node', async () => {
  const program = await add({ roles: [ownerRole], purposes: ['audit'] })
  const folder = await makeTemporaryDirectory()
  try {
    const [key, authority] = [join(folder.path, 'key.pem'), join(folder.path, 'authority.pem')]
    await writeFile(key, program.key.pem)
    await writeFile(authority, owner.apiAuthority ?? '')
    const script = fileURLToPath(new URL('../../docs/howto/service-account.mjs', import.meta.url))
    const run = (path: string) =>
      runProgram({
        command: process.execPath,
        args: [script, 'GET', path],
        env: {
          SALLYPORT_API: owner.origin,
          SALLYPORT_ACCOUNT: program.id,
          SALLYPORT_KEY: key,
          SALLYPORT_PURPOSE: 'audit',
          NODE_EXTRA_CA_CERTS: authority,
        },
      })
    const found = await run('/v1/audit-entries?limit=1')
    expect(found).toMatchObject({ code: 0 })
    expect(JSON.parse(found.stdout)).toMatchObject({ items: [expect.anything()] })
    expect((await run('/v1/sites')).stderr).toContain('wrong_purpose')
  } finally {
    await folder.remove()
  }
})

describe('a token of another purpose', () => {
  it('does not manage what it may only read', async () => {
    const reading = { token: await account.token('audit') }
    expect(await codeOf(account.attempt('listAuditEntries', {}, reading))).toBeNull()
    expect(await codeOf(account.attempt('listCredentials', {}, reading))).toBe('wrong_purpose')
    expect(await codeOf(account.attempt('createSite', { body: { name: 'of an auditor' } }, reading))).toBe('wrong_purpose')
  })

  it('is not given to an account that is not for it', async () => {
    const reader = await add({ roles: [ownerRole], purposes: ['audit'] })
    expect((await reader.askForToken('api')).code).toBe('wrong_purpose')
    expect((await reader.askForToken('audit')).code).toBeNull()
  })
})

describe('a stolen token', () => {
  it('is nothing without the key', async () => {
    const { 'signature': _, 'signature-input': __, ...bare } = (await account.sign('listSites', {}, { token })).fields
    const call = await account.sign('listSites', {}, { token })
    expect((await account.send({ ...call, fields: bare })).code).toBe('signature_missing')
    expect(await codeOf(account.attempt('listSites', {}, { token, key: newKey() }))).toBe('signature_invalid')
    const forged = { ...newKey(), publicKey: account.key.publicKey }
    const signer = { ...forged.signer, publicKey: account.key.publicKey }
    expect(await codeOf(account.attempt('listSites', {}, { token, key: { ...forged, signer } }))).toBe('signature_invalid')
  })

  it('is nothing in the hands of another account, whatever is written into it', async () => {
    const other = await add()
    expect(await codeOf(other.attempt('listSites', {}, { token }))).toBe('signature_invalid')
    const [head, body, signature] = token.split('.') as [string, string, string]
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
    const { jkt } = readServiceToken(await other.token('api')).claims.cnf
    const changed = (change: object): string =>
      `${head}.${toBase64url(utf8(JSON.stringify({ ...claims, ...change })))}.${signature}`
    for (const change of [{ sub: other.id }, { sub: other.id, cnf: { jkt } }]) {
      expect(await codeOf(other.attempt('listSites', {}, { token: changed(change) }))).toBe('service_token_invalid')
    }
    // Its own, made to last, and made for another organization.
    for (const change of [{ exp: 4_102_444_800 }, { aud: `urn:sallyport:${victim.organization}:api` }]) {
      expect(await codeOf(account.attempt('listSites', {}, { token: changed(change) }))).toBe('service_token_invalid')
    }
    expect(await codeOf(account.attempt('listSites', {}, { token: changed({ sub: randomUUID() }) }))).toBe(
      'service_account_unknown',
    )
    const unsigned = toBase64url(utf8(JSON.stringify({ alg: 'none', typ: 'at+jwt' })))
    expect(await codeOf(account.attempt('listSites', {}, { token: `${unsigned}.${body}.` }))).toBe('service_token_invalid')
  })

  it('cannot be put into a call that was signed with another one, or taken out of it', async () => {
    const call = await account.sign('listSites', {}, { token: await account.token('audit') })
    const swapped = { ...call, fields: { ...call.fields, authorization: authorizationOf(token) } }
    expect((await account.send(swapped)).code).toBe('signature_invalid')
    const without = await account.sign('listSites', {})
    expect((await account.send(without)).code).toBe('signature_invalid')
    const added = { ...without, fields: { ...without.fields, authorization: authorizationOf(token) } }
    expect((await account.send(added)).code).toBe('signature_invalid')
  })

  it('of one organization opens nothing in another, for the same key', async () => {
    const body = { name: 'same key', purposes: ['api' as const], publicKey: toBase64url(account.key.publicKey) }
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
    const made = await victim.call('createServiceAccount', { body: { ...body, expiresAt, roles: [await ownerRoleOf(victim)] } })
    const twin = new ServiceAccount(made.id, account.key, victim)
    const parameters = { resource: theirs.ids.resource }
    expect(await codeOf(twin.attempt('getResource', { parameters }, { token: await twin.token('api') }))).toBeNull()
    expect(await codeOf(twin.attempt('getResource', { parameters }, { token }))).toBe('not_found')
  })
})

describe('a call that was made before', () => {
  it('is refused, with a token and for one', async () => {
    const calls = [
      await account.sign('listSites', {}, { token }),
      await account.sign('createServiceToken', { body: { account: account.id, purpose: 'api' } }),
    ]
    for (const call of calls) {
      expect((await account.send(call)).code).toBeNull()
      expect((await account.send(call)).code).toBe('replayed')
    }
    const created = Math.floor(Date.now() / 1000) - 200
    expect((await account.askForToken('api', { created })).code).toBe('signature_expired')
  })
})

test('an expired token is refused, though account and key are good', async () => {
  const short = await add({ roles: [ownerRole] })
  const endIn = (milliseconds: number) =>
    centralSql(central.database!.url('superuser'), 'update service_accounts set expires_at = $1 where id = $2', [
      new Date(Date.now() + milliseconds),
      short.id,
    ])
  /** It ends with its account; where that was too soon to be given one, a little later. */
  const tokenThatEndsIn = async (milliseconds: number): Promise<string> => {
    await endIn(milliseconds)
    const { code, json } = await short.askForToken('api')
    return code === null ? routes.createServiceToken.response.parse(json).token : tokenThatEndsIn(2 * milliseconds)
  }
  const expiring = { token: await tokenThatEndsIn(2_500) }
  // The account itself lives on.
  await endIn(3_600_000)
  const refused = () => codeOf(short.attempt('listSites', {}, expiring))
  expect(await waitFor(async () => (await refused()) ?? false, { description: 'the token to expire', timeoutMs: 90_000 })).toBe(
    'service_token_expired',
  )
  expect(await codeOf(short.attempt('listSites', {}, { token: await short.token('api') }))).toBeNull()
})

test('a revoked account gets no token and uses none, from its next call on', async () => {
  const program = await add({ roles: [ownerRole] })
  const own = { token: await program.token('api') }
  expect(await codeOf(program.attempt('listSites', {}, own))).toBeNull()
  await owner.call('revokeServiceAccount', { parameters: { serviceAccount: program.id } })
  expect(await codeOf(program.attempt('listSites', {}, own))).toBe('service_account_ended')
  expect((await program.askForToken('api')).code).toBe('service_account_ended')
  expect((await victim.attempt('revokeServiceAccount', { parameters: { serviceAccount: account.id } })).code).toBe('not_found')
  expect(await codeOf(account.attempt('listSites', {}, { token }))).toBeNull()
})
