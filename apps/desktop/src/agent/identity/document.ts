/** What the sealed file holds: everything of this device that must not be read, copied or changed by others. */
import { base64urlOf, der, deviceState, displayName, email, instant, isErrorCode, slug, uuid } from '@sallyport/protocol'
import { z } from 'zod'

/** PKCS #8, base64url. */
const privateKey = z.string().max(1024)

/** The organization that this device belongs to, and how its programs are recognised. */
export const enrolment = z.strictObject({
  /** Origin of the API. */
  api: z.url({ protocol: /^https$/ }).max(300),
  /** Root of the API's own certificates; null: web PKI. */
  apiRoot: der.nullable(),
  organization: z.strictObject({ id: uuid, slug, name: displayName, trustDomain: z.string().max(255) }),
  /** Root certificate that signs the next trust bundle. */
  root: der,
  /** The last bundle, as signed by the root before; null before the first. */
  trustBundle: z
    .string()
    .max(1024 * 1024)
    .nullable(),
  /** The bundle's number, which never decreases. */
  trustNumber: z.int().nonnegative(),
})
export type Enrolment = z.infer<typeof enrolment>

export const storedSession = z.strictObject({
  id: uuid,
  label: z.string().length(8),
  expiresAt: instant,
  user: z.strictObject({ id: uuid, email, firstName: displayName, lastName: displayName }),
  key: privateKey,
  /** Leaf first, then issuers. */
  certificates: z.array(der).min(1).max(4),
  /** When the certificate was received, and when it ends. */
  certifiedAt: instant,
  certificateExpiresAt: instant,
})
export type StoredSession = z.infer<typeof storedSession>

export const identityDocument = z.strictObject({
  version: z.literal(1),
  deviceKey: privateKey,
  /** Key of the hashes of the fingerprint parts. */
  fingerprintSecret: base64urlOf(32),
  /** The name people know this device by; null until it is enrolled. */
  deviceName: displayName.nullable(),
  /** As the API knows it; null until it is enrolled. */
  device: uuid.nullable(),
  deviceState: deviceState.nullable(),
  enrolment: enrolment.nullable(),
  session: storedSession.nullable(),
  /** Why the last session ended, when it was not by the person's will. */
  ended: z
    .strictObject({ code: z.string().refine(isErrorCode), message: z.string().max(2000), at: instant.optional() })
    .nullable(),
  /** For TLS on loopback: tools may ask for it. */
  loopback: z.strictObject({ key: privateKey, certificate: der, expiresAt: instant }).nullable(),
})
export type IdentityDocument = z.infer<typeof identityDocument>
