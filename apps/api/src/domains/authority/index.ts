export { bumpTrustBundle } from './bump.ts'
export { type SubjectName, toPem } from './certificate.ts'
export { announceApiRoots } from './api-roots.ts'
export {
  deploymentRoots,
  followDeploymentRoot,
  issueServerCertificate,
  keepDeploymentRoots,
  listAllAuthorities,
  listDeploymentRoots,
  type ServerCertificate,
} from './deployment.ts'
export { type IssuedCertificate, issueLeaf, type LeafRequest } from './issue.ts'
export { type Authority, type AuthorityOrganization, ensureAuthority } from './organization-authority.ts'
export { keyOfCertificateRequest, requireP256 } from './public-key.ts'
export { requireOwnServers, rotateDeploymentRoot } from './rotate-deployment.ts'
export { describeAuthorities, keepAuthorities, rotateAuthority } from './rotate.ts'
export { findRoot } from './store.ts'
export type { AuthorityKey, AuthorityPayload, AuthoritySigner } from './signer.ts'
export type { AuthorityTables } from './tables.ts'
export { type KeySources, type TrustBundles, trustBundleFor } from './trust-bundle.ts'
