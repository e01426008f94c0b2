import { createHash, randomBytes, randomUUID, X509Certificate } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  activityBatch,
  type AgentEvent,
  type CallSigners,
  type ControlFromApi,
  controlPaths,
  controlSubprotocols,
  decodeJoinToken,
  signCall,
  signStatement,
  toBase64url,
} from '@sallyport/protocol'
import { PRESENCE_FIELD } from '@sallyport/protocol/api'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { readConfig } from '../../config.ts'
import type { Pool } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { ensureAuthority } from '../../domains/authority/index.ts'
import { notifyChange } from '../../domains/events/index.ts'
import { issueProof } from '../../domains/presence/proofs.ts'
import { createOrganization, newOrganizationId } from '../../domains/organizations/index.ts'
import { authorityOf, type RunningApi, startApi } from '../../program/api.ts'
import { type Foundation, startFoundation } from '../../program/serve.ts'
import { makeLease } from '../../testing/make-lease.ts'
import { makeRequest } from '../../testing/make-request.ts'
import { makeSession, type MadeSession } from '../../testing/make-session.ts'
import { makeSigner, type MadeSigner } from '../../testing/make-signer.ts'
import { quietLogger } from '../../testing/quiet-logger.ts'
import { type Inbox, inbox } from '../../testing/waiting.ts'

interface World {
  readonly folder: string
  readonly foundation: Foundation
  readonly api: RunningApi
  readonly pool: Pool
  readonly organization: string
  readonly ownerRole: string
  /** PEM of the root of the listeners' certificates. */
  readonly ca: string
}

let world: World
const closers: (() => unknown)[] = []

/** The whole program on its own database, with one organization. */
const start = async (): Promise<World> => {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'sallyport-listeners-'))
  const config = readConfig({
    SALLYPORT_DATA_DIRECTORY: folder,
    SALLYPORT_LISTEN: '127.0.0.1:0',
    SALLYPORT_GATEWAY_LISTEN: '127.0.0.1:0',
    SALLYPORT_LOG_LEVEL: 'silent',
  })
  const foundation = await startFoundation({ config, clock: Date.now, logger: quietLogger() })
  const pool = foundation.pools.of('api')
  const links = foundation.roles.api!
  const actor = { kind: 'job', id: null, device: null, session: null, address: null } as const
  const organization = newOrganizationId()
  const made = await withOrganization(pool, organization, async (transaction) => {
    const created = await createOrganization(transaction, {
      id: organization,
      slug: 'acme',
      name: 'Acme',
      actor,
      now: Date.now(),
    })
    await ensureAuthority(transaction, authorityOf(links.vault, Date.now), created!.organization)
    return created!
  })
  const api = await startApi({ ...foundation, links })
  const ca = new X509Certificate(api.contact.apiRoot as Uint8Array<ArrayBuffer>).toString()
  return { folder, foundation, api, pool, organization, ownerRole: made.roles.owner, ca }
}

beforeAll(async () => {
  world = await start()
})
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})
afterAll(async () => {
  await world.foundation.close()
  await rm(world.folder, { recursive: true, force: true })
})

const inOrganization = <Result>(work: Parameters<typeof withOrganization<Result>>[2]): Promise<Result> =>
  withOrganization(world.pool, world.organization, work)

const makeOwner = async (): Promise<MadeSession> => {
  const session = await makeSession(world.pool, world.organization, { now: Date.now() })
  await inOrganization((transaction) =>
    transaction.insertInto('role_members').values({ role_id: world.ownerRole, user_id: session.user }).execute(),
  )
  return session
}

const bothKeys = ({ deviceSigner, signer }: MadeSession): CallSigners => [
  { label: 'device', signer: deviceSigner },
  { label: 'session', signer },
]

const signed = (target: { method: string; uri: string; body?: string }, signers: CallSigners) =>
  signCall(
    {
      method: target.method,
      targetUri: target.uri,
      fields: target.body === undefined ? {} : { 'content-type': 'application/json' },
      body: new TextEncoder().encode(target.body ?? ''),
    },
    signers,
    { nonce: randomBytes(16), created: Math.floor(Date.now() / 1000) },
  )

interface Credentials {
  readonly cert: string
  readonly key: string
}

interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
}

interface CallOptions {
  readonly listener: 'public' | 'gateway'
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly signers?: CallSigners
  readonly credentials?: Credentials
  /** Whoever signs has just confirmed that they are there. */
  readonly present?: string
}

const call = async ({ listener, method, path, body, signers = [], credentials, present }: CallOptions): Promise<Answer> => {
  const uri = `${world.api.contact.origins[listener]}${path}`
  const text = body === undefined ? undefined : JSON.stringify(body)
  const target = text === undefined ? { method, uri } : { method, uri, body: text }
  const fields = signers.length === 0 ? { 'content-type': 'application/json' } : await signed(target, signers)
  const headers = present === undefined ? fields : { ...fields, [PRESENCE_FIELD]: present }
  return new Promise((resolve, reject) => {
    const outgoing = request(uri, { method, headers, ca: world.ca, agent: false, ...credentials }, (response) => {
      let answer = ''
      response.on('data', (data: Buffer) => (answer += data.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(answer) }))
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

interface JoinedGateway {
  readonly id: string
  readonly signer: MadeSigner
  readonly credentials: Credentials
}

const pem = (der: string): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der, 'base64url').toString('base64')}\n-----END CERTIFICATE-----\n`

const presenceOf = async (owner: MadeSession): Promise<string> => {
  const proof = { session: owner.id, act: null, now: Date.now() }
  return (await inOrganization((transaction) => issueProof(transaction, proof))).presence
}

/** As an administrator and a new gateway do it: token, join, certificate. */
const joinGateway = async (owner: MadeSession): Promise<JoinedGateway> => {
  const site = await call({
    listener: 'public',
    method: 'POST',
    path: '/v1/sites',
    body: { name: `site ${randomUUID()}` },
    signers: bothKeys(owner),
  })
  const token = await call({
    listener: 'public',
    method: 'POST',
    path: '/v1/gateways/join-tokens',
    body: { name: `edge ${randomUUID()}`, sites: [site.body['id']], address: { host: 'edge.example', port: 443 } },
    signers: bothKeys(owner),
    present: await presenceOf(owner),
  })
  expect(token.status).toBe(200)
  const { secret } = decodeJoinToken(String(token.body['token']))
  const signer = makeSigner()
  const csr = toBase64url(await makeRequest(signer))
  const joined = await call({
    listener: 'public',
    method: 'POST',
    path: '/v1/gateway/join',
    body: { secret, csr, version: '1.0.0' },
  })
  expect(joined.status).toBe(200)
  const key = signer.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const cert = (joined.body['certificates'] as string[]).map(pem).join('')
  return { id: String(joined.body['gateway']), signer, credentials: { cert, key } }
}

interface Opened<Message> {
  readonly socket: WebSocket
  readonly messages: Inbox<Message>
  readonly closed: Promise<{ code: number; reason: string }>
}

interface OpenOptions {
  readonly kind: 'gateway' | 'agent'
  readonly signers: CallSigners
  readonly credentials?: Credentials | undefined
  readonly headers?: Record<string, string>
}

const targetOf = (kind: 'gateway' | 'agent'): string =>
  `${world.api.contact.origins[kind === 'gateway' ? 'gateway' : 'public']}${controlPaths[kind]}`

/** Rejects with the code of the refusal, or the TLS error. */
const open = async <Message>(options: OpenOptions): Promise<Opened<Message>> => {
  const { kind, signers, credentials } = options
  const uri = targetOf(kind)
  const headers = options.headers ?? (signers.length === 0 ? {} : await signed({ method: 'GET', uri }, signers))
  const socket = new WebSocket(uri.replace('https:', 'wss:'), [controlSubprotocols[kind]], {
    ca: world.ca,
    headers,
    ...credentials,
  })
  closers.push(() => socket.terminate())
  const messages = inbox<Message>()
  socket.on('message', (data: Buffer) => messages.put(JSON.parse(data.toString())))
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  )
  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve())
    socket.on('error', (error) => reject(error))
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.on('data', (data: Buffer) => (body += data.toString()))
      response.on('end', () => reject(new Error(JSON.parse(body).error.code)))
    })
  })
  return { socket, messages, closed }
}

const openLink = (gateway: JoinedGateway, more: Partial<OpenOptions> = {}) =>
  open<ControlFromApi>({
    kind: 'gateway',
    signers: [{ label: 'gateway', signer: gateway.signer }],
    credentials: gateway.credentials,
    ...more,
  })

const openEvents = (session: MadeSession) => open<AgentEvent>({ kind: 'agent', signers: bothKeys(session) })

const refusal = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )

describe('a session that an administrator revokes', () => {
  test('is told to every gateway and closes its agent’s event socket', async () => {
    const owner = await makeOwner()
    const gateway = await joinGateway(owner)
    const victim = await makeSession(world.pool, world.organization, { now: Date.now() })
    const [link, events] = [await openLink(gateway), await openEvents(victim)]
    link.socket.send(JSON.stringify({ type: 'hello', since: null, version: '1.0.0', trustBundle: 0 }))
    await link.messages.take(({ type }) => type === 'snapshot')
    const answer = await call({
      listener: 'public',
      method: 'DELETE',
      path: `/v1/sessions/${victim.id}`,
      signers: bothKeys(owner),
    })
    expect(answer.status).toBe(200)
    const message = await link.messages.take(({ type }) => type === 'revocations')
    expect(message).toMatchObject({ revocations: [{ subject: { kind: 'session', id: victim.id }, code: 'session_revoked' }] })
    expect(await events.closed).toEqual({ code: 4401, reason: 'session_revoked' })
    expect(await refusal(openEvents(victim))).toBe('session_revoked')
  })
})

describe('the control link', () => {
  test('is refused before it opens: unsigned, replayed, by another key, for another listener', async () => {
    const gateway = await joinGateway(await makeOwner())
    expect(await refusal(openLink(gateway, { signers: [] }))).toBe('signature_missing')
    const headers = await signed({ method: 'GET', uri: targetOf('gateway') }, [{ label: 'gateway', signer: gateway.signer }])
    await openLink(gateway, { headers })
    expect(await refusal(openLink(gateway, { headers }))).toBe('replayed')
    const stranger: CallSigners = [{ label: 'gateway', signer: makeSigner() }]
    expect(await refusal(openLink(gateway, { signers: stranger }))).toBe('signature_invalid')
    const elsewhere = await signed({ method: 'GET', uri: targetOf('agent') }, [{ label: 'gateway', signer: gateway.signer }])
    expect(await refusal(openLink(gateway, { headers: elsewhere }))).toBe('signature_invalid')
  })

  test('without a certificate, or with one of nobody, does not get through TLS', async () => {
    const gateway = await joinGateway(await makeOwner())
    expect(await refusal(openLink(gateway, { credentials: undefined }))).toMatch(
      /certificate required|ECONNRESET|socket hang up/i,
    )
  })

  test('of a revoked gateway is stopped at once, and opens no more', async () => {
    const owner = await makeOwner()
    const gateway = await joinGateway(owner)
    const link = await openLink(gateway)
    link.socket.send(JSON.stringify({ type: 'hello', since: null, version: '1.0.0', trustBundle: 0 }))
    await link.messages.take(({ type }) => type === 'snapshot')
    await call({ listener: 'public', method: 'DELETE', path: `/v1/gateways/${gateway.id}`, signers: bothKeys(owner) })
    expect(await link.messages.take(({ type }) => type === 'stop')).toEqual({ type: 'stop', code: 'gateway_unknown' })
    expect((await link.closed).code).toBe(4401)
    expect(await refusal(openLink(gateway))).toBe('certificate_revoked')
    const renewal = await call({
      listener: 'gateway',
      method: 'GET',
      path: '/v1/gateway/trust-bundle',
      signers: [{ label: 'gateway', signer: gateway.signer }],
      credentials: gateway.credentials,
    })
    expect(renewal).toMatchObject({ status: 401, body: { error: { code: 'certificate_revoked' } } })
  })

  test('hears of a new trust bundle when another gateway joins', async () => {
    const owner = await makeOwner()
    const link = await openLink(await joinGateway(owner))
    link.socket.send(JSON.stringify({ type: 'hello', since: null, version: '1.0.0', trustBundle: 0 }))
    const known = await link.messages.take(({ type }) => type === 'trust-bundle')
    await joinGateway(owner)
    const next = await link.messages.take(({ type }) => type === 'trust-bundle')
    expect(next).toMatchObject({ number: expect.any(Number) })
    expect((next as { number: number }).number).toBeGreaterThan((known as { number: number }).number)
  })

  test('shows the gateway as connected in the list', async () => {
    const owner = await makeOwner()
    const gateway = await joinGateway(owner)
    const listed = async () => {
      const { body } = await call({ listener: 'public', method: 'GET', path: '/v1/gateways?limit=500', signers: bothKeys(owner) })
      return (body['items'] as { id: string; connected: boolean }[]).find(({ id }) => id === gateway.id)
    }
    expect(await listed()).toMatchObject({ connected: false, status: 'joined' })
    const link = await openLink(gateway)
    await expect.poll(async () => (await listed())?.connected).toBe(true)
    link.socket.close()
    await expect.poll(async () => (await listed())?.connected).toBe(false)
  })
})

describe('the event socket', () => {
  const announce = (topic: AgentEvent['topic'], users?: readonly string[]) =>
    inOrganization((transaction) =>
      notifyChange(transaction, { organization: world.organization, topic, ...(users === undefined ? {} : { users }) }),
    )

  test('tells those whom a change concerns, and nothing but topic and version', async () => {
    const [one, two] = [await makeOwner(), await makeOwner()]
    const [mine, theirs] = [await openEvents(one), await openEvents(two)]
    const versions = [await mine.messages.take(), await theirs.messages.take()]
    for (const event of versions) expect(Object.keys(event).toSorted()).toEqual(['topic', 'version'])
    await announce('credentials', [one.user])
    await announce('devices')
    const event = await mine.messages.take(({ topic }) => topic === 'credentials')
    expect(event.version).toBeGreaterThan(0)
    await mine.messages.take(({ topic }) => topic === 'devices')
    const seen: string[] = []
    await theirs.messages.take(({ topic, version }) => {
      seen.push(`${topic} ${version}`)
      return topic === 'devices'
    })
    expect(seen).not.toContain(`credentials ${event.version}`)
  })

  test('tells of alerts and activity only those who may see them', async () => {
    const [owner, member] = [await makeOwner(), await makeSession(world.pool, world.organization, { now: Date.now() })]
    const [seeing, blind] = [await openEvents(owner), await openEvents(member)]
    await seeing.messages.take()
    await blind.messages.take()
    await announce('alerts')
    await announce('activity')
    await announce('devices')
    await seeing.messages.take(({ topic }) => topic === 'alerts')
    await seeing.messages.take(({ topic }) => topic === 'activity')
    const seen: string[] = []
    await blind.messages.take(({ topic }) => {
      seen.push(topic)
      return topic === 'devices'
    })
    expect(seen).not.toContain('alerts')
    expect(seen).not.toContain('activity')
  })

  test('needs both signatures of one live session, and takes no messages', async () => {
    const session = await makeOwner()
    expect(await refusal(open({ kind: 'agent', signers: [] }))).toBe('signature_missing')
    expect(await refusal(open({ kind: 'agent', signers: bothKeys(session).slice(0, 1) }))).toBe('signature_invalid')
    const events = await openEvents(session)
    events.socket.send('hello')
    expect(await events.closed).toEqual({ code: 4400, reason: 'protocol_error' })
  })

  test('closes when the session’s time is over', async () => {
    const session = await makeSession(world.pool, world.organization, { now: Date.now(), expiresAt: Date.now() + 8_000 })
    const events = await openEvents(session)
    expect(await events.closed).toEqual({ code: 4401, reason: 'session_expired' })
  })

  test('a fifth one of the same session takes the place of the first', async () => {
    const session = await makeOwner()
    const first = await openEvents(session)
    for (let count = 0; count < 4; count++) await openEvents(session)
    expect(await first.closed).toEqual({ code: 4409, reason: 'limit_reached' })
  })
})

test('activity that a gateway ships is told, listed with what was done, and opened for auditors only', async () => {
  const owner = await makeOwner()
  const member = await makeSession(world.pool, world.organization, { now: Date.now() })
  const gateway = await joinGateway(owner)
  const now = Date.now()
  const vaultPool = world.foundation.pools.of('vault')
  const lease = await makeLease(vaultPool, { organization: world.organization, gateway: gateway.id, now, session: member })
  const activity = { kind: 'cancel', at: new Date(now).toISOString(), matched: true }
  const { lease: id, session, credential } = lease
  const lines = `${JSON.stringify({ number: 0, lease: id, connection: randomUUID(), session, credential, activity })}\n`
  const payload = {
    version: 1,
    organization: world.organization,
    gateway: gateway.id,
    stream: randomUUID(),
    first: 0,
    count: 1,
    digest: createHash('sha256').update(lines).digest('base64url'),
    previous: toBase64url(new Uint8Array(32)),
    sealedAt: now,
  } as const
  const batch = await signStatement(activityBatch, payload, [gateway.signer])
  const events = await openEvents(owner)
  await events.messages.take()
  const uploaded = await call({
    listener: 'gateway',
    method: 'POST',
    path: '/v1/gateway/activity',
    body: { batch, lines },
    signers: [{ label: 'gateway', signer: gateway.signer }],
    credentials: gateway.credentials,
  })
  expect(uploaded).toEqual({ status: 200, body: { next: 1 } })
  await events.messages.take(({ topic }) => topic === 'activity')
  const listing = (by: MadeSession) =>
    call({ listener: 'public', method: 'GET', path: `/v1/activity?session=${session}`, signers: bothKeys(by) })
  expect(await listing(owner)).toMatchObject({ status: 200, body: { items: [{ kind: 'cancel', activity, user: member.user }] } })
  expect(await listing(member)).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
})

// The last one: the program stops here, and closing it again afterwards does nothing.
test('a program that stops tells every socket to try elsewhere', async () => {
  const owner = await makeOwner()
  const [link, events] = [await openLink(await joinGateway(owner)), await openEvents(owner)]
  await world.foundation.close()
  expect(await link.closed).toEqual({ code: 1012, reason: 'stopping' })
  expect(await events.closed).toEqual({ code: 1012, reason: 'stopping' })
})
