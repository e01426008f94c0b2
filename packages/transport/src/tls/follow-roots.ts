/** Trust bundles, and the roots that follow one another in them. */
import { X509Certificate } from 'node:crypto'
import {
  equalBytes,
  fromBase64url,
  parseStatement,
  SallyportError,
  type TrustBundle,
  trustBundle,
  verifyStatement,
} from '@sallyport/protocol'

const parse = (der: string): X509Certificate => {
  try {
    return new X509Certificate(fromBase64url(der))
  } catch (cause) {
    throw new SallyportError('certificate_invalid', { cause })
  }
}

const keyOf = (certificate: X509Certificate): Uint8Array =>
  new Uint8Array(certificate.publicKey.export({ type: 'spki', format: 'der' }))

const certifies = (authority: X509Certificate, certificate: X509Certificate): boolean =>
  certificate.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey)

/** The pinned root and what it certified among these, directly or over others; at most as many as there are. */
const reachableFrom = (pinned: X509Certificate, roots: readonly X509Certificate[]): X509Certificate[] => {
  const reached = [pinned]
  let left = roots
  for (;;) {
    const next = left.filter((certificate) => reached.some((authority) => certifies(authority, certificate)))
    if (next.length === 0) return reached
    reached.push(...next)
    left = left.filter((certificate) => !next.includes(certificate))
  }
}

/**
 * The bundle, signed by the pinned root (DER in base64url), or by the root that it names first if the pinned one certified that,
 * directly or over others in the bundle. Throws `certificate_invalid`.
 */
export const verifyTrustBundle = async (text: string, pinned: string): Promise<TrustBundle> => {
  const root = parse(pinned)
  const roots = parseStatement(trustBundle, text).payload.roots.map(parse)
  const first = keyOf(roots[0]!)
  const follows = reachableFrom(root, roots).some((certificate) => equalBytes(keyOf(certificate), first))
  if (!follows || equalBytes(first, keyOf(root))) return verifyStatement(trustBundle, text, [keyOf(root)])
  try {
    return await verifyStatement(trustBundle, text, [first])
  } catch (error) {
    // One that only announces the next root is signed by the one before.
    if (!(error instanceof SallyportError)) throw error
    return verifyStatement(trustBundle, text, [keyOf(root)])
  }
}

/** The roots of a bundle that end a chain: those that certified themselves. */
export const rootsOf = ({ roots }: Pick<TrustBundle, 'roots'>): string[] => {
  const own = roots.filter((der) => {
    const certificate = parse(der)
    return certificate.verify(certificate.publicKey)
  })
  return own.length === 0 ? [...roots] : own
}
