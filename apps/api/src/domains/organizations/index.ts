export { findOrganization, findOrganizationByTrustDomain, readOrganization } from './find.ts'
export type { OrganizationTables } from './tables.ts'
