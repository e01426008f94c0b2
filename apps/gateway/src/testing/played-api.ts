/**
 * Plays the API for tests of the gateway alone: real TLS, real signatures, real sealing; in memory instead of a database. What
 * it answers can be changed by the test, to show what the gateway refuses.
 */
import { generateKeyPair, randomBytes, randomUUID, sign } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import {
  activityBatch,
  canonicalJson,
  credentialInfo,
  type ControlFromApi,
  controlFromGateway,
  type ControlFromGateway,
  encodeJoinToken,
  type Endpoint,
  endpointDigest,
  formatIdentity,
  fromBase64url,
  generateSealingKeyPair,
  keyIdOf,
  type LeaseAnswer,
  leaseRenewal,
  leaseRequest,
  parseStatement,
  receipt,
  type Revocation,
  SallyportError,
  seal,
  type SealingKeyPair,
  shareInfo,
  type Signer,
  signStatement,
  type StoredCredential,
  ticket,
  toBase64url,
  trustBundle,
  unseal,
  utf8,
  verifyCall,
  verifyStatement,
} from '@sallyport/protocol'
import { WebSocketServer, type WebSocket } from 'ws'
import { type Authority, fingerprintOf, issue, keyOfRequest, makeAuthority, makeKey, toPem } from './authority.ts'

const HOST = '127.0.0.1'
const HEARTBEAT = 200

export interface PlayedCredential {
  readonly id: string
  readonly resource: string
  readonly endpoint: Endpoint
  readonly userName: string
  readonly password: string
  readonly strictRecording: boolean
  readonly exclusive?: boolean
  /** Released in the place of the password: where that lies. */
  readonly stored?: Omit<StoredCredential, 'token'> & { readonly token: () => string }
}

export interface PlayedUser {
  readonly session: string
  readonly device: string
  readonly user: string
}

type Handler = (body: Record<string, unknown>) => Promise<unknown>

export interface PlayedApi {
  readonly organization: string
  readonly trustDomain: string
  readonly issuer: Authority
  readonly root: Authority
  readonly origin: string
  readonly vaultKey: SealingKeyPair
  readonly users: Map<string, PlayedUser>
  readonly credentials: Map<string, PlayedCredential>
  readonly joinToken: string
  /** Milliseconds that leases last. */
  leaseLifetime: number
  /** Milliseconds that gateway certificates last, and sessions' when the test does not say. */
  gatewayLifetime: number
  /** Changes an answer to a lease request before it is sent. */
  tamper: ((answer: LeaseAnswer) => LeaseAnswer | Promise<LeaseAnswer>) | null
  /** Runs while a lease request is under way. */
  beforeLease: (() => Promise<void>) | null
  /** False: every call fails, and no link is accepted. */
  reachable: boolean
  /** False: batches are refused, as when the log is down. */
  takesActivity: boolean
  readonly unlocks: string[]
  readonly ended: { id: string; reason: string }[]
  readonly activity: { number: number; lease: string; connection: string; activity: { kind: string } }[]
  readonly batches: string[]
  readonly hellos: ControlFromGateway[]
  readonly applied: number[]
  /** What else the gateway said over its link. */
  readonly said: ControlFromGateway[]
  readonly gateway: () => string
  revoke(kind: Revocation['subject']['kind'], id: string, code: string): number
  send(message: ControlFromApi): void
  cutLinks(): void
  /** Publishes a new trust bundle. */
  publishBundle(change?: { readonly issuers?: readonly Authority[]; readonly number?: number }): Promise<void>
  close(): Promise<void>
}

export const playApi = async (): Promise<PlayedApi> => {
  const organization = randomUUID()
  const trustDomain = `o${randomBytes(4).toString('hex')}.sallyport.example`
  const [deployment, root, vaultKey, receiptKeys, serverKey] = await Promise.all([
    makeAuthority('deployment'),
    makeAuthority(`${trustDomain} root`),
    generateSealingKeyPair(),
    promisify(generateKeyPair)('ed25519'),
    makeKey(),
  ])
  const issuer = await makeAuthority(`${trustDomain} issuer`, root)
  const receiptSpki = new Uint8Array(receiptKeys.publicKey.export({ type: 'spki', format: 'der' }))
  const receiptSigner: Signer = {
    algorithm: 'ed25519',
    publicKey: receiptSpki,
    sign: (data) => Promise.resolve(new Uint8Array(sign(null, data, receiptKeys.privateKey))),
  }
  const serverCertificate = await issue(deployment, { publicKey: serverKey.publicKey, name: { type: 'ip', value: HOST } })
  const joinSecret = toBase64url(new Uint8Array(randomBytes(32)))
  const revocations: Revocation[] = []
  const spent = new Set<string>()
  const links = new Set<WebSocket>()
  let gateway = ''
  let gatewayKey: Uint8Array = new Uint8Array()
  let bundleNumber = 1
  let issuers: readonly Authority[] = [issuer]
  let bundle = ''
  let logIndex = 0
  let nextActivity = 0
  let previousDigest = 'A'.repeat(43)

  const signBundle = async (): Promise<void> => {
    bundle = await signStatement(
      trustBundle,
      {
        version: 1,
        number: bundleNumber,
        organization,
        trustDomain,
        issuedAt: Date.now(),
        roots: [toBase64url(root.der)],
        issuers: issuers.map(({ der }) => toBase64url(der)),
        vaultKeys: [{ id: await keyIdOf(vaultKey.publicKey), publicKey: toBase64url(vaultKey.publicKey) }],
        receiptKeys: [{ id: await keyIdOf(receiptSpki), publicKey: toBase64url(receiptSpki) }],
        gateways: [],
      },
      [root.key.signer],
    )
  }
  await signBundle()

  const certify = async (csr: unknown) => {
    const publicKey = await keyOfRequest(fromBase64url(String(csr)))
    gatewayKey = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey))
    const name = formatIdentity({ trustDomain, kind: 'gateway', id: gateway })
    const notAfter = new Date(Date.now() + api.gatewayLifetime)
    const leaf = await issue(issuer, { publicKey, name: { type: 'url', value: name }, notAfter })
    const certificates = [leaf, issuer.der].map((der) => toBase64url(der))
    return { gateway, organization, certificates, certificateExpiresAt: notAfter.toISOString(), trustBundle: bundle }
  }

  const grant = async (text: string): Promise<LeaseAnswer> => {
    const asked = await verifyStatement(leaseRequest, text, [gatewayKey])
    const { payload } = parseStatement(ticket, asked.ticket)
    if (spent.has(payload.jti)) throw new SallyportError('ticket_used')
    spent.add(payload.jti)
    const user = api.users.get(payload.session)
    const credential = api.credentials.get(payload.credential)
    if (user === undefined) throw new SallyportError('session_unknown')
    if (credential === undefined) throw new SallyportError('not_granted')
    const share = await unseal(payload.share, vaultKey.privateKey, { info: shareInfo(payload) })
    const binding = {
      version: 1 as const,
      lease: randomUUID(),
      organization,
      gateway: payload.gateway,
      ...user,
      resource: credential.resource,
      credential: credential.id,
      secret: randomUUID(),
      secretVersion: 1,
      endpointDigest: await endpointDigest(credential.endpoint),
      expiresAt: Date.now() + api.leaseLifetime,
    }
    const { lease, session, secretVersion } = binding
    const proof = { organization, lease, gateway: binding.gateway, session, credential: credential.id, secretVersion }
    const leaf = toBase64url(new Uint8Array(32))
    const released = credential.stored
      ? { ...credential.stored, token: credential.stored.token() }
      : { kind: 'password', password: toBase64url(utf8(credential.password)) }
    const plaintext = utf8(canonicalJson(released))
    const revocation = revocations.length
    await api.beforeLease?.()
    api.unlocks.push(lease)
    return {
      binding,
      endpoint: credential.endpoint,
      options: { labelConnections: true, strictRecording: credential.strictRecording },
      resourceName: 'shop',
      credentialName: 'read-only',
      userName: credential.userName,
      databases: [],
      exclusive: credential.exclusive === true,
      sessionLabel: 'abcd1234',
      credential: await seal(plaintext, fromBase64url(asked.recipient), {
        info: credentialInfo(binding),
        psk: { key: share, id: payload.jti },
      }),
      receipt: await signStatement(receipt, { version: 1, index: logIndex++, leaf, recordedAt: Date.now(), ...proof }, [
        receiptSigner,
      ]),
      revocation,
    }
  }

  const takeBatch = async (body: Record<string, unknown>) => {
    if (!api.takesActivity) throw new SallyportError('log_unavailable')
    const lines = String(body['lines'])
    const batch = await verifyStatement(activityBatch, String(body['batch']), [gatewayKey])
    const digest = toBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(lines))))
    if (batch.digest !== digest) throw new SallyportError('signature_invalid')
    if (api.batches.at(-1) === digest && batch.first + batch.count === nextActivity) return { next: nextActivity }
    if (batch.first !== nextActivity || batch.previous !== previousDigest) throw new SallyportError('conflict')
    const records = lines
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as PlayedApi['activity'][number])
    records.forEach((record, index) => {
      if (record.number !== batch.first + index) throw new SallyportError('conflict')
    })
    api.activity.push(...records)
    api.batches.push(digest)
    nextActivity += batch.count
    previousDigest = digest
    return { next: nextActivity }
  }

  const handlers: Readonly<Record<string, Handler>> = {
    'POST /v1/gateway/join': async (body) => {
      if (body['secret'] !== joinSecret || gateway !== '') throw new SallyportError('join_token_invalid')
      gateway = randomUUID()
      return certify(body['csr'])
    },
    'POST /v1/gateway/renewals': (body) => certify(body['csr']),
    'GET /v1/gateway/trust-bundle': () => Promise.resolve({ trustBundle: bundle }),
    'POST /v1/gateway/leases': async (body) => {
      const answer = await grant(String(body['request']))
      return api.tamper === null ? answer : api.tamper(answer)
    },
    'POST /v1/gateway/lease-renewals': async (body) => {
      const { payload } = parseStatement(leaseRenewal, String(body['renewal']))
      const expiresAt = Date.now() + api.leaseLifetime
      return {
        leases: payload.leases.map((id) => ({ id, state: 'renewed', expiresAt })),
        revocation: revocations.length,
      }
    },
    'POST /v1/gateway/lease-ends': (body) => {
      api.ended.push(...(body['leases'] as typeof api.ended))
      return Promise.resolve({})
    },
    'POST /v1/gateway/activity': takeBatch,
  }

  const respond = (response: ServerResponse, status: number, value: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }

  const checkCall = async (request: IncomingMessage, body: Uint8Array): Promise<void> => {
    const fields = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    await verifyCall(
      { method: request.method!, targetUri: `${api.origin}${request.url}`, fields, body },
      {
        labels: ['gateway'],
        keyFor: () => Promise.resolve({ algorithm: 'ecdsa-p256-sha256', publicKey: gatewayKey }),
        now: Math.floor(Date.now() / 1000),
      },
    )
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    try {
      const handler = handlers[`${request.method} ${request.url}`]
      if (!api.reachable) throw new SallyportError('internal')
      if (handler === undefined) throw new SallyportError('not_found')
      const body = Buffer.concat(chunks)
      if (!request.url!.endsWith('/join')) await checkCall(request, new Uint8Array(body))
      const value = body.length === 0 ? {} : (JSON.parse(body.toString()) as Record<string, unknown>)
      respond(response, 200, await handler(value))
    } catch (error) {
      const coded = error instanceof SallyportError ? error : new SallyportError('internal', { cause: error })
      respond(response, coded.status, { error: coded.toBody() })
    }
  }

  const own = { key: serverKey.pem, cert: toPem(serverCertificate), minVersion: 'TLSv1.3' } as const
  // As with the real API: who joins has no certificate yet.
  const publicServer = createServer(own)
  const server = createServer({ ...own, ca: [toPem(root.der), toPem(issuer.der)], requestCert: true, rejectUnauthorized: true })
  for (const each of [publicServer, server]) {
    each.on('request', (request, response) => {
      answer(request, response).catch((error: unknown) => response.destroy(error as Error))
    })
  }
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const accept = (): void => sockets.handleUpgrade(request, socket, head, (link) => serveLink(link))
    checkCall(request, new Uint8Array()).then(
      () => (api.reachable ? accept() : socket.destroy()),
      () => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'),
    )
  })
  const broadcast = (message: ControlFromApi): void => {
    for (const link of links) link.send(JSON.stringify(message))
  }
  const heartbeat = setInterval(
    () => broadcast({ type: 'heartbeat', head: revocations.length, at: Date.now(), trustBundle: bundleNumber }),
    HEARTBEAT,
  )
  const serveLink = (link: WebSocket): void => {
    link.on('close', () => links.delete(link))
    link.on('message', (data: Buffer) => {
      const message = controlFromGateway.parse(JSON.parse(data.toString()))
      if (message.type === 'applied') api.applied.push(message.revocation)
      if (message.type === 'connections' || message.type === 'probed' || message.type === 'status') api.said.push(message)
      if (message.type !== 'hello') return
      api.hellos.push(message)
      const missed = message.since === null ? [] : revocations.slice(message.since)
      if (message.since === null) link.send(JSON.stringify({ type: 'snapshot', head: revocations.length, revocations }))
      else if (missed.length > 0) link.send(JSON.stringify({ type: 'revocations', revocations: missed }))
      links.add(link)
    })
  }
  const listen = async (each: Server): Promise<string> => {
    each.listen(0, HOST)
    await once(each, 'listening')
    return `https://${HOST}:${(each.address() as AddressInfo).port}`
  }
  const [publicOrigin, origin] = [await listen(publicServer), await listen(server)]

  const api: PlayedApi = {
    organization,
    trustDomain,
    issuer,
    root,
    origin,
    vaultKey,
    users: new Map(),
    credentials: new Map(),
    joinToken: encodeJoinToken({
      version: 1,
      api: publicOrigin,
      gatewayApi: origin,
      apiRoot: toBase64url(deployment.der),
      organization: 'shop',
      rootFingerprint: fingerprintOf(root.der),
      secret: joinSecret,
    }),
    leaseLifetime: 60_000,
    gatewayLifetime: 3_600_000,
    tamper: null,
    beforeLease: null,
    reachable: true,
    takesActivity: true,
    unlocks: [],
    ended: [],
    activity: [],
    batches: [],
    hellos: [],
    applied: [],
    said: [],
    gateway: () => gateway,
    revoke: (kind, id, code) => {
      const revocation = { number: revocations.length + 1, subject: { kind, id }, code, at: Date.now() }
      revocations.push(revocation)
      broadcast({ type: 'revocations', revocations: [revocation] })
      return revocation.number
    },
    send: broadcast,
    cutLinks: () => {
      for (const link of links) link.terminate()
    },
    publishBundle: async (change = {}) => {
      bundleNumber = change.number ?? bundleNumber + 1
      issuers = change.issuers ?? issuers
      await signBundle()
      broadcast({ type: 'trust-bundle', number: bundleNumber })
    },
    close: async () => {
      clearInterval(heartbeat)
      for (const link of links) link.terminate()
      for (const each of [publicServer, server]) {
        each.closeAllConnections()
        each.close()
        await once(each, 'close')
      }
    },
  }
  return api
}
