/** What names and ends of granted credentials say, wherever they are shown. Pure. */
import type { LocalCredential } from '../../shared/local-api.ts'

/** When all that gives this access is over, as milliseconds since 1970; null when a role gives it without an end. */
export const accessEnd = ({ granted }: LocalCredential): number | null => {
  const ends = granted.through.map((reason) => (reason.kind === 'grant' ? Date.parse(reason.expiresAt) : Infinity))
  const last = Math.max(...ends)
  return Number.isFinite(last) ? last : null
}

/** Accounts that may do everything, by the names that people give them, or because somebody tagged the resource so. */
const FULL_RIGHTS = new Set(['superuser', 'admin', 'administrator', 'root', 'owner'])

export const isDangerous = ({ granted }: LocalCredential): boolean =>
  FULL_RIGHTS.has(accountOf(granted.name)) || granted.resource.tags.includes('dangerous')

/** `read-only` of `shop-db/read-only`. */
export const accountOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** As people read it: `shop · read-only`. */
export const titleOf = ({ granted }: LocalCredential): string => `${granted.resource.name} · ${accountOf(granted.name)}`

export const addressOf = ({ host, port }: LocalCredential): string => `${host}:${port}`

/** The same of a name alone: `shop-db/read-only`. */
export const titleOfName = (name: string): string => `${name.slice(0, name.lastIndexOf('/'))} · ${accountOf(name)}`
