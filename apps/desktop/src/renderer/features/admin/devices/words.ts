/** States of devices and sessions in shape and word. */
import { assertNever } from '@sallyport/protocol'
import { text } from '../../../texts/text.ts'
import type { StateWord } from '../../../ui/status.tsx'
import type { Device, Lease, Session } from '../data/names.ts'

export const deviceState = ({ status }: Device): StateWord => {
  switch (status) {
    case 'pending':
      return { kind: 'ending', word: text('devices.pending') }
    case 'active':
      return { kind: 'ready', word: text('devices.active') }
    case 'revoked':
      return { kind: 'locked', word: text('devices.revoked') }
    default:
      return assertNever(status)
  }
}

export const keyText = ({ facts: { keyStorage } }: Device): string => {
  switch (keyStorage) {
    case 'keychain':
      return text('devices.keychain')
    case 'passphrase':
      return text('devices.passphrase')
    case 'hardware':
      return text('devices.hardware')
    default:
      return assertNever(keyStorage)
  }
}

/** @param active what it is called, and looks like, while it is good. */
const standing = ({ status }: Pick<Session | Lease, 'status'>, active: StateWord): StateWord => {
  switch (status) {
    case 'active':
      return active
    case 'ended':
      return { kind: 'off', word: text('devices.sessionEnded') }
    case 'revoked':
      return { kind: 'locked', word: text('devices.sessionRevoked') }
    case 'expired':
      return { kind: 'off', word: text('devices.sessionExpired') }
    default:
      return assertNever(status)
  }
}

export const sessionState = (session: Session): StateWord =>
  standing(session, { kind: 'ready', word: text('devices.sessionActive') })

export const leaseState = (lease: Lease): StateWord => standing(lease, { kind: 'in-use', word: text('devices.leaseActive') })
