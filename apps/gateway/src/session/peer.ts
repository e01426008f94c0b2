/** The session behind a client connection, as its certificate proves it. */
export interface SessionPeer {
  /** Session id of the certificate's SPIFFE id. */
  readonly session: string
  /** SubjectPublicKeyInfo (DER) of the session key: the certificate's key. */
  readonly publicKey: Uint8Array
  /** Milliseconds since 1970: end of the certificate. */
  readonly certificateEndsAt: number
  /** IP address from which the client reached the gateway. */
  readonly address: string
}
