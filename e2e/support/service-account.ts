/** A program with a service account, of which the test holds the key and may choose every part of what is sent. */
import { authorizationOf, type HttpCall, toBase64url } from '@sallyport/protocol'
import { type InputOf, type ResponseOf, type RouteName, type RouteOf, routes } from '@sallyport/protocol/api'
import type { HttpsSender } from '@sallyport/transport'
import type { Actor } from './driver.ts'
import { type CallParts, type RawAnswer, sendCall, signedCall } from './raw-call.ts'
import { newKey, type RawKey } from './raw-key.ts'

type Body = InputOf<RouteOf<'createServiceAccount'>>['body']

/** What `createServiceAccount` takes, for a key. An hour, unless `parts` says otherwise. */
export const newServiceAccount = (key: RawKey, parts: Partial<Body> = {}): Body => ({
  name: `account ${toBase64url(key.publicKey).slice(-12)}`,
  publicKey: toBase64url(key.publicKey),
  purposes: ['api', 'audit'],
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  ...parts,
})

interface Place {
  readonly origin: string
  readonly sender: Pick<HttpsSender, 'send'>
}

export class ServiceAccount {
  readonly id: string
  readonly key: RawKey
  readonly #place: Place

  constructor(id: string, key: RawKey, place: Place) {
    this.id = id
    this.key = key
    this.#place = place
  }

  get actor(): Actor {
    return { kind: 'service', id: this.id }
  }

  sign<Name extends RouteName>(
    route: Name,
    input: InputOf<RouteOf<Name>> | undefined,
    { token, key = this.key, ...parts }: CallParts & { readonly token?: string; readonly key?: RawKey } = {},
  ): Promise<HttpCall> {
    const carry = (call: HttpCall): HttpCall =>
      token === undefined ? call : { ...call, fields: { ...call.fields, authorization: authorizationOf(token) } }
    const signers = [{ label: 'service', signer: key.signer }] as const
    return signedCall(route, input, { signers, alter: carry, ...parts, origin: this.#place.origin })
  }

  send(call: HttpCall): Promise<RawAnswer> {
    return sendCall(this.#place.sender.send, call)
  }

  /** With a token, unless `parts` has none. */
  async attempt<Name extends RouteName>(
    route: Name,
    input: InputOf<RouteOf<Name>> | undefined,
    parts: CallParts & { readonly token?: string; readonly key?: RawKey } = {},
  ): Promise<RawAnswer> {
    return this.send(await this.sign(route, input, parts))
  }

  askForToken(purpose: 'api' | 'audit', parts: CallParts & { readonly key?: RawKey } = {}): Promise<RawAnswer> {
    return this.attempt('createServiceToken', { body: { account: this.id, purpose } }, parts)
  }

  async token(purpose: 'api' | 'audit'): Promise<string> {
    const { code, json, text } = await this.askForToken(purpose)
    if (code !== null) throw new Error(`no token: ${text}`)
    return (routes.createServiceToken.response.parse(json) as ResponseOf<RouteOf<'createServiceToken'>>).token
  }
}

/** Makes an account by whoever may, and returns its program. */
export const addServiceAccount = async (
  create: (body: Body) => Promise<{ readonly id: string }>,
  place: Place,
  parts: Partial<Body> = {},
): Promise<ServiceAccount> => {
  const key = newKey()
  return new ServiceAccount((await create(newServiceAccount(key, parts))).id, key, place)
}
