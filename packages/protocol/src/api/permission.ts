/** What a role may allow. A closed union; `*.write` never implies `*.read`. */
import { z } from 'zod'

export const permissions = [
  'users.read',
  'users.write',
  'roles.read',
  'roles.write',
  'grants.read',
  'grants.write',
  'requests.read',
  'requests.write',
  'rules.read',
  'rules.write',
  'resources.read',
  'resources.write',
  'secrets.write',
  'gateways.read',
  'gateways.write',
  'service-accounts.read',
  'service-accounts.write',
  'devices.read',
  'devices.write',
  'sessions.read',
  'sessions.write',
  'audit.read',
  'alerts.write',
  'activity.read',
  'settings.read',
  'settings.write',
] as const

export const permission = z.enum(permissions)
export type Permission = z.infer<typeof permission>

/** Those that let nobody change anything. */
export type ReadPermission = Extract<Permission, `${string}.read`>
export const readPermissions = permissions.filter((name): name is ReadPermission => name.endsWith('.read'))

/** What support access allows where nobody says otherwise: how things are set up, and nothing that people did, typed or are called. */
export const supportPermissions: readonly ReadPermission[] = [
  'roles.read',
  'rules.read',
  'resources.read',
  'gateways.read',
  'service-accounts.read',
  'settings.read',
]

/** Roles that every organization begins with; their names are reserved. */
export const builtInRoles = {
  owner: [...permissions],
  auditor: readPermissions,
  member: [],
} satisfies Record<string, readonly Permission[]>
