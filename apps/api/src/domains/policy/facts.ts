import type { ErrorCode } from '@sallyport/protocol'

/** A role of the user that leases the credential. */
export interface RoleFact {
  readonly id: string
  readonly name: string
}

/** A temporary grant of the credential to the user, whatever became of it. Times in milliseconds since 1970. */
export interface GrantFact {
  readonly id: string
  /** The device it is for; null: any. */
  readonly device: string | null
  readonly startsAt: number
  readonly expiresAt: number
  readonly ended: 'revoked' | 'expired' | null
  readonly endedAt: number | null
}

/** Everything a decision depends on. Parts that are null do not take part: nobody asked from a session, or through a gateway. */
export interface Facts {
  /** Milliseconds since 1970. */
  readonly now: number
  /** `support`: whatever somebody was given by mistake, they lease nothing. */
  readonly user: { readonly status: 'invited' | 'active' | 'disabled' | 'support' }
  readonly session: {
    readonly status: 'active' | 'ended' | 'revoked' | 'expired'
    /** Why it is no longer active; null where that was not noted. */
    readonly endCode: ErrorCode | null
    readonly expiresAt: number
  } | null
  readonly device: { readonly id: string; readonly status: 'pending' | 'active' | 'revoked' } | null
  readonly gateway: { readonly status: 'joined' | 'revoked'; readonly sites: readonly string[] } | null
  readonly resource: { readonly site: string }
  readonly secret: { readonly bound: boolean }
  readonly roles: readonly RoleFact[]
  readonly grants: readonly GrantFact[]
}

/** Why the credential is the user's. */
export type Way =
  | { readonly kind: 'role'; readonly id: string; readonly name: string }
  | { readonly kind: 'grant'; readonly id: string; readonly expiresAt: number }

export interface Reason {
  readonly rule: string
  readonly holds: boolean
  readonly text: string
}

export type Decision =
  | {
      readonly allowed: true
      readonly reasons: readonly Reason[]
      readonly through: readonly Way[]
      /** When the access ends by itself, in milliseconds since 1970; null when a role gives it. */
      readonly until: number | null
    }
  | { readonly allowed: false; readonly code: ErrorCode; readonly reasons: readonly Reason[]; readonly through: readonly Way[] }
