/**
 * SPIFFE identities: `spiffe://<trust domain>/<kind>/<id>` (SPIFFE-ID specification §2). Each organization is a trust domain
 * of its own. Strict: lower-case domain, one of the known kinds, a UUID; nothing may follow.
 */
import { SallyportError } from './errors.ts'

export const identityKinds = ['session', 'gateway', 'relay', 'api'] as const
export type IdentityKind = (typeof identityKinds)[number]

export interface Identity {
  readonly trustDomain: string
  readonly kind: IdentityKind
  readonly id: string
}

const pattern = new RegExp(
  `^spiffe://([a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?)/(${identityKinds.join('|')})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`,
)

export const formatIdentity = (identity: Identity): string => `spiffe://${identity.trustDomain}/${identity.kind}/${identity.id}`

/** Throws `certificate_invalid`: identities arrive in certificates. */
export const parseIdentity = (text: string): Identity => {
  const [, trustDomain, kind, id] = pattern.exec(text) ?? []
  if (!trustDomain || !kind || !id)
    throw new SallyportError('certificate_invalid', { message: 'The certificate names no identity of ours.' })
  return { trustDomain, kind: kind as IdentityKind, id }
}
