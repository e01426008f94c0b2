/** A person at a computer: keys, fingerprint and device state as the agent keeps them, calls as the agent makes them. */
import { randomBytes } from 'node:crypto'
import { createHttpsSender, type HttpsSender } from '@sallyport/transport'
import { type CallSigners, type DeviceState, fromBase64url, type HttpCall, signCall, toBase64url } from '@sallyport/protocol'
import {
  type ApiClient,
  type ApiSend,
  buildRequest,
  type CallOptions,
  createApiClient,
  type Fingerprint,
  type Route,
  type RouteName,
  routes,
  type SessionMaterial,
  withPresence,
} from '@sallyport/protocol/api'
import { withOrganization } from '../db/with-organization.ts'
import { issueProof } from '../domains/presence/proofs.ts'
import { toPem } from '../domains/authority/index.ts'
import type { ApiUnderTest } from './api-under-test.ts'
import { makeRequest } from './make-request.ts'
import { type MadeSigner, makeSigner } from './make-signer.ts'

export const PASSWORD = 'correct horse battery staple'

const part = (): string => toBase64url(randomBytes(32))
export const makeFingerprint = (): Fingerprint => ({ machine: part(), board: part(), disk: part(), system: part() })

const facts = { name: 'laptop', platform: 'linux', osVersion: '6.1', clientVersion: '0.1.0', keyStorage: 'keychain' } as const

export interface Computer {
  readonly deviceKey: MadeSigner
  fingerprint: Fingerprint
  deviceState: DeviceState | null
}

export const makeComputer = (): Computer => ({ deviceKey: makeSigner(), fingerprint: makeFingerprint(), deviceState: null })

export interface SignedIn {
  readonly material: SessionMaterial
  readonly sessionKey: MadeSigner
}

export interface Person {
  readonly computer: Computer
  readonly client: ApiClient
  readonly send: ApiSend
  /** Keys of the present session. */
  signers(): CallSigners
  accept(code: string): Promise<SignedIn>
  signIn(email: string, password?: string): Promise<SignedIn>
  renew(): Promise<SessionMaterial>
  /** A signed call as bytes, to be changed and sent by the test. */
  sign(call: Partial<HttpCall> & { readonly path: string }): Promise<HttpCall>
  close(): void
}

/** Those that ask for presence. */
const guardedRoutes = Object.values(routes as Readonly<Record<string, Route>>)
  .filter(({ presence }) => presence !== undefined)
  .map(({ method, path, presence }) => ({
    method,
    presence,
    expression: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))

/** `path` overrides where requests really go; what they are signed for stays. */
const redirected =
  (sender: HttpsSender, origin: string, to: string): ApiSend =>
  (call, options) =>
    sender.send({ ...call, targetUri: call.targetUri.replace(origin, to) }, options)

export const makePerson = (api: ApiUnderTest, computer: Computer = makeComputer(), port = api.first.port): Person => {
  const sender = createHttpsSender({ ca: toPem([fromBase64url(api.invitation.apiRoot!)]) })
  const send = redirected(sender, api.origin, `https://127.0.0.1:${port}`)
  let session: SignedIn | null = null
  const signersOf = (sessionKey: MadeSigner): CallSigners => [
    { label: 'device', signer: computer.deviceKey },
    { label: 'session', signer: sessionKey },
  ]
  const signers = (): CallSigners => {
    if (session === null) throw new Error('not signed in')
    return signersOf(session.sessionKey)
  }
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes))
  const bare = createApiClient({ origin: api.origin, send, signers, random, clock: api.clock })
  /** As if its person had just confirmed on the page that they are there. */
  const presenceFor = async ({ method, targetUri, body }: HttpCall): Promise<string | null> => {
    const target = targetUri.slice(api.origin.length)
    const route = guardedRoutes.find((each) => each.method === method && each.expression.test(target))
    if (route === undefined || session === null) return null
    const act = route.presence === 'act' ? { method, target, body } : null
    const proof = { session: session.material.session.id, act, now: api.clock() }
    const made = await withOrganization(api.database.pools.api, api.organization.id, (transaction) =>
      issueProof(transaction, proof),
    )
    return made.presence
  }
  const client: ApiClient = {
    call: async (name, ...rest) => {
      const call = bare.call as (route: RouteName, given: unknown, options: CallOptions) => Promise<never>
      const [input, options = {}] = rest as [object | undefined, CallOptions | undefined]
      const presence = await presenceFor(buildRequest(api.origin, routes[name], input ?? {}))
      return call(name, input, presence === null ? options : { presence, ...options })
    },
  }
  const organization = api.organization.slug

  const enrolment = async (sessionKey: MadeSigner) => {
    const { challenge } = await client.call('createChallenge', { body: { organization } })
    return {
      organization,
      challenge,
      device: null,
      deviceKey: toBase64url(computer.deviceKey.publicKey),
      csr: toBase64url(await makeRequest(sessionKey)),
      fingerprint: computer.fingerprint,
      facts,
      deviceState: computer.deviceState,
    }
  }
  const signedIn = (material: SessionMaterial, sessionKey: MadeSigner): SignedIn => {
    computer.deviceState = material.deviceState
    session = { material, sessionKey }
    return session
  }
  return {
    computer,
    client,
    send,
    signers,
    accept: async (code) => {
      const sessionKey = makeSigner()
      const body = { ...(await enrolment(sessionKey)), code, password: PASSWORD }
      return signedIn(await client.call('acceptInvitation', { body }, { signers: signersOf(sessionKey) }), sessionKey)
    },
    signIn: async (email, password = PASSWORD) => {
      const sessionKey = makeSigner()
      const body = { ...(await enrolment(sessionKey)), email, password }
      return signedIn(await client.call('signIn', { body }, { signers: signersOf(sessionKey) }), sessionKey)
    },
    renew: async () => {
      const { sessionKey } = session!
      const csr = toBase64url(await makeRequest(sessionKey))
      const body = { csr, fingerprint: computer.fingerprint, deviceState: computer.deviceState! }
      const material = await client.call('renewSession', { body })
      computer.deviceState = material.deviceState
      return material
    },
    sign: async ({ path, method = 'GET', fields = {}, body = new Uint8Array() }) => {
      const made = { method, targetUri: `${api.origin}${path}`, fields, body }
      const presence = await presenceFor(made)
      const call = presence === null ? made : withPresence(made, presence)
      const parameters = { nonce: random(16), created: Math.floor(api.clock() / 1000) }
      return { ...call, fields: await signCall(call, signers(), parameters) }
    },
    close: () => sender.close(),
  }
}

/** The code by which a call is refused; 'accepted' when it is not. */
export const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'accepted'
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

/** The same for a call that the test made itself. */
export const sendRaw = async (person: Person, call: HttpCall): Promise<string> => {
  const answer = await person.send(call, {})
  if (answer.status === 200) return 'accepted'
  return (JSON.parse(Buffer.from(answer.body).toString()) as { error: { code: string } }).error.code
}
