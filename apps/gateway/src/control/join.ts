/** Joining: the key is born here, the one-time token is spent, and what the API answers is checked against the token. */
import { X509Certificate } from 'node:crypto'
import { decodeJoinToken, equalBytes, fromBase64url, parseIdentity, SallyportError } from '@sallyport/protocol'
import { createGatewayClient } from '@sallyport/protocol/gateway-client'
import { createHttpsSender, readSpiffeId } from '@sallyport/transport'
import { loadOrMakeGatewayKey } from './gateway-key.ts'
import { chainToPem, loadMembership, type Membership, saveMembership } from './membership.ts'
import type { StateFolder } from './state-folder.ts'
import { Trust } from './trust.ts'

export interface JoinOptions {
  readonly state: StateFolder
  /** Text of the join token. */
  readonly token: string
  readonly version: string
  readonly random: (bytes: number) => Uint8Array
  readonly clock: () => number
}

/** Throws a coded error; `conflict` where this folder holds a gateway already. */
export const joinGateway = async (options: JoinOptions): Promise<Membership> => {
  const { state, version, random, clock } = options
  if ((await loadMembership(state.membershipFile)) !== null)
    throw new SallyportError('conflict', { message: 'This state folder belongs to a gateway that joined already.' })
  const token = decodeJoinToken(options.token)
  const key = await loadOrMakeGatewayKey(state.keyFile)
  const sender = createHttpsSender(token.apiRoot === null ? {} : { ca: chainToPem([token.apiRoot]) })
  const client = createGatewayClient({ origin: token.api, send: sender.send, signers: () => [], random, clock })
  try {
    const material = await client.call('joinGateway', {
      body: { secret: token.secret, csr: key.certificateRequest(), version },
    })
    const trust = await Trust.pin(state.trustFile, material.trustBundle, token.rootFingerprint)
    const { organization, gateway, certificates } = material
    checkOwnCertificate(certificates[0]!, { publicKey: key.signer.publicKey, gateway, trustDomain: trust.bundle.trustDomain })
    const { gatewayApi, apiRoot } = token
    const membership: Membership = { version: 1, organization, gateway, gatewayApi, apiRoot, certificates }
    // Last: a folder with this file has all the others.
    await saveMembership(state.membershipFile, membership)
    return membership
  } finally {
    sender.close()
  }
}

const checkOwnCertificate = (
  leaf: string,
  expected: { readonly publicKey: Uint8Array; readonly gateway: string; readonly trustDomain: string },
): void => {
  const der = Buffer.from(fromBase64url(leaf))
  const publicKey = new Uint8Array(new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' }))
  if (!equalBytes(publicKey, expected.publicKey))
    throw new SallyportError('certificate_invalid', { message: 'The API certified another key.' })
  const identity = parseIdentity(readSpiffeId(der) ?? '')
  if (identity.id !== expected.gateway || identity.trustDomain !== expected.trustDomain)
    throw new SallyportError('identity_mismatch')
}
