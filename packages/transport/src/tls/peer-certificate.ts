/** A certificate that the TLS handshake verified up to a trusted authority. */
export interface PeerCertificate {
  /** DER of the leaf. */
  readonly certificate: Buffer
  /** DER from the leaf to the root, as verified. */
  readonly chain: readonly Buffer[]
}
