/** Signing in on a page, with every part of it in the hands of the test. */
import { createHash, randomBytes } from 'node:crypto'
import { toBase64url } from '@sallyport/protocol'
import type { Fingerprint, InputOf, RouteOf } from '@sallyport/protocol/api'
import type { RawAnswer } from './raw-call.ts'
import { callWith, enrolmentBody, facts, type RawClient, type RawKeys } from './raw-client.ts'
import { newKey, requestFor } from './raw-key.ts'

export interface BegunSignIn {
  readonly url: string
  readonly state: string
  readonly verifier: string
  readonly keys: RawKeys
}

type BeginBody = InputOf<RouteOf<'beginBrowserSignIn'>>['body']
type FinishBody = InputOf<RouteOf<'finishBrowserSignIn'>>['body']

/** Reached as `client` reaches it; with that client's device key and a new session key unless told otherwise. */
export const beginSignIn = async (
  client: RawClient,
  { device = client.keys.device, ...body }: Partial<BeginBody> & { readonly device?: RawKeys['device'] } = {},
): Promise<BegunSignIn> => {
  const keys = { device, session: newKey() }
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url')
  const input = {
    body: {
      organization: client.slug,
      deviceKey: toBase64url(keys.device.publicKey),
      csr: await requestFor(keys.session),
      facts,
      invitation: null,
      redirectPort: 65_535,
      state,
      codeChallenge,
      ...body,
    },
  }
  const answer = await callWith(client, { route: 'beginBrowserSignIn', input, keys })
  if (answer.code !== null) throw new Error(`refused: ${answer.text}`)
  return { url: (answer.json as { url: string }).url, state, verifier, keys }
}

export interface Exchange {
  readonly route?: 'finishBrowserSignIn' | 'finishBrowserInvitation'
  readonly fingerprint?: Fingerprint
  /** Who signs the exchange; those who began it if absent. */
  readonly keys?: RawKeys
}

export const finishSignIn = async (
  client: RawClient,
  begun: BegunSignIn,
  {
    code,
    route = 'finishBrowserSignIn',
    fingerprint = client.fingerprint,
    keys = begun.keys,
    ...rest
  }: Exchange & Pick<FinishBody, 'code'> & Partial<FinishBody>,
): Promise<RawAnswer> => {
  const own = keys.device === client.keys.device
  const known = own ? { device: client.device, deviceState: client.deviceState } : { device: null, deviceState: null }
  const body = { ...(await enrolmentBody(client, { keys, fingerprint, ...known })), code, verifier: begun.verifier, ...rest }
  return callWith(client, { route, input: { body }, keys })
}

/** The one-time code in the address to which a page leads. */
export const codeIn = (location: string): string => new URL(location).searchParams.get('code') ?? ''
