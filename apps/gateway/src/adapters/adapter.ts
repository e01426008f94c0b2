/**
 * The interface between the gateway's session and a protocol adapter. An adapter speaks one protocol between a tool and a
 * resource; it never logs, never sees the API, the edge or another adapter.
 */
import type { Duplex } from 'node:stream'
import type { Activity } from '@sallyport/recording'

/**
 * A credential opened for one lease. Its buffers are the adapter's own copies: it overwrites them as soon as it signed in. What
 * the lease itself keeps lives in gateway memory only as long as the lease.
 */
export interface OpenedCredential {
  readonly credentialId: string
  readonly userName: string
  readonly secret: CredentialSecret
}

export type CredentialSecret =
  | { readonly kind: 'password'; readonly password: Buffer }
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: Buffer }

/** What the admin declared about reaching the resource, as far as adapters need it. */
export interface ResourceTarget {
  readonly resourceId: string
  readonly host: string
  readonly port: number
  /** Weakest way of signing in that may be used towards the resource, weakest last: certificate, scram, md5, cleartext. */
  readonly weakestAuthentication: 'certificate' | 'scram' | 'md5' | 'cleartext'
  /** True only if the admin allowed to reach this resource without TLS. */
  readonly plaintextAllowed: boolean
  /** Adds a short opaque session id to what the tool calls itself (PostgreSQL application_name). */
  readonly labelConnections: boolean
  /** Databases the credential may use; empty: any. The first is the default when the tool names none. */
  readonly databases: readonly string[]
}

/** A connection to the resource, TLS already done and verified. */
export interface UpstreamConnection {
  readonly stream: Duplex
  /** DER of the resource's certificate (for channel binding, RFC 5929 tls-server-end-point); null without TLS. */
  readonly serverCertificate: Buffer | null
}

export interface ConnectUpstreamOptions {
  /**
   * Asks the resource for TLS on the fresh TCP connection (PostgreSQL SSLRequest, STARTTLS). Resolves to whether the
   * resource agreed. Absent: TLS starts with the first byte. Bytes read beyond the answer are an error (CVE-2021-23222).
   */
  readonly requestTls?: (socket: Duplex) => Promise<boolean>
  readonly alpn?: string
  /** In the place of the connection's own signal, for what must outlive it: cancelling what the resource still does for it. */
  readonly signal?: AbortSignal
}

/**
 * Accepts activity with back-pressure. The promise resolves when the record survives a kill -9 of the gateway (strict
 * resources: a power loss); an adapter completes its answer to the tool only then. It rejects when recording failed:
 * the adapter then ends the connection.
 */
export interface ActivitySink {
  record(activity: Activity): Promise<void>
}

/**
 * Where cancel secrets that we minted are found again, across all connections of one session and credential on this
 * gateway. Keys are protocol-specific strings ("pid:secret"), compared in constant time by the registry.
 */
export interface CancelRegistry {
  register(key: string, cancel: () => Promise<void>): () => void
  /** Runs the cancel registered under this key by the same session and credential; false if there is none. */
  cancel(key: string): Promise<boolean>
}

/** Why the connection is being ended from outside; the adapter tells the tool in its protocol's own form. */
export interface EndReason {
  readonly code: string
  readonly message: string
}

export interface AdapterConnection {
  /** Bytes from and to the tool; any loopback TLS was already ended by the agent. */
  readonly client: Duplex
  readonly target: ResourceTarget
  /** The program and OS user behind the tool's connection, where the agent could tell. */
  readonly caller: { readonly program: string; readonly user: string; readonly pid: number } | null
  /** 8 characters [a-z0-9]; the log resolves it to the session and person. */
  readonly sessionLabel: string
  /** Only called when the tool really signs in: a cancel request leases nothing. Rejects with a coded error. */
  readonly openCredential: () => Promise<OpenedCredential>
  /** Shows the resource the credential's certificate, where it is one and the resource asks for it. */
  readonly connectUpstream: (options: ConnectUpstreamOptions) => Promise<UpstreamConnection>
  readonly activity: ActivitySink
  readonly cancels: CancelRegistry
  /** Aborts with an {@link EndReason} as `signal.reason` on revocation, lease end or shutdown. */
  readonly signal: AbortSignal
  readonly now: () => number
}

/** Why a connection ended, for the log. */
export interface ConnectionEnd {
  readonly reason: string
  readonly bytesUp: number
  readonly bytesDown: number
}

/** How a resource is tested without a credential. */
export interface AdapterProbe {
  /** As an adapter connects: asking for TLS in its protocol, the protocol's name for TLS. */
  readonly how: (signal: AbortSignal) => ConnectUpstreamOptions
  /**
   * Says as much as it takes for the resource to show that it speaks the protocol, and returns what it said, for people: how it
   * wants them to sign in. Rejects with a coded error. The caller closes the stream.
   */
  readonly greet: (stream: Duplex, signal: AbortSignal) => Promise<string>
}

export interface Adapter {
  readonly protocol: string
  serve(connection: AdapterConnection): Promise<ConnectionEnd>
  readonly probe: AdapterProbe
}
