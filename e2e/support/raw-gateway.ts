/**
 * A gateway made of the wire formats alone: it joins as a real one does, but the test holds its key, and may ask the API for
 * whatever it likes. It serves nobody.
 */
import { randomUUID } from 'node:crypto'
import {
  credentialInfo,
  type CredentialPlaintext,
  credentialPlaintext,
  decodeJoinToken,
  fromBase64url,
  fromUtf8,
  gatewayJob,
  generateSealingKeyPair,
  type HttpCall,
  type JoinToken,
  type LeaseAnswer,
  leaseAnswer,
  type LeaseBinding,
  type LeaseRequest,
  leaseRequest,
  parseStatement,
  type SealingKeyPair,
  type Signer,
  signStatement,
  toBase64url,
  type TrustBundle,
  trustBundle,
  unseal,
} from '@sallyport/protocol'
import { type InputOf, type RouteName, type RouteOf, routes } from '@sallyport/protocol/api'
import { createHttpsSender, type HttpsSender } from '@sallyport/transport'
import { z } from 'zod'
import { type CallParts, type RawAnswer, sendCall, signedCall } from './raw-call.ts'
import { openControlLink, type RawControlLink } from './raw-control-link.ts'
import { newKey, type RawKey, requestFor, toPem } from './raw-key.ts'

export interface LeaseRequestParts extends Partial<LeaseRequest> {
  /** Instead of the gateway's own. */
  readonly signer?: Signer
}

/** What came of asking for a lease, with the key to which the credential is sealed. */
export interface AskedLease {
  readonly answer: RawAnswer
  /** null: refused. */
  readonly lease: LeaseAnswer | null
  readonly recipient: SealingKeyPair
}

interface OpeningParts {
  /** Base64url. */
  readonly share: string
  readonly jti: string
  readonly recipient: SealingKeyPair
  /** Instead of what the answer says. */
  readonly binding?: LeaseBinding
}

export class RawGateway {
  readonly key: RawKey
  readonly id: string
  readonly organization: string
  readonly certificates: readonly string[]
  readonly trust: TrustBundle
  readonly origin: string
  readonly sender: HttpsSender
  /** PEM; undefined: web PKI. */
  readonly ca: string | undefined
  readonly #links: RawControlLink[] = []

  private constructor(parts: { key: RawKey; token: JoinToken; material: ReturnType<typeof parseMaterial> }) {
    const { key, token, material } = parts
    this.key = key
    this.id = material.gateway
    this.organization = material.organization
    this.certificates = material.certificates
    this.trust = parseStatement(trustBundle, material.trustBundle).payload
    this.origin = new URL(token.gatewayApi).origin
    const own = { cert: toPem(material.certificates), key: key.pem }
    this.ca = token.apiRoot === null ? undefined : toPem([token.apiRoot])
    this.sender = createHttpsSender({ ...authorities(token), clientCertificate: () => own })
  }

  /** Joins with a token that an administrator made. */
  static async join(tokenText: string): Promise<RawGateway> {
    const token = decodeJoinToken(tokenText)
    const key = newKey()
    const sender = createHttpsSender(authorities(token))
    const input = { body: { secret: token.secret, csr: await requestFor(key), version: '0.0.0' } }
    const call = await signedCall('joinGateway', input, { origin: new URL(token.api).origin, signers: [] })
    const answer = await sendCall(sender.send, call)
    sender.close()
    if (answer.code !== null) throw new Error(`the gateway may not join: ${answer.text}`)
    return new RawGateway({ key, token, material: parseMaterial(answer.json) })
  }

  /** A call, signed but not sent. */
  sign<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>, parts: CallParts = {}): Promise<HttpCall> {
    return signedCall(route, input, { origin: this.origin, signers: [{ label: 'gateway', signer: this.key.signer }], ...parts })
  }

  sendRaw(call: HttpCall, to?: string): Promise<RawAnswer> {
    return sendCall(this.sender.send, call, to)
  }

  /** Signs and sends, and says what came of it. */
  async attempt<Name extends RouteName>(route: Name, input?: InputOf<RouteOf<Name>>, parts: CallParts = {}): Promise<RawAnswer> {
    return this.sendRaw(await this.sign(route, input, parts))
  }

  /** What goes to the vault. Everything in it may be overridden. */
  makeLeaseRequest(ticket: string, recipient: SealingKeyPair, parts: LeaseRequestParts = {}): Promise<string> {
    const { signer = this.key.signer, ...fields } = parts
    const payload: LeaseRequest = {
      version: 1,
      organization: this.organization,
      gateway: this.id,
      ticket,
      recipient: toBase64url(recipient.publicKey),
      jti: randomUUID(),
      issuedAt: Date.now(),
      clientAddress: '127.0.0.1',
      ...fields,
    }
    return signStatement(leaseRequest, payload, [signer])
  }

  /** Asks for a lease under a ticket, as a gateway does. */
  async askForLease(ticket: string, parts: LeaseRequestParts = {}): Promise<AskedLease> {
    const recipient = await generateSealingKeyPair()
    const request = await this.makeLeaseRequest(ticket, recipient, parts)
    const answer = await this.attempt('requestLease', { body: { request } })
    return { answer, recipient, lease: answer.code === null ? leaseAnswer.parse(answer.json) : null }
  }

  /**
   * A link to the API as a gateway holds it, from which on it counts as connected. It confirms what it is told and closes nothing;
   * whatever it shall try to reach, it says that the name is well.
   */
  async openControlLink(options: { readonly doingJobs?: true } = {}): Promise<RawControlLink> {
    const { origin, key, certificates, ca } = this
    const onJobs = (): void => {
      if (options.doingJobs === true) this.#doJobs().catch(() => undefined)
    }
    const link = await openControlLink({ origin, key, certificates, ca, onJobs })
    this.#links.push(link)
    return link
  }

  /** Says of each test that all is well, and of each rotation that nothing was changed. */
  async #doJobs(): Promise<void> {
    const { json } = await this.attempt('takeJob')
    const { job } = z.object({ job: gatewayJob.nullable() }).parse(json)
    if (job === null) return
    const step = { step: 'sign-in' as const, ok: true, code: null, detail: 'It lets you in.', milliseconds: 1 }
    const unchanged = { outcome: 'unchanged' as const, code: 'stopping', message: 'Nobody changed it.' }
    const result = job.kind === 'test' ? { outcome: 'tested' as const, steps: [step] } : unchanged
    await this.attempt('finishJob', { parameters: { job: job.id }, body: { take: job.take, result } })
    await this.#doJobs()
  }

  close(): void {
    for (const link of this.#links) link.close()
    this.sender.close()
  }
}

const authorities = ({ apiRoot }: JoinToken) => (apiRoot === null ? {} : { ca: toPem([apiRoot]) })

const parseMaterial = (json: unknown) => routes.joinGateway.response.parse(json)

/** Opens a leased credential. Throws `unseal_failed` when anything does not belong together. */
export const openCredential = async (lease: LeaseAnswer, parts: OpeningParts): Promise<CredentialPlaintext> => {
  const { share, jti, recipient, binding = lease.binding } = parts
  const context = { info: credentialInfo(binding), psk: { key: fromBase64url(share), id: jti } }
  const plaintext = await unseal(lease.credential, recipient.privateKey, context)
  return credentialPlaintext.parse(JSON.parse(fromUtf8(plaintext)))
}

/** The password of a credential in clear. Throws for one that is none. */
export const passwordOf = (credential: CredentialPlaintext): string => {
  if (credential.kind !== 'password') throw new Error('a certificate, not a password')
  return Buffer.from(credential.password, 'base64url').toString()
}
