/** What every kind of sink does: it takes a batch, or says why not. */
import type { SinkDestination, SinkSecret } from '@sallyport/protocol/api'
import type { Outward } from '../net/outward.ts'
import type { Batch } from './event.ts'

export interface DeliveryParts {
  /** Below it are the files of file sinks; null: the operator allows none. */
  readonly folder: string | null
  readonly outward: Outward
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

export interface Delivery<Kind extends SinkDestination['kind']> {
  readonly destination: Extract<SinkDestination, { readonly kind: Kind }>
  readonly secret: SinkSecret | null
  readonly batch: Batch
  /** Whether the receiver took nothing a moment ago: it may refuse everything. */
  readonly begins: boolean
  readonly signal: AbortSignal
}

/**
 * Resolves when the receiver has the batch as surely as its protocol lets one know. Throws otherwise, with a message that an
 * administrator may read; then the whole batch, or a longer one from the same number on, is sent again.
 */
export type Deliver<Kind extends SinkDestination['kind']> = (delivery: Delivery<Kind>, parts: DeliveryParts) => Promise<void>
