/**
 * A client made of the wire formats alone. It enrols by invitation as the agent does, but the test holds every key of it, may
 * choose any part of what is sent, and so plays who stole one of them.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  type CallSigners,
  decodeInvitation,
  type DeviceState,
  formatIdentity,
  fromBase64url,
  fromUtf8,
  type GatewayEntry,
  type HttpCall,
  type Invitation,
  isErrorCode,
  leaseRenewal,
  type LeaseRenewal,
  parseStatement,
  SallyportError,
  seal,
  SHARE_LENGTH,
  shareInfo,
  type Signer,
  signStatement,
  type Ticket,
  ticket,
  TICKET_LIFETIME,
  toBase64url,
  type TrustBundle,
  trustBundle,
} from '@sallyport/protocol'
import {
  buildRequest,
  type Fingerprint,
  type InputOf,
  type ResponseOf,
  type Route,
  type RouteName,
  type RouteOf,
  routes,
  type SessionMaterial,
} from '@sallyport/protocol/api'
import { fillPage } from '@sallyport/testbed'
import {
  createHttpsSender,
  type DialOptions,
  dialWebSocket,
  type HttpsSender,
  MuxSession,
  type TlsIdentity,
} from '@sallyport/transport'
import { type CallParts, type RawAnswer, sendCall, signedCall } from './raw-call.ts'
import { newKey, type RawKey, requestFor, toPem } from './raw-key.ts'

export interface RawKeys {
  readonly device: RawKey
  readonly session: RawKey
}

export interface SignedTicket {
  readonly text: string
  /** In clear, for the gateway: 32 bytes, base64url. */
  readonly share: string
  readonly payload: Ticket
}

interface TicketParts extends Partial<Ticket> {
  /** Instead of device and session. */
  readonly signers?: readonly Signer[]
  /** The share in clear; random if absent. */
  readonly clearShare?: Uint8Array
}

const fingerprintParts = ['machine', 'board', 'disk', 'network', 'system', 'owner'] as const

/** Of a machine that no other client has. */
export const newFingerprint = (): Fingerprint =>
  Object.fromEntries(fingerprintParts.map((part) => [part, toBase64url(randomBytes(32))]))

export const facts = {
  name: 'a client of a test',
  platform: 'linux',
  osVersion: 'any',
  clientVersion: '0.0.0',
  keyStorage: 'passphrase',
} as const

/** A sender that trusts what an invitation names. */
const senderFor = (invitation: Invitation): HttpsSender =>
  createHttpsSender(invitation.apiRoot === null ? {} : { ca: toPem([invitation.apiRoot]) })

/** A call that is to be confirmed, as it will be sent. */
type Act = NonNullable<InputOf<RouteOf<'beginPresence'>>['body']['act']>

export const actOf = ({ method, targetUri, body }: HttpCall): Act => {
  const { pathname, search } = new URL(targetUri)
  return { method: method as Act['method'], target: `${pathname}${search}`, body: fromUtf8(body) }
}

export interface BegunPresence {
  readonly url: string
  readonly state: string
  readonly verifier: string
}

/** Milliseconds before its end at which a proof is not used any more. */
const PRESENCE_MARGIN = 60_000

interface RawClientParts {
  readonly origin: string
  readonly slug: string
  /** PEM of whom to trust for the API's own certificates; null: web PKI. */
  readonly apiAuthority: string | null
  readonly password: string
  readonly fingerprint: Fingerprint
  readonly sender: HttpsSender
  readonly keys: RawKeys
  readonly material: SessionMaterial
}

export class RawClient {
  readonly origin: string
  readonly slug: string
  /** PEM of whom to trust for the API's own certificates; null: web PKI. */
  readonly apiAuthority: string | null
  readonly password: string
  readonly fingerprint: Fingerprint
  readonly sender: HttpsSender
  keys: RawKeys
  /** The latest that the API sent. */
  material: SessionMaterial
  trust: TrustBundle
  readonly #muxes: MuxSession[] = []
  #recent: { readonly proof: string; readonly session: string; readonly until: number } | null = null

  private constructor(parts: RawClientParts) {
    this.origin = parts.origin
    this.slug = parts.slug
    this.apiAuthority = parts.apiAuthority
    this.password = parts.password
    this.fingerprint = parts.fingerprint
    this.sender = parts.sender
    this.keys = parts.keys
    this.material = parts.material
    this.trust = parseStatement(trustBundle, parts.material.trustBundle).payload
  }

  /** Accepts an invitation on a device of its own. */
  static async enrol(
    invitationText: string,
    { device = newKey(), fingerprint = newFingerprint() }: { readonly device?: RawKey; readonly fingerprint?: Fingerprint } = {},
  ): Promise<RawClient> {
    const invitation = decodeInvitation(invitationText)
    const sender = senderFor(invitation)
    const password = randomBytes(18).toString('base64url')
    const keys = { device, session: newKey() }
    const target = { origin: new URL(invitation.api).origin, slug: invitation.organization, sender }
    const body = await enrolmentBody(target, { keys, fingerprint, device: null, deviceState: null })
    const input = { body: { ...body, code: invitation.code, password } }
    const material = expectDone('acceptInvitation', await callWith(target, { route: 'acceptInvitation', input, keys }))
    const apiAuthority = invitation.apiRoot === null ? null : toPem([invitation.apiRoot])
    return new RawClient({ ...target, apiAuthority, password, fingerprint, keys, material })
  }

  get organization(): string {
    return this.material.organization
  }
  get user(): string {
    return this.material.user.id
  }
  get device(): string {
    return this.material.device
  }
  get session(): string {
    return this.material.session.id
  }
  get deviceState(): DeviceState {
    return this.material.deviceState
  }

  /** Device, then session. */
  get callSigners(): CallSigners {
    return callSigners(this.keys)
  }

  /** The certificate of the session, with the key that belongs to it. */
  get tls(): TlsIdentity {
    return { key: this.keys.session.pem, cert: toPem(this.material.certificates), ca: toPem(this.trust.roots) }
  }

  /** Another client, with the keys and everything else that this one was given so far; or with other keys. */
  clone(keys: Partial<RawKeys> = {}): RawClient {
    const { origin, slug, apiAuthority, password, fingerprint, sender, material } = this
    return new RawClient({ origin, slug, apiAuthority, password, fingerprint, sender, material, keys: { ...this.keys, ...keys } })
  }

  /** A call, signed but not sent. */
  sign<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>, parts: CallParts = {}): Promise<HttpCall> {
    return signedCall(route, input, { origin: this.origin, signers: this.callSigners, ...parts })
  }

  /** Sends a call that was signed, as it is and as often as one likes; `to` is another origin, as that of a replica. */
  sendRaw(call: HttpCall, to?: string): Promise<RawAnswer> {
    return sendCall(this.sender.send, call, to)
  }

  /** Signs and sends, and says what came of it. */
  async attempt<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>, parts: CallParts = {}): Promise<RawAnswer> {
    return this.sendRaw(await this.sign(route, input, parts))
  }

  /** The address of a page on which this client's person confirms that they are there, and what exchanges its code. */
  async beginPresence(act: Act | null = null): Promise<BegunPresence> {
    const verifier = randomBytes(32).toString('base64url')
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
    const state = randomBytes(16).toString('base64url')
    const { url } = await this.call('beginPresence', { body: { redirectPort: 65_535, state, codeChallenge, act } })
    return { url, state, verifier }
  }

  /** A proof of presence: of the call that is given, if it needs one of its own; otherwise the same for a while. */
  async presence(act: Act | null = null, level: 'recent' | 'act' = 'recent'): Promise<string> {
    if (level === 'recent' && this.#recent?.session === this.session && this.#recent.until > Date.now()) return this.#recent.proof
    const { url, verifier } = await this.beginPresence(level === 'recent' ? null : act)
    const code = new URL(await fillPage(url, { password: this.password })).searchParams.get('code') ?? ''
    const { presence, expiresAt } = await this.call('finishPresence', { body: { code, verifier } })
    if (level === 'recent')
      this.#recent = { proof: presence, session: this.session, until: Date.parse(expiresAt) - PRESENCE_MARGIN }
    return presence
  }

  /** A call that must succeed. Throws `SallyportError` with the code of a refusal. */
  async call<Name extends RouteName>(
    route: Name,
    input?: InputOf<RouteOf<Name>>,
    parts: CallParts = {},
  ): Promise<ResponseOf<RouteOf<Name>>> {
    const { presence: level } = routes[route] as Route
    if (level === undefined || parts.presence !== undefined) return expectDone(route, await this.attempt(route, input, parts))
    const act = actOf(buildRequest(this.origin, routes[route], input ?? {}))
    return expectDone(route, await this.attempt(route, input, { ...parts, presence: await this.presence(act, level) }))
  }

  /** Signs in anew with the same device: a new session, of a new session key. */
  async signIn(email: string, parts: { readonly fingerprint?: Fingerprint; readonly password?: string } = {}): Promise<void> {
    const keys = { device: this.keys.device, session: newKey() }
    const { fingerprint = this.fingerprint, password = this.password } = parts
    const body = await enrolmentBody(this, { keys, fingerprint, device: this.device, deviceState: this.deviceState })
    const answer = await callWith(this, { route: 'signIn', input: { body: { ...body, email, password } }, keys })
    this.#adopt(expectDone('signIn', answer))
    this.keys = keys
  }

  /** Renews the session's certificate and device state at once. Throws the code of a refusal. */
  async renew(parts: { readonly fingerprint?: Fingerprint; readonly deviceState?: DeviceState } = {}): Promise<void> {
    const { fingerprint = this.fingerprint, deviceState = this.deviceState } = parts
    const csr = await requestFor(this.keys.session)
    this.#adopt(await this.call('renewSession', { body: { csr, fingerprint, deviceState } }))
  }

  #adopt(material: SessionMaterial): void {
    this.material = material
    this.trust = parseStatement(trustBundle, material.trustBundle).payload
  }

  /** A gateway of the trust bundle, by the port on which it listens; the first if no port is given. Fetches the bundle anew. */
  async gateway(port?: number): Promise<GatewayEntry> {
    this.trust = parseStatement(trustBundle, (await this.call('getTrustBundle')).trustBundle).payload
    const found = this.trust.gateways.find(({ address }) => address !== null && (port === undefined || address.port === port))
    if (!found) throw new Error(`no gateway on port ${port}`)
    return found
  }

  /** Everything in it may be overridden; the share stays sealed for what the ticket says unless `share` is given too. */
  async makeTicket(
    target: { readonly gateway: string; readonly credential: string },
    parts: TicketParts = {},
  ): Promise<SignedTicket> {
    const {
      signers = [this.keys.device.signer, this.keys.session.signer],
      clearShare = randomBytes(SHARE_LENGTH),
      ...fields
    } = parts
    const issuedAt = fields.issuedAt ?? Date.now()
    const parties = {
      organization: this.organization,
      device: this.device,
      session: this.session,
      ...target,
      jti: randomUUID(),
      ...fields,
    }
    const vaultKey = this.trust.vaultKeys[0]!
    const payload: Ticket = {
      version: 1,
      purpose: 'connect',
      deviceState: this.deviceState,
      issuedAt,
      expiresAt: issuedAt + TICKET_LIFETIME,
      vaultKey: vaultKey.id,
      share: await seal(clearShare, fromBase64url(vaultKey.publicKey), { info: shareInfo(parties) }),
      ...parties,
    }
    return { text: await signStatement(ticket, payload, signers), share: toBase64url(clearShare), payload }
  }

  /** Renews leases at one gateway. Everything in it may be overridden. */
  makeLeaseRenewal(
    target: { readonly gateway: string; readonly leases: readonly string[] },
    parts: Partial<LeaseRenewal> & { readonly signers?: readonly Signer[] } = {},
  ): Promise<string> {
    const { signers = [this.keys.device.signer, this.keys.session.signer], ...fields } = parts
    const issuedAt = fields.issuedAt ?? Date.now()
    const payload: LeaseRenewal = {
      version: 1,
      organization: this.organization,
      device: this.device,
      session: this.session,
      gateway: target.gateway,
      leases: [...target.leases],
      deviceState: this.deviceState,
      jti: randomUUID(),
      issuedAt,
      expiresAt: issuedAt + TICKET_LIFETIME,
      ...fields,
    }
    return signStatement(leaseRenewal, payload, signers)
  }

  /** Dials a gateway; with the session's certificate and key unless told otherwise. Throws `TransportError`. */
  async dialGateway(
    gateway: GatewayEntry,
    options: Partial<DialOptions> & { readonly tls?: TlsIdentity } = {},
  ): Promise<MuxSession> {
    if (gateway.address === null) throw new TypeError('a relay is not dialled')
    const expectedIdentity = formatIdentity({ trustDomain: this.trust.trustDomain, kind: 'gateway', id: gateway.id })
    const channel = await dialWebSocket({ ...gateway.address, tls: this.tls, expectedIdentity, ...options })
    const mux = new MuxSession(channel, { role: 'client' })
    this.#muxes.push(mux)
    return mux
  }

  /** Closes its connections. The session goes on. */
  close(): void {
    for (const mux of this.#muxes) mux.close()
    this.sender.close()
  }
}

const callSigners = (keys: RawKeys): CallSigners => [
  { label: 'device', signer: keys.device.signer },
  { label: 'session', signer: keys.session.signer },
]

/** Throws the code of a refusal. */
const expectDone = <Name extends RouteName>(route: Name, answer: RawAnswer): ResponseOf<RouteOf<Name>> => {
  if (answer.code === null) return routes[route].response.parse(answer.json) as ResponseOf<RouteOf<Name>>
  throw new SallyportError(isErrorCode(answer.code) ? answer.code : 'internal', { message: answer.text })
}

interface Target {
  readonly origin: string
  readonly slug: string
  readonly sender: HttpsSender
}

export const callWith = async <Name extends RouteName>(
  { origin, sender }: Pick<Target, 'origin' | 'sender'>,
  what: { readonly route: Name; readonly input: InputOf<RouteOf<Name>>; readonly keys: RawKeys },
): Promise<RawAnswer> =>
  sendCall(sender.send, await signedCall(what.route, what.input, { origin, signers: callSigners(what.keys) }))

/** What every way of signing in brings besides its proof of who. */
export const enrolmentBody = async (
  { origin, slug, sender }: Target,
  own: {
    readonly keys: RawKeys
    readonly fingerprint: Fingerprint
    readonly device: string | null
    readonly deviceState: DeviceState | null
  },
) => {
  const { keys, ...rest } = own
  const input = { body: { organization: slug } }
  const { challenge } = expectDone(
    'createChallenge',
    await callWith({ origin, sender }, { route: 'createChallenge', input, keys }),
  )
  return {
    organization: slug,
    challenge,
    deviceKey: toBase64url(keys.device.publicKey),
    csr: await requestFor(keys.session),
    facts,
    ...rest,
  }
}
