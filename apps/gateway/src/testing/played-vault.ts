/** The vault of the played API: checks a ticket as far as tests of a gateway need it, and releases a password. */
import { generateKeyPair, randomUUID, sign } from 'node:crypto'
import { promisify } from 'node:util'
import {
  canonicalJson,
  credentialInfo,
  type Endpoint,
  endpointDigest,
  fromBase64url,
  type LeaseAnswer,
  leaseRequest,
  parseStatement,
  receipt,
  SallyportError,
  seal,
  type SealingKeyPair,
  shareInfo,
  type Signer,
  signStatement,
  type StoredCredential,
  ticket,
  toBase64url,
  unseal,
  utf8,
  verifyStatement,
} from '@sallyport/protocol'

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

/** What tests say about the leases to come. */
interface PlayedPolicy {
  readonly users: ReadonlyMap<string, PlayedUser>
  readonly credentials: ReadonlyMap<string, PlayedCredential>
  readonly leaseLifetime: number
  readonly beforeLease: (() => Promise<void>) | null
  readonly unlocks: string[]
}

interface PlayedKeys {
  readonly organization: string
  readonly vaultKey: SealingKeyPair
  readonly receiptSigner: Signer
  /** SPKI of the gateway that joined. */
  readonly gatewayKey: () => Uint8Array
  /** Number of the newest revocation. */
  readonly revocation: () => number
}

export const makeReceiptSigner = async (): Promise<Signer> => {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('ed25519')
  return {
    algorithm: 'ed25519',
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: (data) => Promise.resolve(new Uint8Array(sign(null, data, privateKey))),
  }
}

/** Answers a lease request. Throws what a real vault would answer. */
export const playVault = (keys: PlayedKeys): ((text: string, state: PlayedPolicy) => Promise<LeaseAnswer>) => {
  const spent = new Set<string>()
  let logIndex = 0
  return async (text, state) => {
    const { organization, vaultKey, receiptSigner: signer, gatewayKey, revocation: revocationNow } = keys
    const asked = await verifyStatement(leaseRequest, text, [gatewayKey()])
    const { payload } = parseStatement(ticket, asked.ticket)
    if (spent.has(payload.jti)) throw new SallyportError('ticket_used')
    spent.add(payload.jti)
    const user = state.users.get(payload.session)
    const credential = state.credentials.get(payload.credential)
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
      expiresAt: Date.now() + state.leaseLifetime,
    }
    const { lease, session, secretVersion } = binding
    const proof = { organization, lease, gateway: binding.gateway, session, credential: credential.id, secretVersion }
    const leaf = toBase64url(new Uint8Array(32))
    const released = credential.stored
      ? { ...credential.stored, token: credential.stored.token() }
      : { kind: 'password', password: toBase64url(utf8(credential.password)) }
    const plaintext = utf8(canonicalJson(released))
    const revocation = revocationNow()
    await state.beforeLease?.()
    state.unlocks.push(lease)
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
      receipt: await signStatement(receipt, { version: 1, index: logIndex++, leaf, recordedAt: Date.now(), ...proof }, [signer]),
      revocation,
    }
  }
}
