/**
 * Invitations and join tokens: what a person or a gateway is handed once, by another way than the network, to make first
 * contact. One line of text: a prefix and base64url of canonical JSON.
 *
 * It carries the certificate that signs the API's own TLS certificates (or none, where those come from web PKI) and the
 * fingerprint of the organization's root, so that nothing needs to be believed on first sight.
 */
import { z } from 'zod'
import { fromBase64url, fromUtf8, toBase64url, utf8 } from './bytes.ts'
import { type CanonicalValue, canonicalJson, parseCanonicalJson } from './canonical-json.ts'
import { type ErrorCode, SallyportError } from './errors.ts'
import { base64urlOf, der, slug } from './fields.ts'

/** Longest text of either, in characters. */
export const MAX_INVITATION_TEXT = 4096

const contact = {
  version: z.literal(1),
  /** Origin of the API: scheme, host and port. */
  api: z.url({ protocol: /^https$/ }).max(300),
  /** Root of the API's own TLS certificates, DER; null: web PKI. */
  apiRoot: der.nullable(),
  organization: slug,
  /** SHA-256 of the organization's root certificate. */
  rootFingerprint: base64urlOf(32),
}

export const invitation = z.strictObject({ ...contact, code: base64urlOf(24) })
export type Invitation = z.infer<typeof invitation>

/** `gatewayApi` is the origin of the listener that asks for gateway certificates. */
export const joinToken = z.strictObject({ ...contact, gatewayApi: contact.api, secret: base64urlOf(32) })
export type JoinToken = z.infer<typeof joinToken>

interface Form<Schema extends z.ZodType> {
  readonly prefix: string
  readonly schema: Schema
  readonly error: ErrorCode
}

const encode = <Schema extends z.ZodType>(form: Form<Schema>, value: z.input<Schema>): string =>
  form.prefix + toBase64url(utf8(canonicalJson(form.schema.parse(value) as CanonicalValue)))

const decode = <Schema extends z.ZodType>(form: Form<Schema>, text: string): z.output<Schema> => {
  try {
    if (text.length > MAX_INVITATION_TEXT || !text.startsWith(form.prefix)) throw new TypeError('prefix or length')
    return form.schema.parse(parseCanonicalJson(fromUtf8(fromBase64url(text.slice(form.prefix.length)))))
  } catch (cause) {
    throw new SallyportError(form.error, { cause })
  }
}

const invitationForm = { prefix: 'sallyport-invitation-', schema: invitation, error: 'invitation_invalid' } as const
const joinTokenForm = { prefix: 'sallyport-join-', schema: joinToken, error: 'join_token_invalid' } as const

export const encodeInvitation = (value: Invitation): string => encode(invitationForm, value)
/** Throws `invitation_invalid`. */
export const decodeInvitation = (text: string): Invitation => decode(invitationForm, text.trim())
export const encodeJoinToken = (value: JoinToken): string => encode(joinTokenForm, value)
/** Throws `join_token_invalid`. */
export const decodeJoinToken = (text: string): JoinToken => decode(joinTokenForm, text.trim())
