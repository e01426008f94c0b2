/** Plays an agent: keys, certificate, tickets, and streams over the real data path. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import {
  encodeFramedJson,
  FramedJsonDecoder,
  formatIdentity,
  keyIdOf,
  leaseRenewal,
  type LeaseRenewal,
  seal,
  shareInfo,
  signStatement,
  type StreamAnswer,
  streamAnswer,
  type StreamHead,
  ticket,
  type Ticket,
  toBase64url,
} from '@sallyport/protocol'
import { type ByteChannel, dialWebSocket, MuxSession, type MuxStream } from '@sallyport/transport'
import { type Authority, issue, makeKey, type TestKey, toPem } from './authority.ts'
import type { PlayedApi } from './played-api.ts'
import type { PlayedUser } from './played-vault.ts'

export interface CertificateChange {
  readonly issuer?: Authority
  readonly trustDomain?: string
  readonly kind?: 'session' | 'gateway'
  readonly notBefore?: Date
  readonly notAfter?: Date
}

export interface PlayedAgent extends PlayedUser {
  readonly sessionKey: TestKey
  readonly deviceKey: TestKey
  /** Connects to a gateway. Rejects with a TransportError. */
  dial(port: number, change?: CertificateChange): Promise<ByteChannel>
  connect(port: number): Promise<MuxSession>
  makeTicket(credential: string, change?: Partial<Ticket>, signers?: readonly TestKey[]): Promise<OpenHead>
  makeRenewal(leases: readonly string[], change?: Partial<LeaseRenewal>): Promise<string>
}

export type OpenHead = Extract<StreamHead, { type: 'open' }>

export const playAgent = async (api: PlayedApi): Promise<PlayedAgent> => {
  const [sessionKey, deviceKey] = await Promise.all([makeKey(), makeKey()])
  const identity: PlayedUser = { session: randomUUID(), device: randomUUID(), user: randomUUID() }
  api.users.set(identity.session, identity)

  const dial = async (port: number, change: CertificateChange = {}): Promise<ByteChannel> => {
    const issuer = change.issuer ?? api.issuer
    const name = formatIdentity({
      trustDomain: change.trustDomain ?? api.trustDomain,
      kind: change.kind ?? 'session',
      id: identity.session,
    })
    const { notBefore, notAfter } = change
    const leaf = await issue(issuer, {
      publicKey: sessionKey.publicKey,
      name: { type: 'url', value: name },
      ...(notBefore ? { notBefore } : {}),
      ...(notAfter ? { notAfter } : {}),
    })
    return dialWebSocket({
      host: '127.0.0.1',
      port,
      tls: { key: sessionKey.pem, cert: toPem(leaf) + toPem(issuer.der), ca: toPem(api.root.der) },
      expectedIdentity: formatIdentity({ trustDomain: api.trustDomain, kind: 'gateway', id: api.gateway() }),
    })
  }

  const makeTicket: PlayedAgent['makeTicket'] = async (credential, change = {}, signers = [deviceKey, sessionKey]) => {
    const share = new Uint8Array(randomBytes(32))
    const now = Date.now()
    const fields = {
      version: 1 as const,
      purpose: 'connect' as const,
      organization: api.organization,
      device: identity.device,
      session: identity.session,
      gateway: api.gateway(),
      credential,
      deviceState: { counter: 1, value: toBase64url(new Uint8Array(16)) },
      jti: randomUUID(),
      issuedAt: now,
      expiresAt: now + 60_000,
      vaultKey: await keyIdOf(api.vaultKey.publicKey),
      ...change,
    }
    const payload = { ...fields, share: await seal(share, api.vaultKey.publicKey, { info: shareInfo(fields) }) }
    const text = await signStatement(
      ticket,
      payload,
      signers.map(({ signer }) => signer),
    )
    return { type: 'open', ticket: text, share: toBase64url(share), caller: null }
  }

  return {
    ...identity,
    sessionKey,
    deviceKey,
    dial,
    connect: async (port) => new MuxSession(await dial(port), { role: 'client' }),
    makeTicket,
    makeRenewal: (leases, change = {}) => {
      const now = Date.now()
      return signStatement(
        leaseRenewal,
        {
          version: 1,
          organization: api.organization,
          device: identity.device,
          session: identity.session,
          gateway: api.gateway(),
          leases: [...leases],
          deviceState: { counter: 1, value: toBase64url(new Uint8Array(16)) },
          jti: randomUUID(),
          issuedAt: now,
          expiresAt: now + 60_000,
          ...change,
        },
        [deviceKey.signer, sessionKey.signer],
      )
    },
  }
}

/** Reads the answer of a stream and leaves what follows in it. */
export const readAnswer = (stream: Duplex): Promise<StreamAnswer> =>
  new Promise((resolve, reject) => {
    const decoder = new FramedJsonDecoder(streamAnswer)
    const onReadable = (): void => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        const done = decoder.push(chunk)
        if (done === null) continue
        stream.off('readable', onReadable)
        stream.off('close', onClose)
        if (done.rest.length > 0) stream.unshift(done.rest)
        resolve(done.value)
        return
      }
    }
    const onClose = (): void => reject(new Error('the stream closed without an answer'))
    stream.on('readable', onReadable)
    stream.on('close', onClose)
  })

/** Opens a stream with this head. */
export const openStream = async (
  mux: MuxSession,
  head: StreamHead,
): Promise<{ readonly stream: MuxStream; readonly answer: StreamAnswer }> => {
  const stream = mux.openStream()
  stream.write(encodeFramedJson(head))
  return { stream, answer: await readAnswer(stream) }
}
