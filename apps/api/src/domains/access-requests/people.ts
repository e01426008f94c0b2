/** Who belongs to the people that a rule names. Pure. */
import type { People } from '@sallyport/protocol/api'

/** Somebody as rules see them, at one moment. */
export interface Standing {
  readonly user: string
  /** False for somebody disabled, deleted, or invited only. */
  readonly active: boolean
  /** Ids. */
  readonly roles: ReadonlySet<string>
}

const hasOneOf = (roles: readonly string[], standing: Standing): boolean => roles.some((role) => standing.roles.has(role))

export const isAmong = (people: People, standing: Standing): boolean =>
  standing.active && (people.users.includes(standing.user) || hasOneOf(people.roles, standing))

/** Without any role: everybody who is active. */
export const mayAsk = (requesters: { readonly roles: readonly string[] }, standing: Standing): boolean =>
  standing.active && (requesters.roles.length === 0 || hasOneOf(requesters.roles, standing))
