/** What a handler knows about the call besides its input. Who is behind it is decided by the route's authentication. */
import type { HttpCall, ServicePurpose } from '@sallyport/protocol'
import type { AuditActor, Authentication, Organization, Permission, Route } from '@sallyport/protocol/api'
import type { Transaction } from '../db/schema.ts'
import type { Dependencies } from '../dependencies.ts'

interface CallContext {
  readonly dependencies: Dependencies
  /** IP address of the caller. */
  readonly address: string
  /** For audit entries. */
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** Nobody in particular, and no organization. */
export interface PublicContext extends CallContext {}

interface OrganizationContext extends CallContext {
  readonly organization: Organization
  /** Runs in one transaction that sees only this organization. */
  readonly transaction: <Result>(work: (transaction: Transaction) => Promise<Result>) => Promise<Result>
}

/** The organization and two keys of the body, both keys proven by their signature of this call. SubjectPublicKeyInfo, DER. */
export interface SignInContext extends OrganizationContext {
  readonly deviceKey: Uint8Array
  readonly sessionKey: Uint8Array
}

/** A signed-in user on a device. All three are live. */
export interface CallerContext extends OrganizationContext {
  readonly user: {
    readonly id: string
    readonly permissions: ReadonlySet<Permission>
    /** Whether the organization opened support access to them: see `support-access.ts`. */
    readonly isSupport: boolean
  }
  readonly device: { readonly id: string }
  readonly session: { readonly id: string; readonly expiresAt: Date; readonly publicKey: Uint8Array }
}

/** A service account that is live. */
export interface ServiceContext extends OrganizationContext {
  readonly account: {
    readonly id: string
    readonly permissions: ReadonlySet<Permission>
    /** Of the token; null for a call without one, which asks for it. */
    readonly purpose: ServicePurpose | null
  }
  /** The call as it was signed. */
  readonly call: HttpCall
}

/** A gateway or relay that is not revoked. */
export interface GatewayContext extends OrganizationContext {
  readonly gateway: {
    readonly id: string
    readonly kind: 'gateway' | 'relay'
    readonly name: string
    /** SubjectPublicKeyInfo of the key that signed this call and is in the client certificate. */
    readonly publicKey: Uint8Array
    /** End of the client certificate. */
    readonly certificateExpiresAt: Date
  }
}

interface Contexts {
  'public': PublicContext
  'sign-in': SignInContext
  'two-signature': CallerContext
  'gateway': GatewayContext
  'service': ServiceContext
}

/** Whoever has a permission: a person, or a service account where the route names purposes. */
type Permitted<R extends Route> = R extends { readonly purposes: readonly ServicePurpose[] }
  ? CallerContext | ServiceContext
  : CallerContext

/** `witness` has no routes yet: one that is added does not compile before its context exists. */
export type ContextOf<R extends Route> = R['authentication'] extends 'two-signature'
  ? Permitted<R>
  : R['authentication'] extends keyof Contexts
    ? Contexts[R['authentication']]
    : never
export type SupportedAuthentication = keyof Contexts & Authentication
export type AnyContext = Contexts[SupportedAuthentication]
