/**
 * The trust bundle of an organization: roots, issuers, vault and receipt keys, gateways. Numbered, signed by the root that
 * clients and gateways pinned at first contact, or by one that it certified.
 */
import { z } from 'zod'
import { base64urlOf, der, displayName, host, instant, keyId, port, uuid } from './fields.ts'
import { defineStatement } from './statement.ts'

const gatewayEntry = z.strictObject({
  id: uuid,
  kind: z.enum(['gateway', 'relay']),
  name: displayName,
  /** Sites it serves. */
  sites: z.array(uuid).max(64),
  /** Where clients reach it; null for a relay, which gateways reach. */
  address: z.strictObject({ host, port }).nullable(),
})

export const trustBundle = defineStatement({
  name: 'trust-bundle',
  signatures: ['ecdsa-p256-sha256'],
  maxLength: 1024 * 1024,
  error: 'certificate_invalid',
  payload: z.strictObject({
    version: z.literal(1),
    /** Grows with each change; an older bundle than the known one is refused. */
    number: z.int().positive(),
    organization: uuid,
    trustDomain: z.string().max(255),
    issuedAt: instant,
    /**
     * Root certificates. The first is that of whoever signs from now on, this bundle included, unless the one before announces it.
     * Those that did not sign themselves are roots as the root before them certified them: by them, who pinned an earlier one finds
     * the first.
     */
    roots: z.array(der).min(1).max(8),
    /**
     * Roots of the API's own server certificates, in the place of the one of first contact. Absent: they never changed, or are not
     * this deployment's.
     */
    apiRoots: z.array(der).min(1).max(8).optional(),
    /** Intermediate certificates that issue sessions and gateways. */
    issuers: z.array(der).min(1).max(16),
    vaultKeys: z
      .array(z.strictObject({ id: keyId, publicKey: base64urlOf(32) }))
      .min(1)
      .max(8),
    receiptKeys: z
      .array(z.strictObject({ id: keyId, publicKey: der }))
      .min(1)
      .max(8),
    gateways: z.array(gatewayEntry).max(5000),
  }),
})
export type TrustBundle = z.infer<typeof trustBundle.payload>
export type GatewayEntry = z.infer<typeof gatewayEntry>

/** Gateways that one relay dials. */
export const MAX_UPLINKS = 64

/** The gateways that relays dial, and through which clients reach relays: those with an address, the first of the bundle. */
export const forwardingGateways = ({ gateways }: TrustBundle): readonly GatewayEntry[] =>
  gateways.filter(({ kind, address }) => kind === 'gateway' && address !== null).slice(0, MAX_UPLINKS)
