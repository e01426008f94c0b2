/** Routes of alerts: what looked wrong, and who looked at it. */
import { z } from 'zod'
import { uuid } from '../fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

export const alertRoutes = defineRoutes({
  listAlerts: {
    method: 'GET',
    path: '/v1/alerts',
    summary: 'Alerts, newest first',
    authentication: 'two-signature',
    permission: 'audit.read',
    audit: null,
    query: pageQuery.extend({
      /** `open`: those of what goes on, and those that nobody acknowledged. `acknowledged`: the others. */
      state: z.enum(['open', 'acknowledged']).optional(),
      /** Only those about this device. */
      device: uuid.optional(),
    }),
    response: pageOf(schemas.alert),
    errors: [],
  },
  acknowledgeAlert: {
    method: 'POST',
    path: '/v1/alerts/{alert}/acknowledgement',
    summary: 'Notes that somebody looked at an alert: unless what it tells of goes on, it is no longer open',
    authentication: 'two-signature',
    permission: 'alerts.write',
    audit: 'alert.acknowledged',
    parameters: z.strictObject({ alert: uuid }),
    response: schemas.alert,
    errors: ['not_found', 'conflict'],
  },
})
