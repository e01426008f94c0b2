import {
  encodeInvitation,
  fromBase64url,
  type Invitation,
  sha256,
  signStatement,
  toBase64url,
  type TrustBundle,
  trustBundle,
} from '@sallyport/protocol'
import type { ApiClient } from '@sallyport/protocol/api'
import { decodeInvitation } from '@sallyport/protocol'
import { expect, test } from 'vitest'
import { createLoopbackCertificate } from '../identity/certificates.ts'
import { signerOf } from '../identity/key-pair.ts'
import { followTrust, knownTrust, pinOrganization } from './trust.ts'

const organization = '018f0000-0000-7000-8000-000000000001'
const trustDomain = 'acme.sallyport.internal'
/** A root is a certificate with a key; any will do here. */
const makeRoot = () => createLoopbackCertificate(Date.now())

const bundleOf = (root: string, changes: Partial<TrustBundle> = {}): TrustBundle => ({
  version: 1,
  number: 5,
  organization,
  trustDomain,
  issuedAt: Date.now(),
  roots: [root],
  issuers: [root],
  vaultKeys: [{ id: toBase64url(new Uint8Array(32)), publicKey: toBase64url(new Uint8Array(32)) }],
  receiptKeys: [{ id: toBase64url(new Uint8Array(32)), publicKey: root }],
  gateways: [],
  ...changes,
})

const invitationFor = async (root: string, changes: Partial<Invitation> = {}): Promise<Invitation> => ({
  version: 1,
  api: 'https://api.example:8443',
  apiRoot: null,
  organization: 'acme',
  rootFingerprint: toBase64url(await sha256(fromBase64url(root))),
  code: toBase64url(new Uint8Array(24)),
  ...changes,
})

const apiThatSays = (root: string): Pick<ApiClient, 'call'> => ({
  call: (async () => ({
    organization,
    slug: 'acme',
    name: 'Acme',
    trustDomain,
    root,
    rootFingerprint: 'whatever the server says of itself does not count',
  })) as unknown as ApiClient['call'],
})

const enrolled = async () => {
  const root = await makeRoot()
  const enrolment = await pinOrganization(await invitationFor(root.certificate), apiThatSays(root.certificate))
  const sign = async (bundle: TrustBundle, key = root.key) => signStatement(trustBundle, bundle, [await signerOf(key)])
  return { root, enrolment, sign }
}

test('the organization of an invitation is pinned by its root', async () => {
  const { enrolment, root } = await enrolled()
  expect(enrolment).toMatchObject({ api: 'https://api.example:8443', root: root.certificate, trustNumber: 0 })
  expect(decodeInvitation(encodeInvitation(await invitationFor(root.certificate))).organization).toBe('acme')
})

test('an API that shows another root than the invitation names is refused', async () => {
  const [root, other] = [await makeRoot(), await makeRoot()]
  const pinned = pinOrganization(await invitationFor(root.certificate), apiThatSays(other.certificate))
  await expect(pinned).rejects.toMatchObject({ code: 'certificate_invalid' })
})

test('a bundle signed by the pinned root is followed', async () => {
  const { enrolment, root, sign } = await enrolled()
  const followed = await followTrust(enrolment, await sign(bundleOf(root.certificate)))
  expect(followed.trustNumber).toBe(5)
  expect(knownTrust(followed)?.number).toBe(5)
})

test('a bundle signed by another key is refused', async () => {
  const { enrolment, root, sign } = await enrolled()
  const statement = await sign(bundleOf(root.certificate), (await makeRoot()).key)
  await expect(followTrust(enrolment, statement)).rejects.toMatchObject({ code: 'certificate_invalid' })
})

test('the number never decreases', async () => {
  const { enrolment, root, sign } = await enrolled()
  const followed = await followTrust(enrolment, await sign(bundleOf(root.certificate)))
  const older = await sign(bundleOf(root.certificate, { number: 4 }))
  await expect(followTrust(followed, older)).rejects.toMatchObject({ code: 'certificate_invalid' })
})

test.for([
  ['organization', { organization: '018f0000-0000-7000-8000-000000000002' }],
  ['trust domain', { trustDomain: 'evil.sallyport.internal' }],
] as const)('a bundle of another %s is refused', async ([, changes]) => {
  const { enrolment, root, sign } = await enrolled()
  const statement = await sign(bundleOf(root.certificate, changes))
  await expect(followTrust(enrolment, statement)).rejects.toMatchObject({ code: 'certificate_invalid' })
})

test('a new root counts once a bundle signed by the old one names it, and then alone', async () => {
  const { enrolment, root, sign } = await enrolled()
  const next = await makeRoot()
  const followed = await followTrust(
    enrolment,
    await sign(bundleOf(next.certificate, { roots: [next.certificate, root.certificate] })),
  )
  const under = (key: string) => sign(bundleOf(next.certificate, { number: 6 }), key)
  await expect(followTrust(followed, await under(root.key))).rejects.toMatchObject({ code: 'certificate_invalid' })
  expect((await followTrust(followed, await under(next.key))).trustNumber).toBe(6)
})
