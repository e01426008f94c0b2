/** What one word and one shape say about a credential. Pure. */
import type { LocalCredential } from '../../../shared/local-api.ts'
import { text } from '../../texts/text.ts'
import type { StatusKind } from '../../ui/status.tsx'
import { duration } from '../../ui/time.ts'

export interface CredentialState {
  readonly kind: StatusKind
  readonly word: string
}

/** Milliseconds before the end of an access when people are told in the list. */
const NOTICE = 15 * 60 * 1000

/** When all that gives this access is over, as milliseconds since 1970; null when a role gives it without an end. */
export const accessEnd = ({ granted }: LocalCredential): number | null => {
  const ends = granted.through.map((reason) => (reason.kind === 'grant' ? Date.parse(reason.expiresAt) : Infinity))
  const last = Math.max(...ends)
  return Number.isFinite(last) ? last : null
}

const listenerState = (credential: LocalCredential): CredentialState | null => {
  switch (credential.listener.state) {
    case 'port-taken':
      return { kind: 'failed', word: text('resources.portTaken') }
    case 'unbound':
      return { kind: 'locked', word: text('resources.unbound') }
    case 'off':
      return { kind: 'off', word: text('resources.off') }
    case 'listening':
      return null
  }
}

export const credentialState = (credential: LocalCredential, now: number): CredentialState => {
  const unusable = listenerState(credential)
  const end = accessEnd(credential)
  if (end !== null && end - now < NOTICE && end > now)
    return { kind: 'ending', word: text('resources.ends', { time: duration(end - now) }) }
  if (unusable) return unusable
  if (credential.connections > 0) return { kind: 'in-use', word: text('resources.inUse', { count: credential.connections }) }
  if (credential.lastError) return { kind: 'failed', word: text('resources.failed') }
  return { kind: 'ready', word: text('resources.ready') }
}

export const isOn = ({ listener }: LocalCredential): boolean => listener.state === 'listening' || listener.state === 'port-taken'

/** Accounts that may do everything, by the names that people give them, or because somebody tagged the resource so. */
const FULL_RIGHTS = new Set(['superuser', 'admin', 'administrator', 'root', 'owner'])

export const isDangerous = ({ granted }: LocalCredential): boolean =>
  FULL_RIGHTS.has(accountOf(granted.name)) || granted.resource.tags.includes('dangerous')

/** `read-only` of `shop-db/read-only`. */
export const accountOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1)

/** As people read it: `shop · read-only`. */
export const titleOf = ({ granted }: LocalCredential): string => `${granted.resource.name} · ${accountOf(granted.name)}`

export const addressOf = ({ host, port }: LocalCredential): string => `${host}:${port}`
