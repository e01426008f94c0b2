/** Screens of administrators and auditors, in the order of the sidebar. */
import { IconBuilding, IconDeviceLaptop, IconFolders, IconRoute, IconRouter, IconShield, IconUsers } from '@tabler/icons-react'
import { lazy } from 'react'
import type { Screen } from '../../app/screen.ts'
import { text } from '../../texts/text.ts'
import { additions } from './additions.ts'

export const adminScreens: readonly Screen[] = [
  {
    path: '/users',
    group: 'administration',
    title: () => text('users.title'),
    icon: IconUsers,
    permissions: ['users.read', 'service-accounts.read'],
    additions: [additions.person, additions.serviceAccount, additions.supportAccess],
    component: lazy(async () => ({ default: (await import('./users/users-page.tsx')).UsersPage })),
  },
  {
    path: '/roles',
    group: 'administration',
    title: () => text('roles.title'),
    icon: IconShield,
    permissions: ['roles.read'],
    additions: [additions.role],
    component: lazy(async () => ({ default: (await import('./roles/roles-page.tsx')).RolesPage })),
  },
  {
    path: '/access',
    group: 'administration',
    title: () => text('reach.title'),
    icon: IconRoute,
    permissions: ['roles.read'],
    component: lazy(async () => ({ default: (await import('./access/access-page.tsx')).AccessPage })),
  },
  {
    path: '/catalogue',
    group: 'administration',
    title: () => text('catalogue.title'),
    icon: IconFolders,
    permissions: ['resources.read'],
    additions: [additions.resource, additions.store],
    component: lazy(async () => ({ default: (await import('./catalogue/catalogue-page.tsx')).CataloguePage })),
  },
  {
    path: '/gateways',
    group: 'administration',
    title: () => text('gateways.title'),
    icon: IconRouter,
    permissions: ['gateways.read'],
    additions: [additions.gateway, additions.site],
    component: lazy(async () => ({ default: (await import('./gateways/gateways-page.tsx')).GatewaysPage })),
  },
  {
    path: '/devices',
    group: 'administration',
    title: () => text('devices.title'),
    icon: IconDeviceLaptop,
    permissions: ['devices.read', 'sessions.read'],
    component: lazy(async () => ({ default: (await import('./devices/devices-page.tsx')).DevicesPage })),
  },
  {
    path: '/organization',
    group: 'administration',
    title: () => text('organization.title'),
    icon: IconBuilding,
    permissions: ['settings.read'],
    component: lazy(async () => ({ default: (await import('./organization/organization-page.tsx')).OrganizationPage })),
  },
]
