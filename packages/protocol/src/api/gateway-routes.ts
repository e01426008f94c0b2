/** Routes of gateways and relays. */
import { z } from 'zod'
import { activityAcknowledgement, activityUpload, MAX_BATCH_BYTES } from '../activity-stream.ts'
import { base64urlOf, der, timestamp, uuid } from '../fields.ts'
import { leaseAnswer, leaseRenewalAnswer, leaseRequest } from '../lease.ts'
import { retention } from '../recording-policy.ts'
import { leaseRenewal } from '../ticket.ts'
import { defineRoutes } from './route.ts'

const nothing = z.strictObject({})

/** What joining or renewing returns. */
const gatewayMaterial = z.strictObject({
  gateway: uuid,
  organization: uuid,
  /** Leaf first, then issuers. */
  certificates: z.array(der).min(1).max(4),
  certificateExpiresAt: timestamp,
  trustBundle: z.string().max(1024 * 1024),
})

export const gatewayRoutes = defineRoutes({
  joinGateway: {
    method: 'POST',
    path: '/v1/gateway/join',
    summary: 'Joins with a one-time token; the request is signed by the new gateway key',
    authentication: 'public',
    permission: null,
    audit: 'gateway.joined',
    body: z.strictObject({ secret: base64urlOf(32), csr: der, version: z.string().max(64) }),
    response: gatewayMaterial,
    errors: ['join_token_invalid', 'rate_limited'],
  },
  renewGateway: {
    method: 'POST',
    path: '/v1/gateway/renewals',
    summary: 'Renews the gateway certificate',
    authentication: 'gateway',
    permission: null,
    audit: 'gateway.renewed',
    body: z.strictObject({ csr: der, version: z.string().max(64) }),
    response: gatewayMaterial,
    errors: [],
  },
  getGatewayTrustBundle: {
    method: 'GET',
    path: '/v1/gateway/trust-bundle',
    summary: 'The signed trust bundle',
    authentication: 'gateway',
    permission: null,
    audit: null,
    response: z.strictObject({ trustBundle: z.string() }),
    errors: [],
  },
  getGatewayRetention: {
    method: 'GET',
    path: '/v1/gateway/retention',
    summary: 'For how long the gateway keeps what it keeps',
    authentication: 'gateway',
    permission: null,
    audit: null,
    response: retention,
    errors: [],
  },
  requestLease: {
    method: 'POST',
    path: '/v1/gateway/leases',
    summary: 'Asks for a credential under a ticket',
    authentication: 'gateway',
    permission: null,
    audit: 'unlock.granted',
    body: z.strictObject({ request: z.string().max(leaseRequest.maxLength) }),
    response: leaseAnswer,
    errors: [
      'ticket_invalid',
      'ticket_expired',
      'ticket_used',
      'session_unknown',
      'session_expired',
      'session_revoked',
      'device_revoked',
      'device_state_stale',
      'not_granted',
      'grant_expired',
      'wrong_site',
      'credential_in_use',
      'secret_unbound',
      'secret_unavailable',
      'kms_unreachable',
      'kms_slow',
      'kms_throttled',
      'kms_denied',
      'kms_wrong_region',
      'kms_key_missing',
      'kms_key_disabled',
      'kms_key_pending_deletion',
      'kms_clock_wrong',
      'kms_sealed',
      'log_unavailable',
      'unlock_log_unavailable',
      'vault_unavailable',
    ],
  },
  renewLeases: {
    method: 'POST',
    path: '/v1/gateway/lease-renewals',
    summary: 'Passes on an agent’s renewal',
    authentication: 'gateway',
    permission: null,
    audit: 'lease.renewed',
    body: z.strictObject({ renewal: z.string().max(leaseRenewal.maxLength) }),
    response: leaseRenewalAnswer,
    errors: [
      'ticket_invalid',
      'ticket_expired',
      'ticket_used',
      'session_unknown',
      'session_expired',
      'session_revoked',
      'device_state_stale',
    ],
    maxBody: 256 * 1024,
  },
  endLeases: {
    method: 'POST',
    path: '/v1/gateway/lease-ends',
    summary: 'Reports leases whose last connection closed',
    authentication: 'gateway',
    permission: null,
    audit: 'lease.ended',
    body: z.strictObject({
      leases: z
        .array(z.strictObject({ id: uuid, reason: z.string().max(64) }))
        .min(1)
        .max(1000),
    }),
    response: nothing,
    errors: [],
  },
  uploadActivity: {
    method: 'POST',
    path: '/v1/gateway/activity',
    summary: 'Ships a signed batch of activity',
    authentication: 'gateway',
    permission: null,
    audit: 'activity.batch',
    body: activityUpload,
    response: activityAcknowledgement,
    errors: ['signature_invalid', 'conflict', 'log_unavailable'],
    maxBody: MAX_BATCH_BYTES * 2 + 64 * 1024,
  },
})
