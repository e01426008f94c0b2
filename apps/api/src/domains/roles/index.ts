export { createBuiltInRoles } from './built-in.ts'
export type { BuiltInRole } from './built-in.ts'
export { assignRoles, isLastOwner, permissionsOfUser, rolesOfUsers } from './members.ts'
export type { RoleTables } from './tables.ts'
