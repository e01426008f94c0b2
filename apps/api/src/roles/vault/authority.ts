/** The vault as certificate authority: signs what its rules know, and never shows a key. */
import { createHash, sign, X509Certificate } from 'node:crypto'
import { equalBytes, fromBase64url, fromUtf8, parseCanonicalJson, SallyportError, trustBundle } from '@sallyport/protocol'
import { withOrganization } from '../../db/with-organization.ts'
import type { VaultLink } from '../../links/index.ts'
import { type CertificateSigner, checkCertificate } from './certificate-rules.ts'
import type { VaultKeys } from './keys.ts'
import type { VaultParts } from './parts.ts'

type Asked = Parameters<VaultLink['authoritySign']>[0]
type AuthorityKey = Asked['key']

/** What precedes the payload in the signing input of a statement with one signature: `spec/statement.md`. */
const TRUST_BUNDLE_INPUT = 'sallyport-statement-v1\ntrust-bundle\n1\n'

const idOf = ({ id }: AuthorityKey) => (id === undefined ? {} : { id })

const scopeOf = (key: AuthorityKey) =>
  key.scope === 'deployment'
    ? ({ scope: 'deployment', ...idOf(key) } as const)
    : ({ scope: 'organization', organization: key.organization, ...idOf(key) } as const)

const refuse = (reason: string, cause?: unknown): never => {
  throw new SallyportError('certificate_invalid', {
    message: 'The vault does not sign this.',
    cause: new Error(reason, { cause }),
  })
}

const readTrustBundle = (data: Uint8Array) => {
  try {
    const text = fromUtf8(data)
    if (!text.startsWith(TRUST_BUNDLE_INPUT)) throw new Error('another kind of statement')
    return trustBundle.payload.parse(parseCanonicalJson(fromUtf8(fromBase64url(text.slice(TRUST_BUNDLE_INPUT.length)))))
  } catch (cause) {
    return refuse('not a trust bundle', cause)
  }
}

const spkiOf = (certificate: string): Uint8Array => {
  const parsed = new X509Certificate(fromBase64url(certificate))
  return parsed.publicKey.export({ type: 'spki', format: 'der' })
}

export const authority = (
  parts: VaultParts,
  keys: VaultKeys,
): Pick<VaultLink, 'authorityPublicKey' | 'authorityNextKey' | 'authoritySign'> => {
  const trustDomainOf = (organization: string): Promise<string> =>
    withOrganization(parts.pool, organization, async (transaction) => {
      const row = await transaction
        .selectFrom('organizations')
        .select('trust_domain')
        .where('id', '=', organization)
        .executeTakeFirst()
      return row?.trust_domain ?? refuse('an organization that does not exist')
    })

  const signerOf = async (key: AuthorityKey): Promise<CertificateSigner> => {
    const { publicKey } = await keys.authorityKey(scopeOf(key), key.name)
    if (key.scope === 'deployment') {
      const roots = await keys.deploymentKeys()
      return { kind: 'deployment-root', publicKey, authorityKeys: roots.map((root) => root.publicKey) }
    }
    if (key.name === 'issuer') return { kind: 'issuer', publicKey, trustDomain: await trustDomainOf(key.organization) }
    // Another root of its own, too: those who pinned the one before find the next one by that.
    const known = [...(await keys.knownKeys(key.organization, 'issuer')), ...(await keys.knownKeys(key.organization, 'root'))]
    return { kind: 'organization-root', publicKey, authorityKeys: known.map((authorityKey) => authorityKey.publicKey) }
  }

  /** A bundle names only keys that this vault holds: nobody else can be made the recipient of shares and secrets. */
  const checkTrustBundle = async (data: Uint8Array, key: AuthorityKey): Promise<void> => {
    if (key.scope !== 'organization' || key.name !== 'root') return refuse('only an organization root signs trust bundles')
    const bundle = readTrustBundle(data)
    if (bundle.organization !== key.organization) refuse('a trust bundle of another organization')
    const known = {
      apiRoots: await keys.deploymentKeys(),
      roots: await keys.knownKeys(key.organization, 'root'),
      issuers: await keys.knownKeys(key.organization, 'issuer'),
      sealing: await keys.knownKeys(key.organization, 'sealing'),
    }
    for (const kind of ['roots', 'issuers', 'apiRoots'] as const) {
      for (const certificate of bundle[kind] ?? []) {
        const spki = spkiOf(certificate)
        if (!known[kind].some((candidate) => equalBytes(candidate.publicKey, spki))) refuse(`${kind}: a key of somebody else`)
      }
    }
    for (const { id, publicKey } of bundle.vaultKeys) {
      const own = known.sealing.find((candidate) => candidate.id === id)
      if (!own || !equalBytes(own.publicKey, fromBase64url(publicKey))) refuse('vaultKeys: a key of somebody else')
    }
  }

  return {
    async authorityPublicKey({ key }) {
      const { publicKey } = await keys.authorityKey(scopeOf(key), key.name)
      return { publicKey: new Uint8Array(publicKey) }
    },
    async authorityNextKey({ key }) {
      const { publicKey } = await keys.nextAuthorityKey(scopeOf(key), key.name)
      return { publicKey: new Uint8Array(publicKey) }
    },
    async authoritySign({ key, payload, data }) {
      if (payload === 'certificate') checkCertificate(data, await signerOf(key))
      else await checkTrustBundle(data, key)
      const signature = await keys.withAuthorityKey(scopeOf(key), key.name, (privateKey) =>
        sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
      )
      const digest = createHash('sha256').update(data).digest('base64url')
      parts.logger.info({ event: 'authority.signed', key: { ...key }, payload, digest }, 'signed')
      return { signature: new Uint8Array(signature) }
    },
  }
}
