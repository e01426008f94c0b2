/**
 * A4. What an administrator does that matters needs the person, not only their agent: a fresh confirmation on a page in the
 * browser, which no program on their computer can give.
 *
 * The attacker is a program that reaches the agent's local API as its owner does, or who holds a session with all its keys; a
 * page of another site that is open in the same browser; or somebody who got hold of an address or a code on its way.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { connectAgent } from '@sallyport/desktop/local'
import { fromUtf8, type HttpCall, signCall, utf8 } from '@sallyport/protocol'
import { type Route, routes, withPresence } from '@sallyport/protocol/api'
import { type Agent, Central, fillPage, finishPage, formOf, openPage, sendForm, startAgent } from '@sallyport/testbed'
import { spawnProgram } from '@sallyport/testkit'
import { writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { latestEntries } from '../support/audit.ts'
import { addNewcomer } from '../support/newcomer.ts'
import { fill, type Operation, operationsOf, unsignedCall, type Values } from '../support/openapi-calls.ts'
import { storeLocation } from '../support/organization-world.ts'
import { beginSignIn, codeIn, finishSignIn } from '../support/raw-browser.ts'
import { actOf, RawClient } from '../support/raw-client.ts'
import { newKey } from '../support/raw-key.ts'
import { sallyportCommand } from '../support/sallyport.ts'

const PASSWORD = 'a password that only a person knows'
const OWNER = 'owner@acme.example'

let central: Central
/** The owner's own agent. */
let agent: Agent
/** Another owner, of whom the attacker holds every key. */
let owner: RawClient
let operations: readonly Operation[]

beforeAll(async () => {
  central = await Central.start()
  const passphraseFile = join(central.directory, 'passphrase')
  await writeFile(passphraseFile, randomBytes(16).toString('hex'), { mode: 0o600 })
  agent = await startAgent({ profile: join(central.directory, 'profile'), passphraseFile })
  await agent.local.call('enrol', { invitation: central.invitation, password: PASSWORD })
  agent.confirmWith(PASSWORD)
  const role = (await agent.api('listRoles', { query: { limit: 500 } })).items.find(({ name }) => name === 'owner')!.id
  const body = { email: 'second@acme.example', firstName: 'Second', lastName: 'Owner', roles: [role] }
  const { id } = await agent.api('createUser', { body })
  owner = await RawClient.enrol((await agent.api('createInvitation', { parameters: { user: id } })).invitation)
  operations = operationsOf(await owner.call('getOpenApi'))
})
afterAll(async () => {
  owner?.close()
  await agent?.stop()
  await central?.stop()
})

const ids = [
  'user',
  'device',
  'role',
  'site',
  'resource',
  'secret',
  'credential',
  'gateway',
  'accessRequest',
  'accessRule',
  'store',
  'sink',
  'supportAccess',
]
const strangers: Values = {
  location: storeLocation('some'),
  issuer: 'https://issuer.example',
  ...Object.fromEntries(ids.map((name) => [name, randomUUID()])),
  port: 20_000,
  endpoint: {
    protocol: 'postgresql',
    host: 'somewhere.example',
    port: 5432,
    tls: { kind: 'authority', certificates: '', serverName: null },
    plaintextAllowed: false,
    weakestAuthentication: 'scram',
  },
}
const guarded = Object.entries(routes as Readonly<Record<string, Route>>).filter(([, { presence }]) => presence !== undefined)

const signed = async (client: RawClient, call: HttpCall): Promise<HttpCall> => {
  const parameters = { nonce: randomBytes(16), created: Math.floor(Date.now() / 1000) }
  return { ...call, fields: await signCall(call, client.callSigners, parameters) }
}
/** As the served document says, with ids of nobody. */
const callOf = ({ method, path }: Route): HttpCall => {
  const operation = operations.find((each) => each.method === method && each.path === path)!
  return unsignedCall(owner.origin, fill(operation, strangers))
}
const newRole = () => ({ body: { name: `role ${randomUUID()}` } })

describe('a program without the person', () => {
  it('is refused by every route that matters, whatever it holds of keys', async () => {
    expect(guarded.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        ...['createGrant', 'createSecret', 'replaceSecret', 'bindSecret', 'changeResource', 'approveDevice'],
        ...['rotateAuthority', 'rotateVaultKey', 'rotateDataKeys', 'rotateTokenKeys', 'startLogKey', 'changeLogWitnesses'],
        ...['markGatewayCompromised', 'changeGateway', 'changeSink', 'deleteSink'],
      ]),
    )
    for (const [name, route] of guarded) {
      const call = callOf(route)
      expect(await owner.sendRaw(await signed(owner, call)), name).toMatchObject({ code: 'presence_required', status: 403 })
      const forged = withPresence(call, randomBytes(32).toString('base64url'))
      expect(await owner.sendRaw(await signed(owner, forged)), name).toMatchObject({ code: 'presence_required' })
    }
  })

  it('gets nothing from the local API, also while the person has confirmed something to another one', async () => {
    const program = (await connectAgent(agent.profile))!
    const attempt = program.call('api', { route: 'createRole', input: newRole() })
    await expect(attempt).rejects.toMatchObject({ code: 'presence_required' })
    await agent.api('createRole', newRole())
    await expect(program.call('api', { route: 'createRole', input: newRole() })).rejects.toMatchObject({
      code: 'presence_required',
    })
    program.close()
  })

  it('cannot confirm through the local API: no method takes a password for that, and the routes are the agent’s own', async () => {
    const withPassword = { call: null, password: PASSWORD } as { call: null }
    await expect(agent.local.call('beginPresence', withPassword)).rejects.toMatchObject({ code: 'invalid_request' })
    for (const route of ['beginPresence', 'finishPresence'] as const)
      await expect(agent.local.call('api', { route, input: {} })).rejects.toMatchObject({ code: 'forbidden' })
    const { id } = await agent.local.call('beginPresence', { call: null })
    const other = agent.local.call('awaitPresence', { id: randomUUID() })
    await expect(other).rejects.toMatchObject({ code: 'not_found' })
    const waiting = agent.local.call('awaitPresence', { id })
    await agent.local.call('cancelBrowser', { id })
    await expect(waiting).rejects.toMatchObject({ code: 'browser_unfinished' })
  })
})

describe('a proof of presence', () => {
  it('is good in its session only', async () => {
    const proof = await owner.presence()
    expect(await owner.attempt('createRole', newRole(), { presence: proof })).toMatchObject({ code: null })
    const other = owner.clone()
    await other.signIn('second@acme.example')
    expect(await other.attempt('createRole', newRole(), { presence: proof })).toMatchObject({ code: 'presence_required' })
    const colleague = await addNewcomer(owner, 'colleague', { roles: ['owner'] })
    expect(await colleague.attempt('createRole', newRole(), { presence: proof })).toMatchObject({ code: 'presence_required' })
    colleague.close()
    other.close()
  })

  it('for changes of the last minutes is none for a call that needs its own, and one for a call is for no other', async () => {
    const [, route] = guarded.find(([, { presence }]) => presence === 'act')!
    const refused = { code: 'presence_required', status: 403 }
    const recent = await owner.presence()
    expect(await owner.sendRaw(await signed(owner, withPresence(callOf(route), recent)))).toMatchObject(refused)
    const emergency = { body: { credential: randomUUID(), reason: 'everything is down', duration: 600 } }
    const other = { body: { credential: randomUUID(), reason: 'everything is down', duration: 600 } }
    const call = await owner.sign('openEmergencyAccess', emergency)
    const own = await owner.presence(actOf(call), 'act')
    expect(await owner.attempt('openEmergencyAccess', other, { presence: own })).toMatchObject(refused)
    expect(await owner.attempt('createRole', newRole(), { presence: own })).toMatchObject(refused)
    const done = await owner.attempt('openEmergencyAccess', emergency, { presence: own })
    expect(done.code).toMatch(/^(not_found|forbidden|not_granted)$/)
    expect(await owner.attempt('openEmergencyAccess', emergency, { presence: own })).toMatchObject(refused)
  })

  it('is given for a code once, to whoever has its verifier, in the session that began', async () => {
    const { url, verifier } = await owner.beginPresence()
    const code = codeIn(await fillPage(url, { password: owner.password }))
    const elsewhere = await RawClient.enrol(
      (await owner.call('createInvitation', { parameters: { user: (await addNewcomer(owner, 'elsewhere')).user } })).invitation,
    )
    expect(await owner.attempt('finishPresence', { body: { code, verifier } })).toMatchObject({ code: null })
    expect(await owner.attempt('finishPresence', { body: { code, verifier } })).toMatchObject({ code: 'browser_code_invalid' })

    const next = await owner.beginPresence()
    const stolen = codeIn(await fillPage(next.url, { password: owner.password }))
    const guess = { body: { code: stolen, verifier: randomBytes(32).toString('base64url') } }
    expect(await owner.attempt('finishPresence', guess)).toMatchObject({ code: 'browser_code_invalid' })
    // Tried once, it is used up.
    const right = { body: { code: stolen, verifier: next.verifier } }
    expect(await owner.attempt('finishPresence', right)).toMatchObject({ code: 'browser_code_invalid' })

    const third = await owner.beginPresence()
    const carried = codeIn(await fillPage(third.url, { password: owner.password }))
    const input = { body: { code: carried, verifier: third.verifier } }
    expect(await elsewhere.attempt('finishPresence', input)).toMatchObject({ code: 'browser_code_invalid' })
    elsewhere.close()
  })

  it('needs the password; guessing is counted and recorded', async () => {
    const person = await addNewcomer(owner, 'guessed')
    const { url } = await person.beginPresence()
    const guess = async (password: string) => sendForm(await openPage(url), url, { password })
    for (let count = 0; count < 10; count++) {
      expect(await guess(`guess ${count}`)).toMatchObject({ status: 422, location: null })
    }
    // Even the right one comes too late.
    const late = await guess(person.password)
    expect(late).toMatchObject({ status: 422, location: null })
    expect(late.text).toContain('Too many attempts')
    const refused = (await latestEntries(agent)).filter(
      ({ type, actor }) => type === 'presence.refused' && actor.session === person.session,
    )
    expect(refused).toHaveLength(10)
    person.close()
  })
})

describe('a sign-in on the page', () => {
  const email = 'browsing@acme.example'
  let person: RawClient
  beforeAll(async () => {
    person = await addNewcomer(owner, 'browsing')
  })
  afterAll(() => person?.close())

  const typed = () => ({ email, password: person.password })

  it('signs in who began it', async () => {
    const begun = await beginSignIn(person)
    const location = await fillPage(begun.url, typed())
    expect(location).toMatch(/^http:\/\/127\.0\.0\.1:65535\/\?code=/)
    expect(new URL(location).searchParams.get('state')).toBe(begun.state)
    expect(await finishSignIn(person, begun, { code: codeIn(location) })).toMatchObject({ code: null })
  })

  it('gives a stolen code no worth: other keys, another verifier, a second time', async () => {
    const attempt = async (parts: Parameters<typeof finishSignIn>[2] extends infer Parts ? Partial<Parts> : never) => {
      const begun = await beginSignIn(person)
      return finishSignIn(person, begun, { ...parts, code: codeIn(await fillPage(begun.url, typed())) })
    }
    const refused = { code: 'browser_code_invalid', status: 401 }
    expect(await attempt({ verifier: randomBytes(32).toString('base64url') })).toMatchObject(refused)
    expect(await attempt({ keys: { device: person.keys.device, session: newKey() } })).toMatchObject(refused)
    expect(await attempt({ keys: { device: newKey(), session: newKey() } })).toMatchObject(refused)
    expect(await attempt({ route: 'finishBrowserInvitation' })).toMatchObject(refused)
    const begun = await beginSignIn(person)
    const code = codeIn(await fillPage(begun.url, typed()))
    expect(await finishSignIn(person, begun, { code })).toMatchObject({ code: null })
    expect(await finishSignIn(person, begun, { code })).toMatchObject(refused)
  })

  it('leads to this computer only, on a port of people’s programs', async () => {
    const body = { redirectPort: 65_535, state: 's'.repeat(22), codeChallenge: 'c'.repeat(43), act: null }
    const alter = (call: HttpCall): HttpCall => ({ ...call, body: utf8(fromUtf8(call.body).replace('65535', '80')) })
    expect(await person.attempt('beginPresence', { body }, { alter })).toMatchObject({ code: 'invalid_request' })
    const { url } = await beginSignIn(person, { redirectPort: 40_000 })
    for (const more of ['&redirect=https://evil.example', '&redirect_uri=https://evil.example', '&port=1']) {
      const shown = await sendForm(await openPage(`${url}${more}`), `${url}${more}`, { password: 'wrong', email })
      expect(shown.location).toBeNull()
    }
    expect(await fillPage(`${url}&next=//evil.example`, typed())).toMatch(/^http:\/\/127\.0\.0\.1:40000\/\?/)
  })

  it('tells nobody whether an account exists', async () => {
    const { url } = await beginSignIn(person)
    const answer = async (address: string) => {
      const { status, text } = await sendForm(await openPage(url), url, { email: address, password: 'wrong' })
      return { status, text: text.replaceAll(address, 'ADDRESS') }
    }
    expect(await answer(email)).toEqual(await answer('nobody@acme.example'))
  })

  it('is over once it gave its code, and begins nowhere else', async () => {
    const { url } = await beginSignIn(person)
    await fillPage(url, typed())
    expect(await openPage(url)).toMatchObject({ status: 410, location: null })
    const unknown = url.replace(/flow=.*/, `flow=${randomBytes(32).toString('base64url')}`)
    expect((await openPage(unknown)).status).toBe(410)
    expect((await openPage(url.replace('/acme/', '/other/'))).status).toBe(404)
  })
})

describe('the pages', () => {
  it('cannot be framed, run nothing of others, and are stored nowhere', async () => {
    const { url } = await owner.beginPresence()
    const { headers } = await fetch(url)
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:65535; frame-ancestors 'none'; base-uri 'none'`,
    )
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('set-cookie')).toBeNull()
    const { text } = await openPage(url)
    expect(text).not.toMatch(/<script|style=|\son\w+=|https?:/)
  })

  it('take no form from another site', async () => {
    const { url } = await owner.beginPresence()
    const { action, fields } = formOf(await openPage(url), url)
    const own = new URL(action).origin
    const send = (headers: Readonly<Record<string, string>>, body = { ...fields, password: owner.password }) =>
      fetch(action, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(body).toString(),
      })
    const foreign: Readonly<Record<string, string>>[] = [
      {},
      { origin: 'null' },
      { origin: 'https://evil.example' },
      { origin: `${own}.evil.example` },
      { 'origin': own, 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      const answer = await send(headers)
      expect(answer.status, JSON.stringify(headers)).toBe(403)
      expect(answer.headers.get('location')).toBeNull()
    }
    const twice = await fetch(action, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'origin': own },
      body: `${new URLSearchParams(fields).toString()}&password=a&password=b`,
    })
    expect(twice.status).toBe(400)
    expect((await send({ origin: own })).status).toBe(303)
  })

  it('show names as text, whatever is in them', async () => {
    const name = '<img src=x onerror=alert(1)>"\''
    const facts = { name, platform: 'linux', osVersion: '<b>', clientVersion: '1', keyStorage: 'passphrase' } as const
    const { url } = await beginSignIn(owner, { facts })
    const { text } = await openPage(url)
    expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;')
    expect(text).not.toContain('<img')
  })

  it('say in words what a person confirms', async () => {
    const call = { route: 'createUser' as const, input: { body: { email: 'shown@acme.example', firstName: 'A', lastName: 'B' } } }
    const { url, id } = await agent.local.call('beginPresence', { call })
    const { text } = await openPage(url)
    for (const part of ['Makes a user', 'shown@acme.example', OWNER]) expect(text).toContain(part)
    await agent.local.call('cancelBrowser', { id })
  })

  it('keep an invitation in the fragment, which no server sees', async () => {
    const person = await addNewcomer(owner, 'linked')
    const { link, invitation } = await owner.call('createInvitation', { parameters: { user: person.user } })
    expect(link).toBe(`${central.api.pagesOrigin}/invitation#${invitation}`)
    const answer = await fetch(link)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-security-policy')).toContain(`script-src 'self';`)
    expect(await answer.text()).not.toContain(invitation)
    person.close()
  })
})

describe('a person with their own programs', () => {
  it('signs in on the page, and the agent never sees the password', async () => {
    const before = (await agent.local.call('status', {})).session!.id
    const { id, url } = await agent.local.call('beginSignIn', {})
    const waiting = agent.local.call('awaitSignIn', { id })
    await finishPage(url, { email: OWNER, password: PASSWORD })
    const status = await waiting
    expect(status).toMatchObject({ state: 'signed-in', user: { email: OWNER } })
    expect(status.session!.id).not.toBe(before)
    await agent.api('createRole', newRole())
  })

  it('confirms a command of administration when it asks', async () => {
    const name = `role ${randomUUID()}`
    const command = await spawnProgram(await sallyportCommand(agent, ['admin', 'roles', 'add', name]))
    const found = await command.waitForLine(/^\s*http:\/\/127\.0\.0\.1:\d+\/acme\/presence\?flow=\S+/, { timeoutMs: 60_000 })
    await finishPage(found[0].trim(), { password: PASSWORD })
    expect(await command.exited).toMatchObject({ code: 0 })
    const { items } = await agent.api('listRoles', { query: { limit: 500 } })
    expect(items.map((role) => role.name)).toContain(name)
  })
})
