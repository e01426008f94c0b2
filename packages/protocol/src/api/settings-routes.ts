/** Routes of the organization's settings, and of the alerts that it raised. */
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

export const settingsRoutes = defineRoutes({
  listAlerts: {
    method: 'GET',
    path: '/v1/alerts',
    summary: 'Alerts, newest first',
    authentication: 'two-signature',
    permission: 'audit.read',
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.alert),
    errors: [],
  },
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
