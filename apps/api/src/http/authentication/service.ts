/** Calls of service accounts: signed by the account's key, with a token of the vault or to be given one. */
import {
  equalBytes,
  type HttpCall,
  readServiceToken,
  SallyportError,
  serviceAudience,
  type ServicePurpose,
  servicePurposes,
  type ServiceTokenClaims,
  thumbprintOf,
  tokenOfAuthorization,
  utf8,
  verifyCall,
  verifySignature,
} from '@sallyport/protocol'
import type { Organization, Permission } from '@sallyport/protocol/api'
import type { Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import type { Dependencies } from '../../dependencies.ts'
import { spendNonce } from '../../domains/nonces/index.ts'
import { readOrganization } from '../../domains/organizations/index.ts'
import { permissionsOfServiceAccount } from '../../domains/roles/index.ts'
import { findServiceAccount, findServiceAccountKey, statusOfServiceAccount } from '../../domains/service-accounts/index.ts'
import type { ServiceContext } from '../context.ts'
import type { IncomingCall } from '../incoming-call.ts'
import { tokenIssuerOf } from '../issuer.ts'

/** What every route of this kind has in its body. */
export interface NamedAccount {
  readonly account: string
}

interface Signed {
  readonly account: string
  readonly organization: string
  readonly publicKey: Uint8Array
}

type Outcome =
  | { readonly refused: SallyportError }
  | { readonly refused: null; readonly organization: Organization; readonly permissions: ReadonlySet<Permission> }

const judge = async (
  transaction: Transaction,
  { account, organization }: Signed,
  call: { readonly nonce: string; readonly created: number; readonly now: number },
): Promise<Outcome> => {
  await spendNonce(transaction, { organization, nonce: call.nonce, created: call.created })
  const found = await findServiceAccount(transaction, account)
  if (found === null) return { refused: new SallyportError('service_account_unknown') }
  if (statusOfServiceAccount(found, call.now) !== 'active') return { refused: new SallyportError('service_account_ended') }
  const permissions = await permissionsOfServiceAccount(transaction, account)
  return { refused: null, organization: await readOrganization(transaction), permissions }
}

/** `account`: whom the call says that it is of; only that account's key can have signed it. */
const authenticate = async (
  dependencies: Dependencies,
  { call, address }: IncomingCall,
  account: string,
): Promise<{ readonly context: ServiceContext; readonly publicKey: Uint8Array }> => {
  if (call.fields['signature'] === undefined) throw new SallyportError('signature_missing')
  const key = await findServiceAccountKey(dependencies.pool, account)
  if (key === null) throw new SallyportError('service_account_unknown')
  const now = dependencies.clock()
  const { nonce, created } = await verifyCall(call, {
    labels: ['service'],
    now: Math.floor(now / 1000),
    keyFor: () => Promise.resolve({ algorithm: 'ecdsa-p256-sha256', publicKey: key.publicKey }),
  })
  const transaction: ServiceContext['transaction'] = (work) => withOrganization(dependencies.pool, key.organization, work)
  const outcome = await transaction((within) => judge(within, { account, ...key }, { nonce, created, now }))
  // Thrown here, so that the nonce stays spent.
  if (outcome.refused !== null) throw outcome.refused
  const { organization, permissions } = outcome
  const context: ServiceContext = {
    dependencies,
    address,
    now: dependencies.clock,
    organization,
    transaction,
    actor: { kind: 'service', id: account, device: null, session: null, address },
    account: { id: account, permissions, purpose: null },
    call,
  }
  return { context, publicKey: key.publicKey }
}

/** A call whose body names the account. Throws the code of the refusal. */
export const authenticateService = async (
  dependencies: Dependencies,
  incoming: IncomingCall,
  body: NamedAccount,
): Promise<ServiceContext> => (await authenticate(dependencies, incoming, body.account)).context

/** Throws `service_token_invalid`: the token is not one of the vault for this organization. */
const requireTokenOfVault = async ({ dependencies, organization }: ServiceContext, token: string): Promise<void> => {
  const { keyId, input, signature } = readServiceToken(token)
  const publicKey = await dependencies.tokenKeys.find(organization.id, keyId)
  const verifies = publicKey !== null && (await verifySignature({ algorithm: 'ecdsa-p256-sha256', publicKey }, input, signature))
  if (!verifies) throw new SallyportError('service_token_invalid')
}

/** Throws `service_token_invalid` or `service_token_expired`. */
const purposeOf = async (context: ServiceContext, claims: ServiceTokenClaims, publicKey: Uint8Array): Promise<ServicePurpose> => {
  const { organization, dependencies } = context
  const isBound = equalBytes(utf8(claims.cnf.jkt), utf8(await thumbprintOf(publicKey)))
  const purpose = servicePurposes.find((each) => claims.aud === serviceAudience(organization.id, each))
  if (!isBound || purpose === undefined || claims.iss !== tokenIssuerOf(dependencies.contact, organization.id)) {
    throw new SallyportError('service_token_invalid')
  }
  if (claims.exp * 1000 <= context.now()) throw new SallyportError('service_token_expired')
  return purpose
}

const tokenOf = ({ fields }: HttpCall): string => tokenOfAuthorization(fields['authorization'] ?? '')

/** A call with a token, whatever its purpose. Throws the code of the refusal. */
export const authenticateServiceToken = async (dependencies: Dependencies, incoming: IncomingCall): Promise<ServiceContext> => {
  const token = tokenOf(incoming.call)
  // Not verified yet: it says only whose key the call must be signed by.
  const { claims } = readServiceToken(token)
  const { context, publicKey } = await authenticate(dependencies, incoming, claims.sub)
  await requireTokenOfVault(context, token)
  const purpose = await purposeOf(context, claims, publicKey)
  return { ...context, account: { ...context.account, purpose } }
}
