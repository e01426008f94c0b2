import type { AuditActor } from '@sallyport/protocol/api'

/** Who changes something, where and when: what each change of a domain is told besides the change itself. */
export interface Author {
  readonly organization: string
  readonly actor: AuditActor
  /** Milliseconds since 1970. */
  readonly now: number
}
