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
  /** A role that this user may become, and whose password it must not change either. */
  readonly memberOf?: string
}

export type CredentialSecret =
  | { readonly kind: 'password'; readonly password: Buffer }
  | { readonly kind: 'certificate'; readonly certificatePem: string; readonly privateKeyPem: Buffer }
  /** Signed for this connection alone. It goes as it is, in the place of a password, and so only through TLS. */
  | { readonly kind: 'token'; readonly token: Buffer }

/** Overwrites what is secret. */
export const eraseSecret = (secret: CredentialSecret): void => {
  switch (secret.kind) {
    case 'password':
      secret.password.fill(0)
      return
    case 'certificate':
      secret.privateKeyPem.fill(0)
      return
    case 'token':
      secret.token.fill(0)
  }
}

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

/** How the gateway itself signs in to a resource, as somebody who makes and drops users there. */
export interface ResourceAdministrator extends Pick<AdapterConnection, 'target' | 'connectUpstream'> {
  /** Another copy at each call: it is overwritten. */
  readonly credential: () => OpenedCredential
  readonly signal: AbortSignal
}

/** A user that a resource has for the time of one lease. */
export interface TemporaryUser {
  readonly userName: string
  /** The role that it is a member of. */
  readonly memberOf: string
  /** What becomes of what it owns at its end: it is dropped, or given to the role. */
  readonly owned: 'drop' | 'reassign'
}

export interface NewTemporaryUser extends TemporaryUser {
  readonly password: Buffer
  /** Milliseconds from now, after which it cannot sign in any more. */
  readonly lastsMs: number
  /** For administrators of the resource who wonder who that is. */
  readonly comment: string
  /** See {@link LeftUsers}: they are dropped, too. */
  readonly prefix: string
}

/** Users of one credential that were left behind: their names begin so, and they cannot sign in any more. */
export type LeftUsers = Pick<NewTemporaryUser, 'prefix' | 'memberOf' | 'owned'>

/** Users for one lease each. Every method rejects with a coded error, or with the resource's own refusal. */
export interface AdapterTemporaryUsers {
  make(administrator: ResourceAdministrator, user: NewTemporaryUser): Promise<void>
  extend(administrator: ResourceAdministrator, user: Pick<NewTemporaryUser, 'userName' | 'lastsMs'>): Promise<void>
  /** Ends what it still does there first. One that is gone already is fine. */
  drop(administrator: ResourceAdministrator, user: TemporaryUser): Promise<void>
  /** Returns how many were dropped. Who cannot be stays. */
  dropLeft(administrator: ResourceAdministrator, left: LeftUsers): Promise<number>
  /** Those that may sign in still, too. Rejects when one could not be dropped, after the others. */
  dropAll(administrator: ResourceAdministrator, users: LeftUsers): Promise<void>
}

/** Points of a password change at which it may be cut off. What holds after each is in `docs/adr`. */
export const passwordSteps = ['signed-in', 'stored', 'altered', 'committed', 'verified'] as const
export type PasswordStep = (typeof passwordSteps)[number]

export interface PasswordChange {
  /** The new password; stays the caller's. */
  readonly next: Buffer
  /** Called when the resource let the login in and is ready for the change, and before anything changes there. */
  readonly store: () => Promise<void>
  /** Called after each step. */
  readonly reached: (step: PasswordStep) => Promise<void>
}

/** `changed`: it was tried. `unchanged`: the one before works still, or again. `unknown`: it cannot be told. */
export type PasswordOutcome =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'unchanged' | 'unknown'; readonly code: string; readonly message: string }

/** Logins with a password of their own. */
export interface AdapterLogins {
  /** Signs in and leaves again; returns what was found, for people. Rejects with `resource_sign_in_failed` when it is refused. */
  tryOut(login: ResourceAdministrator): Promise<string>
  /** The login changes its own password, tries it, and puts the one before back where it is not taken. Never rejects. */
  change(login: ResourceAdministrator, change: PasswordChange): Promise<PasswordOutcome>
  /** Ends every other connection of the login, whoever made it. Rejects when one is there still after a while. */
  endOthers(login: ResourceAdministrator): Promise<void>
}

export interface Adapter {
  readonly protocol: string
  serve(connection: AdapterConnection): Promise<ConnectionEnd>
  readonly probe: AdapterProbe
  /** Absent: the protocol knows no such users. */
  readonly temporaryUsers?: AdapterTemporaryUsers
  /** Absent: the protocol knows no passwords. */
  readonly logins?: AdapterLogins
}
