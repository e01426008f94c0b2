/** Sign-in and invitations: the two keys come in the body, and both sign the call that brings them. */
import { fromBase64url, SallyportError, verifyCall } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { keyOfCertificateRequest, requireP256 } from '../../domains/authority/index.ts'
import { spendNonce } from '../../domains/nonces/index.ts'
import { findOrganization, readOrganization } from '../../domains/organizations/index.ts'
import type { SignInContext } from '../context.ts'
import type { IncomingCall } from '../incoming-call.ts'

/** What every route of this kind has in its body. */
export interface EnrolmentKeys {
  readonly organization: string
  readonly deviceKey: string
  readonly csr: string
}

const algorithm = 'ecdsa-p256-sha256'

/** Throws `challenge_invalid` for an organization that does not exist: no challenge can be its. */
export const authenticateSignIn = async (
  dependencies: Dependencies,
  incoming: IncomingCall,
  body: EnrolmentKeys,
): Promise<SignInContext> => {
  const deviceKey = fromBase64url(body.deviceKey)
  await requireP256(deviceKey)
  const sessionKey = await keyOfCertificateRequest(fromBase64url(body.csr))
  const keys = { device: deviceKey, session: sessionKey }
  const { nonce, created } = await verifyCall(incoming.call, {
    labels: ['device', 'session'],
    now: Math.floor(dependencies.clock() / 1000),
    keyFor: (label) => Promise.resolve(label === 'device' || label === 'session' ? { algorithm, publicKey: keys[label] } : null),
  })
  const id = await findOrganization(dependencies.pool, body.organization)
  if (id === null) throw new SallyportError('challenge_invalid')
  const organization = await withOrganization(dependencies.pool, id, async (transaction) => {
    await spendNonce(transaction, { organization: id, nonce, created })
    return readOrganization(transaction)
  })
  return {
    dependencies,
    address: incoming.address,
    now: dependencies.clock,
    organization,
    transaction: (work) => withOrganization(dependencies.pool, id, work),
    actor: { kind: 'anonymous', id: null, device: null, session: null, address: incoming.address },
    deviceKey,
    sessionKey,
  }
}
