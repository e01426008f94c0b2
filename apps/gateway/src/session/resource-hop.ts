/** How a connection to a resource was made, for the person who uses it. */
import { TLSSocket } from 'node:tls'
import type { Endpoint, ResourceHop } from '@sallyport/protocol'
import { negotiatedTls } from '@sallyport/transport'
import type { UpstreamConnection } from '../adapters/adapter.ts'

interface Measured {
  readonly endpoint: Endpoint
  readonly connectMs: number
  /** Milliseconds since 1970. */
  readonly now: number
}

export const resourceHopOf = ({ stream }: UpstreamConnection, { endpoint, connectMs, now }: Measured): ResourceHop => ({
  host: endpoint.host,
  port: endpoint.port,
  connectMs,
  tls: stream instanceof TLSSocket ? negotiatedTls(stream) : null,
  reachedAt: Math.round(now),
})
