/** Routes of devices, and of the sessions and leases that they have. */
import { z } from 'zod'
import { uuid } from '../fields.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

export const deviceRoutes = defineRoutes({
  listDevices: {
    method: 'GET',
    path: '/v1/devices',
    summary: 'Lists devices',
    authentication: 'two-signature',
    permission: 'devices.read',
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.device),
    errors: [],
  },
  approveDevice: {
    method: 'POST',
    path: '/v1/devices/{device}/approval',
    summary: 'Approves a pending device',
    authentication: 'two-signature',
    permission: 'devices.write',
    presence: 'recent',
    audit: 'device.approved',
    parameters: z.strictObject({ device: uuid }),
    response: nothing,
    errors: ['not_found', 'conflict'],
  },
  revokeDevice: {
    method: 'DELETE',
    path: '/v1/devices/{device}',
    summary: 'Revokes a device and ends its sessions and connections',
    authentication: 'two-signature',
    permission: 'devices.write',
    audit: 'device.revoked',
    parameters: z.strictObject({ device: uuid }),
    response: nothing,
    errors: ['not_found', 'conflict'],
  },
  listSessions: {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'Lists sessions, newest first',
    authentication: 'two-signature',
    permission: 'sessions.read',
    audit: null,
    /** `active`: only those that are good now. */
    query: pageQuery.extend({ active: z.enum(['yes', 'no']).default('no') }),
    response: pageOf(schemas.session),
    errors: [],
  },
  revokeSession: {
    method: 'DELETE',
    path: '/v1/sessions/{session}',
    summary: 'Ends a session and its connections',
    authentication: 'two-signature',
    permission: 'sessions.write',
    audit: 'session.revoked',
    parameters: z.strictObject({ session: uuid }),
    response: nothing,
    errors: ['not_found', 'conflict'],
  },
  listLeases: {
    method: 'GET',
    path: '/v1/leases',
    summary: 'Lists leases, newest first',
    authentication: 'two-signature',
    permission: 'sessions.read',
    audit: null,
    /** `active`: only those that are good now. */
    query: pageQuery.extend({ active: z.enum(['yes', 'no']).default('no') }),
    response: pageOf(schemas.lease),
    errors: [],
  },
})
