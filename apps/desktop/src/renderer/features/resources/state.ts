/** What one word and one shape say about a credential. Pure. */
import type { LocalCredential } from '../../../shared/local-api.ts'
import { accessEnd } from '../../data/credential.ts'
import { text } from '../../texts/text.ts'
import type { StatusKind } from '../../ui/status.tsx'
import { duration } from '../../ui/time.ts'

export interface CredentialState {
  readonly kind: StatusKind
  readonly word: string
}

/** Milliseconds before the end of an access when people are told in the list. */
const NOTICE = 15 * 60 * 1000

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
  const { inUse } = credential.granted
  if (inUse)
    return {
      kind: 'locked',
      word: inUse.by === null ? text('resources.takenByOther') : text('resources.taken', { by: inUse.by }),
    }
  if (credential.connections > 0) return { kind: 'in-use', word: text('resources.inUse', { count: credential.connections }) }
  if (credential.lastError) return { kind: 'failed', word: text('resources.failed') }
  return { kind: 'ready', word: text('resources.ready') }
}

export const isOn = ({ listener }: LocalCredential): boolean => listener.state === 'listening' || listener.state === 'port-taken'
