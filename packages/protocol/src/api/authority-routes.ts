/** The organization's authorities as an administrator sees them, and their rotation. */
import { z } from 'zod'
import { base64urlOf, keyId, timestamp } from '../fields.ts'
import { defineRoutes } from './route.ts'

export const authorities = z.strictObject({
  /** Roots, then issuers, then roots of the API's own servers; of each the newest first. */
  authorities: z
    .array(
      z.strictObject({
        kind: z.enum(['root', 'issuer', 'deployment']),
        key: keyId,
        /** SHA-256 of the certificate. */
        fingerprint: base64urlOf(32),
        createdAt: timestamp,
        /** An issuer is announced before it signs. */
        signsFrom: timestamp,
        expiresAt: timestamp,
        /** When it is no longer accepted, because another one followed it; null: not decided. */
        retiresAt: timestamp.nullable(),
      }),
    )
    .max(32),
})
export type Authorities = z.infer<typeof authorities>

/** Seconds. Gateways and agents that are connected learn of a new issuer within one. */
const MAX_ANNOUNCEMENT = 3600

export const authorityRoutes = defineRoutes({
  getAuthorities: {
    method: 'GET',
    path: '/v1/authorities',
    summary: 'Roots and issuers of the organization that are accepted',
    authentication: 'two-signature',
    permission: 'settings.read',
    audit: null,
    response: authorities,
    errors: ['vault_unavailable'],
  },
  rotateAuthority: {
    method: 'POST',
    path: '/v1/authorities/rotation',
    summary: 'Makes a new issuer, and with it a new root if wanted; those before are accepted until what they signed has ended',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'authority.rotated',
    body: z.strictObject({
      /** `deployment`: a new root of the API's own servers, where there is no other organization whose matter it is, too. */
      what: z.enum(['issuer', 'root', 'deployment']),
      /** Seconds for which the new issuer is announced before it signs. */
      announceFor: z.int().min(1).max(MAX_ANNOUNCEMENT).default(120),
    }),
    response: authorities,
    errors: ['vault_unavailable', 'limit_reached', 'conflict'],
  },
})
