/** Signing in: with password, or with an invitation, which enrols this device. Each sign-in has a session key of its own. */
import { decodeInvitation, SallyportError, toBase64url } from '@sallyport/protocol'
import type { SessionMaterial } from '@sallyport/protocol/api'
import type { Contact } from '../../shared/local-api.ts'
import type { DeviceFacts } from '../identity/device-facts.ts'
import { describeDevice } from '../identity/device-facts.ts'
import type { Enrolment, IdentityDocument, StoredSession } from '../identity/document.ts'
import { readFingerprint } from '../identity/fingerprint.ts'
import type { IdentityChange, IdentityStore } from '../identity/identity-store.ts'
import { certificateRequest, generatePrivateKey, signerOf } from '../identity/key-pair.ts'
import { type ApiConnection, openApi } from './api-connection.ts'
import { apiRootsOf, type FirstContact, followTrust, pinOrganization } from './trust.ts'

export interface PasswordSignIn {
  readonly email: string
  readonly password: string
  readonly invitation?: string | undefined
  readonly contact?: Contact | undefined
  readonly deviceName?: string | undefined
}

export interface InvitationSignIn {
  readonly invitation: string
  readonly password: string
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly deviceName?: string | undefined
}

/** Throws `not_enrolled` when nothing tells where to sign in, and what the API refuses with. */
export const signInWithPassword = async (identity: IdentityStore, given: PasswordSignIn): Promise<void> => {
  const { document } = identity
  const contact = firstContactOf(given)
  if (contact === null && document.enrolment === null) throw new SallyportError('not_enrolled')
  const { email, password } = given
  await withApi(document, contact, async (api, enrolment) => {
    const device = { key: document.deviceKey, id: document.device, state: document.deviceState }
    const attempt = await newAttempt(identity, { device, deviceName: given.deviceName })
    const body = { ...(await enrolmentBody(identity, { api, enrolment, attempt })), email, password }
    const material = await api.call('signIn', { body }, { signers: attempt.signers })
    await accept(identity, { material, enrolment, attempt })
  })
}

/** Throws `invitation_invalid`, and what the API refuses with. */
export const signInWithInvitation = async (identity: IdentityStore, given: InvitationSignIn): Promise<void> => {
  const { document } = identity
  const invitation = decodeInvitation(given.invitation)
  const { password, firstName, lastName } = given
  await withApi(document, invitation, async (api, enrolment) => {
    // Who was enrolled before begins anew, as another device: the old one stays with whom it belongs to.
    const key = document.device === null ? document.deviceKey : await generatePrivateKey()
    const attempt = await newAttempt(identity, { device: { key, id: null, state: null }, deviceName: given.deviceName })
    const names = { ...(firstName === undefined ? {} : { firstName }), ...(lastName === undefined ? {} : { lastName }) }
    const body = { ...(await enrolmentBody(identity, { api, enrolment, attempt })), ...names, code: invitation.code, password }
    const material = await api.call('acceptInvitation', { body }, { signers: attempt.signers })
    await accept(identity, { material, enrolment, attempt })
  })
}

export interface OpenEnrolment {
  readonly api: ApiConnection
  readonly enrolment: Enrolment
}

/** What an invitation says, or what was found at an address; null: neither was given. Throws `invitation_invalid`. */
export const firstContactOf = ({
  invitation,
  contact,
}: {
  readonly invitation?: string | undefined
  readonly contact?: Contact | undefined
}): FirstContact | null => {
  if (invitation !== undefined) return decodeInvitation(invitation)
  return contact === undefined ? null : { ...contact, apiRoot: null }
}

/** The enrolment that is known, or the one of a first contact, which must be of the same organization. The caller closes `api`. */
export const openEnrolment = async (document: IdentityDocument, first: FirstContact | null): Promise<OpenEnrolment> => {
  const known = document.enrolment
  if (known !== null && first !== null && known.organization.slug !== first.organization) {
    const message = `This profile belongs to ${known.organization.slug}. Use another profile for ${first.organization}.`
    throw new SallyportError('conflict', { message })
  }
  const api = openApi({
    origin: new URL((first ?? known!).api).origin,
    roots: first === null ? apiRootsOf(known!) : first.apiRoot === null ? null : [first.apiRoot],
    signers: () => {
      throw new SallyportError('session_unknown')
    },
    onReachable: () => {},
  })
  try {
    return { api, enrolment: await enrolmentFor(known, first, api) }
  } catch (error) {
    api.close()
    throw error
  }
}

const withApi = async (
  document: IdentityDocument,
  first: FirstContact | null,
  use: (api: ApiConnection, enrolment: Enrolment) => Promise<void>,
): Promise<void> => {
  const { api, enrolment } = await openEnrolment(document, first)
  try {
    await use(api, enrolment)
  } finally {
    api.close()
  }
}

/** What was learnt of the organization's keys since counts more than what a first contact says of its first root. */
const enrolmentFor = async (known: Enrolment | null, first: FirstContact | null, api: ApiConnection): Promise<Enrolment> => {
  if (first === null) return known!
  const pinned = await pinOrganization(first, api)
  if (known === null) return pinned
  if (known.organization.id !== pinned.organization.id) {
    throw new SallyportError('conflict', { message: 'This profile belongs to another organization of the same name.' })
  }
  return { ...known, api: pinned.api, apiRoot: pinned.apiRoot }
}

interface AttemptingDevice {
  readonly device: { readonly key: string; readonly id: string | null; readonly state: IdentityDocument['deviceState'] }
  readonly deviceName: string | undefined
}

/** One sign-in: its device, its own session key, and the signers of both. */
interface Attempt {
  readonly device: AttemptingDevice['device']
  readonly deviceKey: string
  readonly sessionKey: string
  readonly facts: DeviceFacts
  /** What names the keys, for an organization. */
  begin(enrolment: Enrolment): {
    readonly organization: string
    readonly deviceKey: string
    readonly csr: string
    readonly facts: DeviceFacts
  }
  readonly signers: readonly [
    { readonly label: 'device'; readonly signer: Awaited<ReturnType<typeof signerOf>> },
    { readonly label: 'session'; readonly signer: Awaited<ReturnType<typeof signerOf>> },
  ]
}

export const newAttempt = async (identity: IdentityStore, { device, deviceName }: AttemptingDevice): Promise<Attempt> => {
  const sessionKey = await generatePrivateKey()
  const facts = describeDevice(deviceName ?? identity.document.deviceName, identity.keyStorage)
  const [deviceSigner, sessionSigner] = await Promise.all([signerOf(device.key), signerOf(sessionKey)])
  const csr = await certificateRequest(sessionKey)
  const deviceKey = toBase64url(deviceSigner.publicKey)
  return {
    device,
    deviceKey: device.key,
    sessionKey,
    facts,
    begin: ({ organization }) => ({ organization: organization.slug, deviceKey, csr, facts }),
    signers: [
      { label: 'device', signer: deviceSigner },
      { label: 'session', signer: sessionSigner },
    ],
  }
}

/** What every way of signing in brings besides its proof of who; with a fresh challenge. */
export const enrolmentBody = async (
  identity: IdentityStore,
  { api, enrolment, attempt }: OpenEnrolment & { readonly attempt: Attempt },
) => {
  const { slug } = enrolment.organization
  const [{ challenge }, fingerprint] = await Promise.all([
    api.call('createChallenge', { body: { organization: slug } }),
    readFingerprint(identity.document.fingerprintSecret),
  ])
  const { id: device, state: deviceState } = attempt.device
  return { ...attempt.begin(enrolment), challenge, device, fingerprint, deviceState }
}

/** Everything of the new session in one change: a crash leaves the old one or the new one. */
export const accept = async (
  identity: IdentityStore,
  result: { readonly material: SessionMaterial; readonly enrolment: Enrolment; readonly attempt: Attempt },
): Promise<void> => {
  const { material, attempt } = result
  const enrolment = await followTrust(result.enrolment, material.trustBundle)
  await identity.change(() => ({
    ...materialChange(material, attempt.sessionKey),
    enrolment,
    deviceKey: attempt.deviceKey,
    deviceName: attempt.facts.name,
    device: material.device,
    ended: null,
  }))
}

/** What a sign-in or renewal brought. */
export const materialChange = (material: SessionMaterial, sessionKey: string): IdentityChange => ({
  deviceState: material.deviceState,
  session: {
    id: material.session.id,
    label: material.session.label,
    expiresAt: Date.parse(material.session.expiresAt),
    user: material.user,
    key: sessionKey,
    certificates: material.certificates,
    certifiedAt: Date.now(),
    certificateExpiresAt: Date.parse(material.certificateExpiresAt),
  } satisfies StoredSession,
})
