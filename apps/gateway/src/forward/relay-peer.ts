/** The relay behind an uplink, as its certificate proves it. */
export interface RelayPeer {
  /** Relay id of the certificate's SPIFFE id. */
  readonly relay: string
  /** Milliseconds since 1970: end of the certificate. */
  readonly certificateEndsAt: number
  /** IP address from which it reached the gateway. */
  readonly address: string
}
