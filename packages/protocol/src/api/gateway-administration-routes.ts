/** Routes by which administrators keep gateways; the gateways' own are in `gateway-routes.ts`. */
import { z } from 'zod'
import { displayName, host, port, timestamp, uuid } from '../fields.ts'
import { MAX_INVITATION_TEXT } from '../invitation.ts'
import { pageOf, pageQuery } from './page.ts'
import { defineRoutes } from './route.ts'
import * as schemas from './schemas.ts'

const nothing = z.strictObject({})

export const gatewayAdministrationRoutes = defineRoutes({
  listGateways: {
    method: 'GET',
    path: '/v1/gateways',
    summary: 'Lists gateways and relays',
    authentication: 'two-signature',
    permission: 'gateways.read',
    audit: null,
    query: pageQuery,
    response: pageOf(schemas.gateway),
    errors: [],
  },
  createJoinToken: {
    method: 'POST',
    path: '/v1/gateways/join-tokens',
    summary: 'A one-time token by which a gateway joins; shown once',
    authentication: 'two-signature',
    permission: 'gateways.write',
    presence: 'recent',
    audit: 'gateway.join-token-created',
    body: z.strictObject({
      name: displayName,
      kind: z.enum(['gateway', 'relay']).default('gateway'),
      sites: z.array(uuid).min(1).max(64),
      address: z.strictObject({ host, port }).nullable(),
    }),
    response: z.strictObject({ token: z.string().max(MAX_INVITATION_TEXT), expiresAt: timestamp }),
    errors: ['not_found', 'conflict'],
  },
  changeGateway: {
    method: 'PATCH',
    path: '/v1/gateways/{gateway}',
    summary: 'Changes name, sites or address of a gateway',
    authentication: 'two-signature',
    permission: 'gateways.write',
    presence: 'recent',
    audit: 'gateway.changed',
    parameters: z.strictObject({ gateway: uuid }),
    body: z
      .strictObject({
        name: displayName,
        sites: z.array(uuid).min(1).max(64),
        address: z.strictObject({ host, port }).nullable(),
      })
      .partial(),
    response: schemas.gateway,
    errors: ['not_found', 'conflict'],
  },
  revokeGateway: {
    method: 'DELETE',
    path: '/v1/gateways/{gateway}',
    summary: 'Revokes a gateway: its certificate, its leases, its connections',
    authentication: 'two-signature',
    permission: 'gateways.write',
    audit: 'gateway.revoked',
    parameters: z.strictObject({ gateway: uuid }),
    response: nothing,
    errors: ['not_found', 'conflict'],
  },
})
