/** Routes of the organization's settings. */
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

export const settingsRoutes = defineRoutes({
  getSettings: {
    method: 'GET',
    path: '/v1/settings',
    summary: 'Settings of the organization',
    authentication: 'two-signature',
    permission: 'settings.read',
    audit: null,
    response: schemas.organization,
    errors: [],
  },
  changeSettings: {
    method: 'PATCH',
    path: '/v1/settings',
    summary: 'Changes settings of the organization',
    authentication: 'two-signature',
    permission: 'settings.write',
    presence: 'recent',
    audit: 'organization.changed',
    body: schemas.organization.shape.settings.partial(),
    response: schemas.organization,
    errors: ['conflict'],
  },
})
