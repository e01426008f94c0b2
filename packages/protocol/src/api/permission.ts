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

/** Roles that every organization begins with; their names are reserved. */
export const builtInRoles = {
  owner: [...permissions],
  auditor: permissions.filter((name) => name.endsWith('.read')),
  member: [],
} satisfies Record<string, readonly Permission[]>
