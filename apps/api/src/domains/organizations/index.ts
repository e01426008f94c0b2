export { createOrganization, type CreatedOrganization, newOrganizationId, type OrganizationDraft } from './create.ts'
export { findOrganization, findOrganizationByTrustDomain, hasOrganization, listOrganizations, readOrganization } from './find.ts'
export { changeSettings, type Settings, type SettingsChange } from './settings.ts'
export type { OrganizationTables } from './tables.ts'
