/** One lease in the gateway's memory, with the opened credential and the connections that use it. */
import type { Endpoint, LeaseBinding, ResourceOptions } from '@sallyport/protocol'
import type { CredentialSecret, EndReason } from '../adapters/adapter.ts'

/** A connection under a lease, as the lease sees it. */
export interface LeasedConnection {
  /** Tells the adapter why; whatever does not close by itself is cut. Idempotent. */
  end(reason: EndReason): void
  /** Resolves when nothing of it is open any more. */
  readonly closed: Promise<void>
}

export interface Lease {
  readonly id: string
  readonly binding: LeaseBinding
  readonly endpoint: Endpoint
  readonly options: ResourceOptions
  readonly userName: string
  readonly databases: readonly string[]
  readonly sessionLabel: string
  readonly secret: CredentialSecret
  readonly connections: Set<LeasedConnection>
  /** Milliseconds since 1970. */
  expiresAt: number
  /** Revocation number at which it was last decided. */
  decidedAt: number
  /** The resource refused the credential: it may have been replaced since, so who connects next asks the vault again. */
  refused: boolean
  /** Why it ended; null while it lives. */
  ended: EndReason | null
}

/** Overwrites what is secret. */
export const wipeSecret = (secret: CredentialSecret): void => {
  switch (secret.kind) {
    case 'password':
      secret.password.fill(0)
      return
    case 'certificate':
      secret.privateKeyPem.fill(0)
  }
}

export const copySecret = (secret: CredentialSecret): CredentialSecret => {
  switch (secret.kind) {
    case 'password':
      return { ...secret, password: Buffer.from(secret.password) }
    case 'certificate':
      return { ...secret, privateKeyPem: Buffer.from(secret.privateKeyPem) }
  }
}
