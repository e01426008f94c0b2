/** What one API route is: the single description from which server, clients, OpenAPI and the tests of A3 are made. */
import type { z } from 'zod'
import type { ErrorCode } from '../errors.ts'
import type { ServicePurpose } from '../service-token.ts'
import type { AuditEntryType } from './audit-entry.ts'
import type { Permission } from './permission.ts'

/**
 * Who may call, and how the call proves it. `two-signature`: device and session of a signed-in user. `sign-in`: the same two
 * signatures by keys that the body brings. `gateway`: mutual TLS and one signature. `service`: one signature by the
 * key of the service account that the body names. `witness`: a log witness. `public`: nobody in particular.
 */
export type Authentication = 'public' | 'sign-in' | 'two-signature' | 'gateway' | 'service' | 'witness'

/** Longest body of a route that says nothing else, in bytes. */
export const DEFAULT_MAX_BODY = 64 * 1024

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Route {
  readonly method: Method
  /** OpenAPI form: `/v1/users/{user}`. */
  readonly path: string
  readonly summary: string
  readonly authentication: Authentication
  /** What a role must allow. null: everybody who authenticated, for what is their own. Only with `two-signature`. */
  readonly permission: Permission | null
  /**
   * With a token of which purposes a service account may call it like a person. Absent: never. Only with `two-signature` and
   * a permission, where nobody must be there in person.
   */
  readonly purposes?: readonly ServicePurpose[]
  /**
   * Whether a person must have confirmed in the browser that it is they. `recent`: in the last minutes, in this session.
   * `act`: this very call, once. Only with `two-signature`.
   */
  readonly presence?: 'recent' | 'act'
  /** The audit entry that a successful call commits with its change; null for reads. */
  readonly audit: AuditEntryType | null
  readonly parameters?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly response: z.ZodType
  /** Coded errors beyond those of authentication, permission and input. */
  readonly errors: readonly ErrorCode[]
  /** Longest body in bytes; {@link DEFAULT_MAX_BODY} if absent. */
  readonly maxBody?: number
}

export const defineRoutes = <const Table extends Readonly<Record<string, Route>>>(table: Table): Table => table

export type ParametersOf<R extends Route> = R['parameters'] extends z.ZodType ? z.output<R['parameters']> : undefined
export type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.output<R['query']> : undefined
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined
export type ResponseOf<R extends Route> = z.output<R['response']>

/** What a caller passes: only what the route has. */
export type InputOf<R extends Route> = (R['parameters'] extends z.ZodType
  ? { readonly parameters: z.input<R['parameters']> }
  : unknown) &
  (R['query'] extends z.ZodType ? { readonly query?: z.input<R['query']> } : unknown) &
  (R['body'] extends z.ZodType ? { readonly body: z.input<R['body']> } : unknown)
