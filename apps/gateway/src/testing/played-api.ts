/**
 * Plays the API for tests of the gateway alone: real TLS, real signatures, real sealing; in memory instead of a database. What
 * it answers can be changed by the test, to show what the gateway refuses.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import {
  type ControlFromApi,
  type ControlFromGateway,
  encodeJoinToken,
  type ErrorCode,
  formatIdentity,
  fromBase64url,
  generateSealingKeyPair,
  keyIdOf,
  type LeaseAnswer,
  leaseRenewal,
  parseStatement,
  type Revocation,
  SallyportError,
  type SealingKeyPair,
  signStatement,
  toBase64url,
  trustBundle,
  verifyCall,
} from '@sallyport/protocol'
import { WebSocketServer } from 'ws'
import { type Authority, fingerprintOf, issue, keyOfRequest, makeAuthority, makeKey, toPem } from './authority.ts'
import { PlayedActivity, type PlayedRecord } from './played-activity.ts'
import { PlayedLinks } from './played-links.ts'
import { makeReceiptSigner, type PlayedCredential, type PlayedUser, playVault } from './played-vault.ts'

const HOST = '127.0.0.1'

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
  /** False: the gateway was revoked, and is told so when it dials. */
  knowsGateway: boolean
  /** False: batches are refused, as when the log is down. */
  takesActivity: boolean
  readonly unlocks: string[]
  readonly ended: { id: string; reason: string }[]
  readonly activity: readonly PlayedRecord[]
  readonly batches: readonly string[]
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
  const [deployment, root, vaultKey, receiptSigner, serverKey] = await Promise.all([
    makeAuthority('deployment'),
    makeAuthority(`${trustDomain} root`),
    generateSealingKeyPair(),
    makeReceiptSigner(),
    makeKey(),
  ])
  const issuer = await makeAuthority(`${trustDomain} issuer`, root)
  const serverCertificate = await issue(deployment, { publicKey: serverKey.publicKey, name: { type: 'ip', value: HOST } })
  const joinSecret = toBase64url(new Uint8Array(randomBytes(32)))
  let gateway = ''
  let gatewayKey: Uint8Array = new Uint8Array()
  let bundleNumber = 1
  let issuers: readonly Authority[] = [issuer]
  let bundle = ''
  const activity = new PlayedActivity()
  const links = new PlayedLinks(() => bundleNumber)
  const grant = playVault({
    organization,
    vaultKey,
    receiptSigner,
    gatewayKey: () => gatewayKey,
    revocation: () => links.revocations.length,
  })

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
        receiptKeys: [{ id: await keyIdOf(receiptSigner.publicKey), publicKey: toBase64url(receiptSigner.publicKey) }],
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

  const handlers: Readonly<Record<string, Handler>> = {
    'POST /v1/gateway/join': async (body) => {
      if (body['secret'] !== joinSecret || gateway !== '') throw new SallyportError('join_token_invalid')
      gateway = randomUUID()
      return certify(body['csr'])
    },
    'POST /v1/gateway/renewals': (body) => certify(body['csr']),
    'GET /v1/gateway/trust-bundle': () => Promise.resolve({ trustBundle: bundle }),
    'POST /v1/gateway/leases': async (body) => {
      const answer = await grant(String(body['request']), api)
      return api.tamper === null ? answer : api.tamper(answer)
    },
    'POST /v1/gateway/lease-renewals': async (body) => {
      const { payload } = parseStatement(leaseRenewal, String(body['renewal']))
      const expiresAt = Date.now() + api.leaseLifetime
      return {
        leases: payload.leases.map((id) => ({ id, state: 'renewed', expiresAt })),
        revocation: links.revocations.length,
      }
    },
    'POST /v1/gateway/lease-ends': (body) => {
      api.ended.push(...(body['leases'] as typeof api.ended))
      return Promise.resolve({})
    },
    'POST /v1/gateway/activity': (body) => {
      if (!api.takesActivity) throw new SallyportError('log_unavailable')
      return activity.take(body, gatewayKey)
    },
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
    const accept = (): void => sockets.handleUpgrade(request, socket, head, (link) => links.serve(link))
    const refuse = (code: ErrorCode): void => {
      const body = JSON.stringify({ error: new SallyportError(code).toBody() })
      socket.end(`HTTP/1.1 401 Unauthorized\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    }
    checkCall(request, new Uint8Array()).then(
      () => {
        if (!api.reachable) socket.destroy()
        else if (api.knowsGateway) accept()
        else refuse('certificate_revoked')
      },
      () => refuse('signature_invalid'),
    )
  })
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
    knowsGateway: true,
    takesActivity: true,
    unlocks: [],
    ended: [],
    activity: activity.records,
    batches: activity.batches,
    hellos: links.hellos,
    applied: links.applied,
    said: links.said,
    gateway: () => gateway,
    revoke: (kind, id, code) => links.revoke({ kind, id }, code),
    send: links.broadcast,
    cutLinks: () => links.cut(),
    publishBundle: async (change = {}) => {
      bundleNumber = change.number ?? bundleNumber + 1
      issuers = change.issuers ?? issuers
      await signBundle()
      links.broadcast({ type: 'trust-bundle', number: bundleNumber })
    },
    close: async () => {
      links.close()
      for (const each of [publicServer, server]) {
        each.closeAllConnections()
        each.close()
        await once(each, 'close')
      }
    },
  }
  return api
}
