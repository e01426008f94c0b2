/** What one end shows and trusts. PEM texts; chains leaf first. */
export interface TlsIdentity {
  readonly key: string | Buffer
  readonly cert: string | Buffer
  /** The only authorities trusted for the other end; the system's own are not. */
  readonly ca: string | Buffer | ReadonlyArray<string | Buffer>
  /**
   * Key exchange groups, most wanted first, in OpenSSL's notation. Default `X25519MLKEM768:X25519`;
   * `X25519MLKEM768` alone refuses peers without the post-quantum hybrid.
   */
  readonly groups?: string
}
