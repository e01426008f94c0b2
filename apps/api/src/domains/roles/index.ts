export { addCredential, addMember, removeCredential, removeMember } from './assignments.ts'
export { createBuiltInRoles } from './built-in.ts'
export type { BuiltInRole } from './built-in.ts'
export {
  assignRoles,
  isLastOwner,
  permissionsOfUser,
  permissionsOfUsers,
  requireOwnPermissions,
  requirePresentUser,
  rolesOfUsers,
} from './members.ts'
export { assignServiceAccountRoles, permissionsOfServiceAccount, rolesOfServiceAccounts } from './service-accounts.ts'
export { changeRole, createRole, deleteRole, requireRole } from './service.ts'
export type { NewRole, RoleAuthor, RoleChange } from './service.ts'
export { findRole, listRoles } from './store.ts'
export type { Role } from './store.ts'
export type { RoleTables } from './tables.ts'
