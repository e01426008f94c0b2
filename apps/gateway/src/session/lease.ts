/** One lease in the gateway's memory, with the opened credential and the connections that use it. */
import type { Endpoint, LeaseBinding, RecordingOrder, ResourceHop, ResourceOptions } from '@sallyport/protocol'
import type { EndReason } from '../adapters/adapter.ts'
import type { LeasedSecret } from './credentials/leased-secret.ts'

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
  /** How activity under it is recorded; undefined: all of it. */
  readonly recording: RecordingOrder | undefined
  readonly userName: string
  readonly databases: readonly string[]
  readonly sessionLabel: string
  readonly secret: LeasedSecret
  /** It ends with its last connection: one person uses the credential at a time. */
  readonly exclusive: boolean
  readonly connections: Set<LeasedConnection>
  /** Milliseconds since 1970. */
  expiresAt: number
  /** Revocation number at which it was last decided. */
  decidedAt: number
  /** The resource refused the credential, or the vault has another by now: who connects next asks the vault again. */
  refused: boolean
  /** Its last connection to the resource; null before the first. */
  reached: ResourceHop | null
  /** Why it ended; null while it lives. */
  ended: EndReason | null
}
