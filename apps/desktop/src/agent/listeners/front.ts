/**
 * What a listener does with a connection, for any protocol. A front speaks the protocol's opening with the tool, and our errors in
 * the protocol's own form; a table names the front of each protocol.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import type { SallyportError } from '@sallyport/protocol'
import type { GrantedCredential } from '@sallyport/protocol/api'
import { postgresqlFront } from './postgresql/front.ts'

export interface FrontOptions {
  /** For TLS on loopback; null on unix sockets. */
  readonly tls: SecureContext | null
  readonly onClient: (client: Duplex) => void
}

export interface Opening {
  /** `message`: something to tell the gateways of open connections, as a cancel request; opens nothing. */
  readonly kind: 'connection' | 'message'
  readonly client: Duplex
  /** What the tool sent first. */
  readonly first: Buffer
}

/** Why a connection failed: one of our codes, and words that may be a resource's. */
export interface Failure {
  readonly code: string
  readonly message: string
}

export interface Front {
  /** Name of the unix socket in its folder. */
  readonly socketName: (port: number) => string
  readonly url: (granted: GrantedCredential, port: number) => string
  /** Throws `protocol_error`. */
  readonly open: (socket: Socket, options: FrontOptions) => Promise<Opening>
  /** What the tool is told instead of an answer. */
  readonly refusal: (error: SallyportError) => Buffer
  /** What the first bytes that come back say of a connection that failed beyond the agent; null: nothing. */
  readonly failureIn: (first: Buffer) => Failure | null
}

export const fronts: Readonly<Record<GrantedCredential['resource']['protocol'], Front>> = { postgresql: postgresqlFront }
