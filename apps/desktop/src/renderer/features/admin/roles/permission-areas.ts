/** Permissions as people read them: an area, and whether it may be seen or changed. */
import { type Permission, permissions } from '@sallyport/protocol/api'
import { text } from '../../../texts/text.ts'

type Area = Permission extends `${infer Name}.${string}` ? Name : never

const NAMES = {
  'users': 'roles.areaUsers',
  'roles': 'roles.areaRoles',
  'grants': 'roles.areaGrants',
  'requests': 'roles.areaRequests',
  'rules': 'roles.areaRules',
  'resources': 'roles.areaResources',
  'secrets': 'roles.areaSecrets',
  'gateways': 'roles.areaGateways',
  'devices': 'roles.areaDevices',
  'sessions': 'roles.areaSessions',
  'service-accounts': 'roles.areaServiceAccounts',
  'audit': 'roles.areaAudit',
  'alerts': 'roles.areaAlerts',
  'activity': 'roles.areaActivity',
  'settings': 'roles.areaSettings',
} as const satisfies Readonly<Record<Area, string>>

export interface PermissionArea {
  readonly name: string
  /** null: there is nothing of the kind to be allowed. */
  readonly see: Permission | null
  readonly change: Permission | null
}

const permissionOf = (area: string, kind: 'read' | 'write'): Permission | null =>
  permissions.find((name) => name === `${area}.${kind}`) ?? null

/** A function, because the language is chosen at start. */
export const permissionAreas = (): readonly PermissionArea[] =>
  (Object.keys(NAMES) as Area[]).map((area) => ({
    name: text(NAMES[area]),
    see: permissionOf(area, 'read'),
    change: permissionOf(area, 'write'),
  }))
