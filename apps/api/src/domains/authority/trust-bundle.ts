/** The organization's trust bundle: built when somebody asks for it and the organization changed since. */
import { type GatewayEntry, signStatement, type TrustBundle, toBase64url, trustBundle } from '@sallyport/protocol'
import type { Pool, Transaction } from '../../db/schema.ts'
import { withOrganization } from '../../db/with-organization.ts'
import { announcedApiRoots } from './api-roots.ts'
import { type Authority, type AuthorityOrganization, ensureAuthority, rootKeyOf } from './organization-authority.ts'
import { type AuthorityKind, listCertificates } from './store.ts'

/** Where the public halves of the keys of the other two roles come from. */
export interface KeySources {
  vaultKeys(input: { readonly organization: string }): Promise<{ readonly keys: TrustBundle['vaultKeys'] }>
  receiptKeys(input: { readonly organization: string }): Promise<{ readonly keys: TrustBundle['receiptKeys'] }>
}

export interface TrustBundles extends Authority {
  readonly pool: Pool
  readonly keys: KeySources
  /** Gateways and relays that the bundle names, in a stable order. */
  readonly gateways: (transaction: Transaction) => Promise<GatewayEntry[]>
}

/** Those of before come last: whoever has known nothing newer for so long is invited again. */
const MAX_ROOTS = 8

interface Draft {
  readonly number: number
  /** The statement, when it is signed already. */
  readonly statement: string | null
  /** Of the root that signs it. */
  readonly rootKey: string
  readonly payload: Omit<TrustBundle, 'vaultKeys' | 'receiptKeys'>
}

/** Everything at one moment: who changes any of it locks the organization's row, to bump the number. */
const readDraft = async (
  transaction: Transaction,
  bundles: TrustBundles,
  organization: AuthorityOrganization,
): Promise<Draft> => {
  const now = bundles.clock()
  const { root } = await ensureAuthority(transaction, bundles, organization)
  const { trust_bundle_number } = await transaction
    .selectFrom('organizations')
    .select('trust_bundle_number')
    .where('id', '=', organization.id)
    .forShare()
    .executeTakeFirstOrThrow()
  const number = Number(trust_bundle_number)
  const stored = await transaction.selectFrom('trust_bundles').select('statement').where('number', '=', number).executeTakeFirst()
  const encoded = async (kind: AuthorityKind): Promise<string[]> =>
    (await listCertificates(transaction, kind, now)).map(({ certificate }) => toBase64url(certificate))
  const apiRoots = await announcedApiRoots(transaction)
  const payload = {
    version: 1,
    number,
    organization: organization.id,
    trustDomain: organization.trustDomain,
    issuedAt: now,
    roots: [...(await encoded('root')), ...(await encoded('cross'))].slice(0, MAX_ROOTS),
    ...(apiRoots === null ? {} : { apiRoots: [...apiRoots] }),
    issuers: await encoded('issuer'),
    gateways: await bundles.gateways(transaction),
  } as const
  return { number, statement: stored?.statement ?? null, rootKey: root.keyId, payload }
}

const signDraft = async (bundles: TrustBundles, organization: string, draft: Draft): Promise<string> => {
  const key = rootKeyOf(organization, draft.rootKey)
  const [{ keys: vaultKeys }, { keys: receiptKeys }, publicKey] = await Promise.all([
    bundles.keys.vaultKeys({ organization }),
    bundles.keys.receiptKeys({ organization }),
    bundles.signer.publicKey(key),
  ])
  return signStatement(trustBundle, { ...draft.payload, vaultKeys, receiptKeys }, [
    { algorithm: 'ecdsa-p256-sha256', publicKey, sign: (data) => bundles.signer.sign(key, 'trust-bundle', data) },
  ])
}

/** Keeps the newest: a replica that was slower does not replace a later bundle by an earlier one. */
const keepStatement = async (
  transaction: Transaction,
  bundle: { readonly number: number; readonly statement: string; readonly now: number },
): Promise<void> => {
  const values = { number: bundle.number, statement: bundle.statement, issued_at: new Date(bundle.now) }
  await transaction
    .insertInto('trust_bundles')
    .values(values)
    .onConflict((conflict) =>
      conflict.column('organization_id').doUpdateSet(values).where('trust_bundles.number', '<', bundle.number),
    )
    .execute()
}

/** The signed trust bundle as it is now. Throws `vault_unavailable` or `log_unavailable` when it must be built and cannot. */
export const trustBundleFor = async (bundles: TrustBundles, organization: AuthorityOrganization): Promise<string> => {
  const draft = await withOrganization(bundles.pool, organization.id, (transaction) =>
    readDraft(transaction, bundles, organization),
  )
  if (draft.statement !== null) return draft.statement
  const statement = await signDraft(bundles, organization.id, draft)
  await withOrganization(bundles.pool, organization.id, (transaction) =>
    keepStatement(transaction, { number: draft.number, statement, now: bundles.clock() }),
  )
  return statement
}
