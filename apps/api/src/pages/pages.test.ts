import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { decodeInvitation } from '@sallyport/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, apiUnderTest } from '../testing/api-under-test.ts'
import { codeOf, makePerson, PASSWORD, type Person } from '../testing/person.ts'

const MINUTE = 60_000

let api: ApiUnderTest
let owner: Person
let pages: string

beforeAll(async () => {
  api = await apiUnderTest()
  owner = makePerson(api)
  await owner.accept(api.invitation.code)
  pages = api.first.program.api!.contact.origins.pages
})
afterAll(async () => {
  owner.close()
  await api.stop()
})

const begin = async () => {
  const verifier = randomBytes(32).toString('base64url')
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
  const body = { redirectPort: 50_000, state: randomBytes(16).toString('base64url'), codeChallenge, act: null }
  const { url } = await owner.client.call('beginPresence', { body })
  return { url, verifier, flow: new URL(url).searchParams.get('flow')! }
}

const confirm = async (url: string, flow: string, password = PASSWORD): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'origin': pages, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ flow, password }).toString(),
  })

const codeFrom = (answer: Response): string => new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''

const proof = async (): Promise<string> => {
  const { url, flow, verifier } = await begin()
  const code = codeFrom(await confirm(url, flow))
  return (await owner.client.call('finishPresence', { body: { code, verifier } })).presence
}

let roles = 0
const createRole = (presence: string): Promise<unknown> =>
  owner.client.call('createRole', { body: { name: `role ${++roles}` } }, { presence })

describe('a confirmation', () => {
  it('holds for five minutes', async () => {
    const presence = await proof()
    api.advance(4 * MINUTE)
    expect(await codeOf(createRole(presence))).toBe('accepted')
    api.advance(MINUTE)
    expect(await codeOf(createRole(presence))).toBe('presence_required')
  })

  it('gives a code that is good for a minute', async () => {
    const { url, flow, verifier } = await begin()
    const code = codeFrom(await confirm(url, flow))
    api.advance(MINUTE)
    expect(await codeOf(owner.client.call('finishPresence', { body: { code, verifier } }))).toBe('browser_code_invalid')
  })

  it('has ten minutes on its page', async () => {
    const { url, flow } = await begin()
    api.advance(9 * MINUTE)
    expect((await fetch(url)).status).toBe(200)
    api.advance(MINUTE)
    expect((await fetch(url)).status).toBe(410)
    expect((await confirm(url, flow)).status).toBe(410)
  })

  it('needs a code before its exchange, and a password before its code', async () => {
    const { url, flow, verifier } = await begin()
    expect((await confirm(url, flow, 'wrong')).status).toBe(422)
    const code = randomBytes(32).toString('base64url')
    expect(await codeOf(owner.client.call('finishPresence', { body: { code, verifier } }))).toBe('browser_code_invalid')
  })

  it('is void when the session ends', async () => {
    const person = makePerson(api)
    const user = await owner.client.call('createUser', { body: { email: 'b@acme.test', firstName: 'B', lastName: 'B' } })
    const { invitation } = await owner.client.call('createInvitation', { parameters: { user: user.id } })
    await person.accept(decodeInvitation(invitation).code)
    const body = { redirectPort: 50_000, state: 's'.repeat(22), codeChallenge: 'c'.repeat(43), act: null }
    const { url } = await person.client.call('beginPresence', { body })
    expect((await fetch(url)).status).toBe(200)
    await person.client.call('endSession')
    expect((await fetch(url)).status).toBe(410)
    person.close()
  })
})

describe('a page for a program on another computer', () => {
  const beginElsewhere = async () => {
    const verifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
    const body = { redirectPort: null, state: randomBytes(16).toString('base64url'), codeChallenge, act: null }
    const { url } = await owner.client.call('beginPresence', { body })
    return { url, verifier, flow: new URL(url).searchParams.get('flow')! }
  }
  const shownCode = async (answer: Response): Promise<string> =>
    /<output class="code"[^>]*>([A-Za-z0-9_-]{43})<\/output>/.exec(await answer.text())?.[1] ?? ''

  it('warns first, leads nowhere, and shows a code that is good for five minutes', async () => {
    const { url, flow, verifier } = await beginElsewhere()
    const page = await fetch(url)
    expect(await page.text()).toContain('Go on only if you started it there yourself.')
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';")
    const answer = await confirm(url, flow)
    expect({ status: answer.status, location: answer.headers.get('location') }).toEqual({ status: 200, location: null })
    const code = await shownCode(answer)
    api.advance(4 * MINUTE)
    const { presence } = await owner.client.call('finishPresence', { body: { code, verifier } })
    expect(await codeOf(createRole(presence))).toBe('accepted')
  })

  it('shows its code once, and the code is worth nothing to others or later', async () => {
    const { url, flow, verifier } = await beginElsewhere()
    const code = await shownCode(await confirm(url, flow))
    expect((await confirm(url, flow)).status).toBe(410)
    api.advance(5 * MINUTE)
    expect(await codeOf(owner.client.call('finishPresence', { body: { code, verifier } }))).toBe('browser_code_invalid')
    const other = await beginElsewhere()
    const stolen = await shownCode(await confirm(other.url, other.flow))
    const theirs = randomBytes(32).toString('base64url')
    expect(await codeOf(owner.client.call('finishPresence', { body: { code: stolen, verifier: theirs } }))).toBe(
      'browser_code_invalid',
    )
  })
})

describe('a call that is confirmed', () => {
  const beginAct = async (body: object, target = '/v1/users') => {
    const verifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
    const state = randomBytes(16).toString('base64url')
    const act = { method: 'POST' as const, target, body: JSON.stringify(body) }
    const { url } = await owner.client.call('beginPresence', { body: { redirectPort: 50_000, state, codeChallenge, act } })
    return { url, verifier, flow: new URL(url).searchParams.get('flow')! }
  }
  const roleNamed = async (wanted: string): Promise<string> =>
    (await owner.client.call('listRoles')).items.find(({ name }) => name === wanted)!.id
  const newUser = { email: 'c@acme.test', firstName: 'C', lastName: 'C' }

  it('is shown with the names of what its ids stand for', async () => {
    const { url } = await beginAct({ ...newUser, roles: [await roleNamed('owner'), await roleNamed('auditor')] })
    const text = await (await fetch(url)).text()
    expect(text).toMatch(/<dt>Roles<\/dt>\s*<dd>owner, auditor<\/dd>/)
    expect(text).toContain(newUser.email)
  })

  it('is shown with who is named further inside', async () => {
    const { items } = await owner.client.call('listUsers')
    const rule = {
      name: 'production',
      priority: 1,
      enabled: true,
      selects: { everything: true, credentials: [], resources: [], tags: [] },
      requesters: { roles: [await roleNamed('member')] },
      approvals: 1,
      approvers: { roles: [], users: [items[0]!.id] },
      windows: [],
      escalation: null,
      maxDuration: 3600,
      maxExtensions: 1,
      waitsFor: 3600,
      reasonRequired: true,
      emergency: null,
    }
    const { url } = await beginAct(rule, '/v1/access-rules')
    const text = await (await fetch(url)).text()
    for (const [label, shown] of [
      ['Name', 'production'],
      ['For: Everything', 'true'],
      ['May ask: Roles', 'member'],
      ['Approve: People', items[0]!.email],
    ])
      expect(text).toMatch(new RegExp(`<dt>${label}</dt>\\s*<dd>${shown}</dd>`))
  })

  it('is shown with where a store is, and whether it believes gateways', async () => {
    const location = {
      kind: 'vault',
      address: 'https://vault.acme.test:8200',
      authority: '',
      namespace: null,
      engine: 'kv',
      mount: 'secret',
      signIn: { kind: 'gateway' },
    }
    const { url } = await beginAct({ name: 'company vault', location }, '/v1/stores')
    const text = await (await fetch(url)).text()
    expect(text).toMatch(/<dt>Name<\/dt>\s*<dd>company vault<\/dd>/)
    expect(text).toMatch(/<dt>Where<\/dt>\s*<dd>https:\/\/vault\.acme\.test:8200, gateway-trusted<\/dd>/)
  })

  it('is shown with where a gateway will be reached, and which sites it gets', async () => {
    const site = await owner.client.call('createSite', { body: { name: 'Europe' } })
    const token = { name: 'eu-2', sites: [site.id], address: { host: 'eu-2.acme.test', port: 8443 } }
    const { url } = await beginAct(token, '/v1/gateways/join-tokens')
    const text = await (await fetch(url)).text()
    expect(text).toMatch(/<dt>Address<\/dt>\s*<dd>eu-2\.acme\.test:8443<\/dd>/)
    expect(text).toMatch(new RegExp(`<dt>Sites</dt>\\s*<dd>${site.name}</dd>`))
  })

  it('is in the log by its route, with the ids that the organization has and no other that somebody typed', async () => {
    const [auditor, stranger] = [await roleNamed('auditor'), randomUUID()]
    const { url, flow, verifier } = await beginAct({ ...newUser, roles: [auditor, stranger] })
    await owner.client.call('finishPresence', { body: { code: codeFrom(await confirm(url, flow)), verifier } })
    const { items } = await owner.client.call('listAuditEntries', { query: { type: 'presence.confirmed', limit: 1 } })
    const details = { single: false, route: 'createUser', ids: { roles: [auditor] } }
    expect(items).toMatchObject([{ entry: { details } }])
    expect(JSON.stringify(items)).not.toContain(stranger)
  })
})

describe('the server of the pages', () => {
  it('serves nothing else: no call of the API, no other method, no long form', async () => {
    const { url, flow } = await begin()
    expect((await fetch(`${pages}/v1/health`)).status).toBe(404)
    expect((await fetch(url, { method: 'PUT' })).status).toBe(404)
    const json = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'origin': pages },
      body: '{}',
    })
    expect(json.status).toBe(400)
    expect((await confirm(url, flow, 'x'.repeat(10_000))).status).toBe(413)
  })

  it('serves its style sheet and script as files of its own', async () => {
    for (const [path, type] of [
      ['/assets/pages.css', 'text/css'],
      ['/assets/invitation.js', 'text/javascript'],
    ] as const) {
      const answer = await fetch(`${pages}${path}`)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toContain(type)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })
})
