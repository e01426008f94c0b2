/** The session as the rest of the agent uses it: who, until when, and signers; never a private key but for TLS. */
import { type CallSigners, formatIdentity, type GatewayEntry, type Signer, type TrustBundle } from '@sallyport/protocol'
import { rootsOf, type TlsIdentity } from '@sallyport/transport'
import { toPem } from '../identity/certificates.ts'
import type { Enrolment, IdentityDocument, StoredSession } from '../identity/document.ts'
import { privateKeyPem, signerOf } from '../identity/key-pair.ts'
import { knownTrust } from './trust.ts'

export interface LiveSession {
  readonly stored: StoredSession
  readonly enrolment: Enrolment
  readonly device: string
  readonly trust: TrustBundle
  /** Device, then session: for calls. */
  readonly callSigners: CallSigners
  /** Device, then session: for statements. */
  readonly signers: readonly [Signer, Signer]
  /** What gateways are shown, and by what they are judged. */
  readonly tls: TlsIdentity
}

/** null when the profile holds no session. */
export const liveSession = async (document: IdentityDocument): Promise<LiveSession | null> => {
  const { session, enrolment, device } = document
  const trust = knownTrust(enrolment)
  if (session === null || enrolment === null || device === null || trust === null) return null
  const [deviceSigner, sessionSigner] = await Promise.all([signerOf(document.deviceKey), signerOf(session.key)])
  return {
    stored: session,
    enrolment,
    device,
    trust,
    callSigners: [
      { label: 'device', signer: deviceSigner },
      { label: 'session', signer: sessionSigner },
    ],
    signers: [deviceSigner, sessionSigner],
    tls: { key: privateKeyPem(session.key), cert: toPem(session.certificates), ca: toPem(rootsOf(trust)) },
  }
}

/** The name that a gateway or relay has in its certificate. */
export const gatewayIdentity = ({ trustDomain }: TrustBundle, { kind, id }: Pick<GatewayEntry, 'kind' | 'id'>): string =>
  formatIdentity({ trustDomain, kind, id })
