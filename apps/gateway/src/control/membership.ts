/** What the gateway was told when it joined, and its present certificate. */
import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { readTextUpTo, replacePrivateFile } from '@sallyport/program'
import { fromBase64url, parseIdentity } from '@sallyport/protocol'
import { readSpiffeId } from '@sallyport/transport'

/** Bytes; what is written here is far shorter. */
const MAX_FILE = 256 * 1024

const derText = z.string().max(16 * 1024)

const membershipSchema = z.strictObject({
  version: z.literal(1),
  organization: z.uuid(),
  gateway: z.uuid(),
  /** Origin of the API's listener for gateways. */
  gatewayApi: z.url(),
  /** Root of the API's own certificates, DER in base64url; null: web PKI. */
  apiRoot: derText.nullable(),
  /** Leaf first. */
  certificates: z.array(derText).min(1).max(4),
})
export type Membership = z.infer<typeof membershipSchema>

export const loadMembership = async (path: string): Promise<Membership | null> => {
  const text = await readTextUpTo(path, MAX_FILE)
  return text === null ? null : membershipSchema.parse(JSON.parse(text))
}

export const saveMembership = (path: string, membership: Membership): Promise<void> =>
  replacePrivateFile(path, JSON.stringify(membershipSchema.parse(membership)))

export const derToPem = (der: string): string => new X509Certificate(fromBase64url(der)).toString()

/** Certificates as one PEM text. */
export const chainToPem = (certificates: readonly string[]): string => certificates.map(derToPem).join('')

/** Instants between which the leaf is valid, in milliseconds. */
export const leafValidity = (certificates: readonly string[]): { readonly from: number; readonly until: number } => {
  const leaf = new X509Certificate(fromBase64url(certificates[0]!))
  return { from: leaf.validFromDate.getTime(), until: leaf.validToDate.getTime() }
}

/** Whether this is a relay: its certificate says it. Throws `certificate_invalid`. */
export const isRelay = ({ certificates }: Membership): boolean =>
  parseIdentity(readSpiffeId(fromBase64url(certificates[0]!)) ?? '').kind === 'relay'
