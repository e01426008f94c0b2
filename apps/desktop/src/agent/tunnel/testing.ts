/** A gateway for tests of tunnels: real mTLS, WebSocket and mux; what it answers is the test's to say. */
import { randomUUID } from 'node:crypto'
import {
  type DeviceState,
  type ErrorCode,
  FramedJsonDecoder,
  encodeFramedJson,
  formatIdentity,
  generateSealingKeyPair,
  keyIdOf,
  type StreamAnswer,
  type StreamHead,
  streamHead,
  toBase64url,
  type TrustBundle,
} from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import {
  acceptTls,
  type ByteChannel,
  duplexChannel,
  listenWebSocket,
  MuxSession,
  type MuxStream,
  type TlsIdentity,
  type WebSocketListener,
} from '@sallyport/transport'
import { makeAuthority, type TestAuthority } from '@sallyport/testkit'
import { generatePrivateKey, signerOf } from '../identity/key-pair.ts'
import { grantedFor } from '../listeners/testing.ts'
import { DeviceStateGate } from '../session/device-state-gate.ts'
import type { LiveSession } from '../session/live-session.ts'
import type { TunnelsOptions } from './tunnels.ts'

const trustDomain = 'tests.sallyport.internal'
const organization = randomUUID()

/** Or relay. */
export interface StubGateway {
  readonly id: string
  readonly heads: StreamHead[]
  readonly sessions: MuxSession[]
  /** Why clients are refused before their WebSocket is open; null: they are let in. */
  refusal: { readonly code: ErrorCode; readonly message: string } | null
  /** What heads are answered with; after a granted one the stream echoes. */
  answer: (head: StreamHead) => StreamAnswer | Promise<StreamAnswer>
  /** What a relay says to whom it lets in. */
  says: Uint8Array
  /** Takes streams to the relay; null: it is not connected. */
  forward: ((stream: MuxStream) => Promise<void>) | null
  close(): Promise<void>
}

const stub = (close: () => Promise<void>): StubGateway => ({
  id: randomUUID(),
  heads: [],
  sessions: [],
  refusal: null,
  answer: () => granted(randomUUID()),
  says: encodeFramedJson({ ok: true }),
  forward: null,
  close,
})

/** What comes over one connection. */
const receive = (stubbed: StubGateway, channel: ByteChannel): void => {
  stubbed.sessions.push(new MuxSession(channel, { role: 'server', onStream: (stream) => void serve(stubbed, stream) }))
}

const readHead = (stream: MuxStream): Promise<StreamHead> =>
  new Promise((resolve) => {
    const decoder = new FramedJsonDecoder(streamHead)
    const onData = (chunk: Buffer): void => {
      const done = decoder.push(chunk)
      if (done === null) return
      stream.off('data', onData).pause()
      if (done.rest.length > 0) stream.unshift(Buffer.from(done.rest))
      resolve(done.value)
    }
    stream.on('data', onData)
  })

export const granted = (lease: string, lifetimeMs = 300_000): StreamAnswer => ({
  ok: true,
  lease: { id: lease, expiresAt: Date.now() + lifetimeMs },
})

/** An organization with gateways that serve one site. */
export class StubOrganization {
  readonly authority: TestAuthority
  readonly site = randomUUID()
  /** Served by relays. */
  readonly behind = randomUUID()
  readonly gateways: StubGateway[] = []
  readonly #listeners: WebSocketListener[] = []
  readonly #entries: TrustBundle['gateways'] = []
  readonly #session = randomUUID()

  constructor(authority: TestAuthority) {
    this.authority = authority
  }

  static async make(): Promise<StubOrganization> {
    return new StubOrganization(await makeAuthority())
  }

  /** `identity`: of its certificate, when it is to be another than its own. */
  async addGateway(options: { readonly identity?: string } = {}): Promise<StubGateway> {
    const gateway = stub(() => listener.close())
    const listener = await listenWebSocket({
      host: '127.0.0.1',
      port: 0,
      tls: await this.#tls('gateway', gateway.id, options.identity),
      authorize: async () =>
        gateway.refusal === null ? { ok: true, context: null } : { ok: false, status: 403, ...gateway.refusal },
      onConnection: (channel) => receive(gateway, channel),
    })
    this.#listeners.push(listener)
    this.gateways.push(gateway)
    const address = { host: '127.0.0.1', port: listener.port }
    this.#entries.push({
      id: gateway.id,
      kind: 'gateway',
      name: `gateway ${this.gateways.length}`,
      sites: [this.site],
      address,
    })
    return gateway
  }

  /** A relay of the site `behind`, which is reached through the gateways `at`. Its certificate may be another than its own. */
  async addRelay(at: readonly StubGateway[], options: { readonly identity?: string } = {}): Promise<StubGateway> {
    const relay = stub(async () => {})
    const tls = await this.#tls('relay', relay.id, options.identity)
    const accept = async (stream: MuxStream): Promise<void> => {
      const { socket } = await acceptTls(stream, { tls })
      if (relay.refusal !== null) {
        socket.end(encodeFramedJson({ ok: false, error: relay.refusal }))
        return
      }
      socket.write(relay.says)
      receive(relay, duplexChannel(socket))
    }
    for (const gateway of at) gateway.forward = accept
    this.#entries.push({ id: relay.id, kind: 'relay', name: 'relay', sites: [this.behind], address: null })
    return relay
  }

  async #tls(kind: 'gateway' | 'relay', id: string, identity = formatIdentity({ trustDomain, kind, id })): Promise<TlsIdentity> {
    return { ...(await this.authority.issue({ spiffeId: identity })), ca: this.authority.ca }
  }

  credential(): GrantedCredential {
    return grantedFor('shop/reader', 10_000, { site: this.site })
  }

  credentialBehindRelay(): GrantedCredential {
    return grantedFor('far/reader', 10_001, { site: this.behind })
  }

  /** A session under which tunnels are opened. */
  async session(): Promise<TunnelsOptions['session'] & { live: LiveSession; end: AbortController }> {
    const live = await this.#live()
    const state: DeviceState = { counter: 1, value: toBase64url(new Uint8Array(16)) }
    const end = new AbortController()
    return { live, end, signal: end.signal, gate: new DeviceStateGate({ current: () => state }), confirm: async () => {} }
  }

  async stop(): Promise<void> {
    for (const listener of this.#listeners) await listener.close()
  }

  async #live(): Promise<LiveSession> {
    const leaf = await this.authority.issue({ spiffeId: formatIdentity({ trustDomain, kind: 'session', id: this.#session }) })
    const signers = [await signerOf(await generatePrivateKey()), await signerOf(await generatePrivateKey())] as const
    const vaultKey = await generateSealingKeyPair()
    const root = pemToDer(this.authority.ca)
    const now = Date.now()
    const trust: TrustBundle = {
      version: 1,
      number: 1,
      organization,
      trustDomain,
      issuedAt: now,
      roots: [root],
      issuers: [root],
      vaultKeys: [{ id: await keyIdOf(vaultKey.publicKey), publicKey: toBase64url(vaultKey.publicKey) }],
      receiptKeys: [{ id: await keyIdOf(vaultKey.publicKey), publicKey: root }],
      gateways: [...this.#entries],
    }
    const user = { id: randomUUID(), email: 'a@example.org', firstName: 'A', lastName: 'B' }
    return {
      stored: {
        id: this.#session,
        label: 'abcdefgh',
        expiresAt: now + 3_600_000,
        user,
        key: '',
        certificates: [''],
        certifiedAt: now,
        certificateExpiresAt: now + 3_600_000,
      },
      enrolment: {
        api: 'https://api.example',
        apiRoot: null,
        organization: { id: organization, slug: 'tests', name: 'Tests', trustDomain },
        root,
        trustBundle: null,
        trustNumber: 1,
      },
      device: randomUUID(),
      trust,
      callSigners: [],
      signers,
      tls: { key: leaf.key, cert: leaf.cert, ca: this.authority.ca },
    }
  }
}

const serve = async (gateway: StubGateway, stream: MuxStream): Promise<void> => {
  stream.on('error', () => {})
  const head = await readHead(stream)
  gateway.heads.push(head)
  if (head.type === 'forward') {
    if (gateway.forward === null) stream.end(encodeFramedJson({ ok: false, error: { code: 'relay_unavailable', message: '' } }))
    else stream.write(encodeFramedJson({ ok: true }))
    await gateway.forward?.(stream).catch(() => stream.destroy())
    return
  }
  const answer = await gateway.answer(head)
  if (stream.destroyed) return
  stream.write(encodeFramedJson(answer))
  if (answer.ok && head.type !== 'renew') stream.pipe(stream)
  else stream.resume().end()
}

const pemToDer = (pem: string): string => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64').toString('base64url')
