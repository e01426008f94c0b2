import type { DeviceState } from '@sallyport/protocol'
import type { AuditActor, Fingerprint, Organization } from '@sallyport/protocol/api'
import type { DeviceFacts } from '../devices/index.ts'

/** What a sign-in brings besides who it is: device and session key, both proven, and what the device says of itself. */
export interface Enrolment {
  readonly organization: Organization
  readonly challenge: string
  /** SubjectPublicKeyInfo, DER. */
  readonly deviceKey: Uint8Array
  readonly sessionKey: Uint8Array
  readonly fingerprint: Fingerprint
  readonly facts: DeviceFacts
  readonly deviceState: DeviceState | null
  /** Nobody in particular: the caller's address. */
  readonly actor: AuditActor
  readonly address: string
  /** Milliseconds since 1970. */
  readonly now: number
}
